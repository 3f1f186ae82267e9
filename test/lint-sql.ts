import { rules } from "../src/generated/rules.ts";
import { recipes } from "../src/generated/recipes.ts";
import { lint, type LintResult } from "../src/core/engine/lint.ts";
import type { Dialect } from "../src/core/dialect.ts";
import type { Migration, Section, TransactionClass } from "../src/core/migration.ts";
import { presetIncludes, type Preset } from "../src/core/preset.ts";
import type { CommentedTool } from "../src/core/tools.ts";
import { defaultServerVersions } from "../src/core/server-version.ts";
import { loadPostgres } from "../src/dialect/postgres/dialect.ts";

export interface SqlMigration {
	readonly id: string;
	readonly sql: string;
	readonly down?: string;
	readonly verify?: string;
	/** Migrations with one release are deployed together; its own release by default. */
	readonly release?: string;
	/** Judged; only the migrations of the last release are by default. */
	readonly candidate?: boolean;
	readonly transaction?: TransactionClass;
}

export interface LintSqlOptions {
	readonly version?: number;
	readonly rows?: Readonly<Record<string, number>>;
	/** The rules of this preset; of "recommended" by default. */
	readonly preset?: Preset;
	/** Rules that are on besides. */
	readonly also?: readonly string[];
	/** Only these rules. */
	readonly only?: readonly string[];
	readonly dialect?: Dialect;
	/** Other linters whose comments are honoured. */
	readonly compatibility?: readonly CommentedTool[];
}

let postgres: Promise<Dialect> | undefined;

function sectionOf(path: string, text: string, transaction: TransactionClass): Section {
	return { file: { path, text }, range: { start: 0, end: text.length }, transaction };
}

function migrationOf(source: SqlMigration, order: number, lastRelease: string): Migration {
	const transaction = source.transaction ?? "none";
	const path = `migrations/${source.id}.sql`;
	const release = source.release ?? source.id;
	return {
		id: source.id,
		name: source.id,
		layout: "plain",
		order,
		release,
		candidate: source.candidate ?? release === lastRelease,
		up: [sectionOf(path, source.sql, transaction)],
		down:
			source.down === undefined
				? []
				: [sectionOf(`migrations/${source.id}.down.sql`, source.down, transaction)],
		verify:
			source.verify === undefined
				? []
				: [sectionOf(`migrations/${source.id}.verify.sql`, source.verify, transaction)],
		placeholders: [],
	};
}

/** Lints a history given as texts. */
export async function lintSql(
	migrations: readonly SqlMigration[],
	options: LintSqlOptions = {},
): Promise<LintResult> {
	postgres ??= loadPostgres();
	const dialect = options.dialect ?? (await postgres);
	const last = migrations.at(-1);
	const lastRelease = last?.release ?? last?.id ?? "";
	return lint({
		history: {
			migrations: migrations.map((source, order) => migrationOf(source, order, lastRelease)),
			dialect,
			version: options.version ?? defaultServerVersions[dialect.id],
		},
		rules: rules
			.filter(({ dialects }) => dialects.includes(dialect.id))
			.filter(
				({ id, preset }) =>
					options.only?.includes(id) ??
					(options.also?.includes(id) === true ||
						presetIncludes(options.preset ?? "recommended", preset)),
			)
			.map((rule) => ({ rule })),
		ruleIds: new Set(rules.map((rule) => rule.id)),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(Object.entries(options.rows ?? {})),
		...(options.compatibility && { compatibility: options.compatibility }),
	});
}

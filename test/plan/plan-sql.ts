import { createHash } from "node:crypto";
import { defaultServerVersions } from "../../src/core/server-version.ts";
import type { Dialect } from "../../src/core/dialect.ts";
import type { ActiveRule } from "../../src/core/engine/lint.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { makePlan } from "../../src/plan/planner.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../src/generated/recipes.ts";
import { rules } from "../../src/generated/rules.ts";
import { presetIncludes } from "../../src/core/preset.ts";
import type { Migration, TransactionClass } from "../../src/core/migration.ts";

export interface PlannedSql {
	readonly id: string;
	readonly sql: string;
	readonly verify?: string;
	readonly transaction?: TransactionClass;
}

let postgres: Promise<Dialect> | undefined;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Plans the last of these migrations after the others. */
export async function planSql(
	migrations: readonly PlannedSql[],
	options: {
		/** PostgreSQL when left out. */
		readonly dialect?: Dialect;
		readonly version?: number;
		readonly rows?: Readonly<Record<string, number>>;
		/** The only rules that are on. */
		readonly only?: readonly string[];
		readonly also?: readonly string[];
	} = {},
): Promise<Plan> {
	postgres ??= loadPostgres();
	const dialect = options.dialect ?? (await postgres);
	const active: readonly ActiveRule[] = rules
		.filter(({ dialects }) => dialects.includes(dialect.id))
		.filter(({ id, preset }) =>
			options.only
				? options.only.includes(id)
				: options.also?.includes(id) === true || presetIncludes("recommended", preset),
		)
		.map((rule) => ({ rule }));
	return makePlan({
		history: {
			migrations: migrations.map(({ id, sql, verify, transaction = "file" }, order): Migration => {
				const section = (path: string, text: string) => ({
					file: { path, text },
					range: { start: 0, end: text.length },
					transaction,
				});
				return {
					id,
					name: id,
					layout: "plain",
					order,
					release: id,
					candidate: order === migrations.length - 1,
					up: [section(`migrations/${id}.sql`, sql)],
					down: [],
					verify: verify === undefined ? [] : [section(`migrations/${id}.verify.sql`, verify)],
					placeholders: [],
				};
			}),
			dialect,
			version: options.version ?? defaultServerVersions[dialect.id],
		},
		rules: active,
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		ruleIds: new Set(rules.map(({ id }) => id)),
		rows: new Map(Object.entries(options.rows ?? {})),
		hash: sha256,
		nameOf: (file) => file,
	});
}

/** The plan in short: id, where it runs, title. */
export function outline({ steps }: Plan): readonly string[] {
	return steps.map(({ id, transaction, title }) => `${id} ${transaction} ${title}`);
}

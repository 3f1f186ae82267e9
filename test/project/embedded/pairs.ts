import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { lint } from "../../../src/core/engine/lint.ts";
import type { Finding } from "../../../src/core/finding.ts";
import type {
	EmbeddedSql,
	Project,
	Section,
	TransactionClass,
} from "../../../src/core/migration.ts";
import { presetIncludes } from "../../../src/core/preset.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";
import { discover } from "../fixture.ts";

/** Files of a repository that is made for one test. */
export type Repository = Readonly<Record<string, string>>;

async function projectsOf(repository: Repository): Promise<readonly Project[]> {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-programs-"));
	try {
		writeFiles(directory, { ".git/HEAD": "", ...repository });
		return await discover(directory);
	} finally {
		rmSync(directory, { recursive: true });
	}
}

/** What the migrations of a repository send, by revision: its class, then each piece. */
export async function sentBy(repository: Repository): Promise<Record<string, string[]>> {
	const projects = await projectsOf(repository);
	return Object.fromEntries(
		projects.flatMap(({ migrations }) => migrations).map(({ id, up }) => [id, up.flatMap(shown)]),
	);
}

/** The rules that a repository's migrations break; with a class, as if all ran in that one. */
export async function findingsOf(
	repository: Repository,
	transaction?: TransactionClass,
): Promise<readonly string[]> {
	const [project] = await projectsOf(repository);
	if (!project) throw new Error("no project");
	const migrations = project.migrations.map((migration) => ({
		...migration,
		up: migration.up.map((section) => ({ ...section, ...(transaction && { transaction }) })),
	}));
	return (await judge({ ...project, migrations })).map(({ rule }) => rule).sort();
}

/** The line, from 1, of a place in a text. */
export function lineAt(text: string, offset: number): number {
	return text.slice(0, offset).split("\n").length;
}

/** The findings in one file of a repository: its line and the rule. How long a lock is waited for is left out. */
export async function findingLines(repository: Repository, file: string): Promise<string[]> {
	const [project] = await projectsOf(repository);
	if (!project) throw new Error("no project");
	return (await judge(project))
		.filter((finding) => finding.file === file && finding.rule !== "require-lock-timeout")
		.map(({ rule, range }) => `${lineAt(repository[file] ?? "", range.start)}: ${rule}`);
}

/** What the recommended rules find in a project. */
export async function judge({ migrations }: Project): Promise<readonly Finding[]> {
	const dialect = await loadPostgres();
	return lint({
		history: { migrations, dialect, version: 16 },
		rules: rules
			.filter(({ preset }) => presetIncludes("recommended", preset))
			.map((rule) => ({ rule })),
		ruleIds: new Set(rules.map(({ id }) => id)),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
	}).findings;
}

/** Writes files below a directory. */
export function writeFiles(directory: string, files: Repository): void {
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
		writeFileSync(path.join(directory, name), text);
	}
}

function shown({ transaction, embedded = [], file }: Section): string[] {
	return [transaction, ...embedded.map((piece) => textOf(piece, file.text))];
}

function textOf(piece: EmbeddedSql, source: string): string {
	if (piece.kind === "unread") return `unread: ${piece.message}`;
	const { verbatim, sql, range } = piece;
	if (verbatim && source.slice(range.start, range.end) !== sql)
		throw new Error(`not verbatim: ${sql}`);
	return sql.replace(/\s+/g, " ").trim();
}

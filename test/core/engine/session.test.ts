import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Dialect, DialectId } from "../../../src/core/dialect.ts";
import { explain } from "../../../src/core/engine/explain.ts";
import { lint, type LintInput } from "../../../src/core/engine/lint.ts";
import { openSession, type Session } from "../../../src/core/engine/session.ts";
import type { Migration, Section, TransactionClass } from "../../../src/core/migration.ts";
import { defaultServerVersions } from "../../../src/core/server-version.ts";
import { loadDialect } from "../../../src/dialect/load.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";
import { dialectOf } from "../../../src/judged-example.ts";

const dialects = new Map<DialectId, Dialect>();
beforeAll(async () => {
	for (const id of ["postgres", "mysql", "mariadb", "sqlite"] as const) {
		dialects.set(id, await loadDialect(id));
	}
});

const open = "migrations/0002_open.sql";
const down = "migrations/0002_open.down.sql";

const tables = `CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(80), name varchar(80));
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric, status varchar(20), placed_at timestamp);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE VIEW open_orders AS SELECT id, status FROM orders;
`;

function baseOf(id: DialectId): string {
	return id === "postgres" ? `${tables}CREATE TYPE mood AS ENUM ('glad', 'sad');\n` : tables;
}

interface Texts {
	readonly open: string;
	/** PostgreSQL's by default. */
	readonly dialect?: DialectId;
	readonly down?: string;
	readonly later?: string;
	readonly transaction?: TransactionClass;
	readonly detection?: boolean;
}

function section(file: string, text: string, { transaction, detection }: Texts): Section {
	const range = { start: 0, end: text.length };
	return {
		file: { path: file, text },
		range,
		transaction: transaction ?? "none",
		...(detection && { perStatementDetection: true }),
	};
}

function migration(
	order: number,
	up: Section,
	downs: readonly Section[],
	release: string,
): Migration {
	const id = `000${order + 1}`;
	return {
		...{ id, name: id, layout: "plain", order, release, candidate: release !== "old" },
		...{ up: [up], down: downs, verify: [], placeholders: ["psql"] },
	};
}

function inputOf(texts: Texts): LintInput {
	const { dialect: id = "postgres" } = texts;
	const dialect = dialects.get(id);
	if (!dialect) throw new Error(`${id} is not loaded`);
	const downs = texts.down === undefined ? [] : [section(down, texts.down, texts)];
	const migrations = [
		migration(0, section("migrations/0001_base.sql", baseOf(id), texts), [], "old"),
		migration(1, section(open, texts.open, texts), downs, "new"),
	];
	if (texts.later !== undefined) {
		migrations.push(
			migration(2, section("migrations/0003_later.sql", texts.later, texts), [], "new"),
		);
	}
	return {
		history: { migrations, dialect, version: id === "postgres" ? 16 : defaultServerVersions[id] },
		rules: rules.filter(({ dialects }) => dialects.includes(id)).map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map([["orders", 40_000_000]]),
		compatibility: ["squawk"],
	};
}

function settled(session: Session): Session["answer"] {
	return session.proceed(() => false);
}

function fresh(texts: Texts): ReturnType<typeof lint>["findings"] {
	return lint(inputOf(texts)).findings.filter(({ file }) => file === open);
}

/** Numbers that look random and are the same on every run. */
function numbersFrom(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

function sqlFiles(directory: string): readonly string[] {
	return readdirSync(directory, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".sql"))
		.sort()
		.map((name) => readFileSync(path.join(directory, name), "utf8"));
}

/** What the examples of recommended rules are made of. */
function statementsOf(id: DialectId): readonly string[] {
	return rules
		.filter(({ preset }) => preset === "recommended")
		.flatMap((rule) => rule.examples.filter((example) => dialectOf(rule, example) === id))
		.flatMap(({ bad, good, before = "" }) => [before, bad, good])
		.filter((sql) => sql !== "");
}

const typed = [
	...[
		"a",
		"b",
		"x",
		"0",
		"9",
		"_",
		" ",
		";",
		"(",
		")",
		"'",
		",",
		"\n",
		"\t",
		"$",
		"-",
		"*",
		"/",
		'"',
	],
	...["--", "/*", "*/", "$$", "BEGIN;", "COMMIT;", ";\n", "é", "🎉", "\r\n"],
	"-- lockkeeper:ignore no-drop-column: nobody reads it\n",
	"-- lockkeeper:contract orders.total since=0001\n",
	"-- lockkeeper:transaction none\n",
	"-- squawk-ignore ban-drop-column\n",
	"DROP TABLE customers;\n",
	"ALTER TABLE orders DROP COLUMN total;\n",
	"ALTER TYPE mood ADD VALUE 'calm';\n",
	"CREATE INDEX CONCURRENTLY orders_total ON orders (total);\n",
	"SET lock_timeout = '2s';\n",
	"UPDATE orders SET status = 'paid';\n",
];

const typedElsewhere = [
	...["`", "\\", "#", "[", "/*!50100 ", "END;\n", "BEGIN\n"],
	...["DELIMITER //\n", "DELIMITER ;\n", "SET sql_mode = 'ANSI_QUOTES';\n", "SET sql_mode = '';\n"],
	"SET sql_mode = 'NO_BACKSLASH_ESCAPES';\n",
	"SET FOREIGN_KEY_CHECKS = 0;\n",
	"PRAGMA foreign_keys = OFF;\n",
	"ALTER TABLE orders ADD CONSTRAINT paid CHECK (total > 0);\n",
];

/** Edits the text at random places; every few edits the settled answer is held against a fresh lint. */
function compareOverEdits(texts: Texts, seed: number, edits: number): void {
	const below = numbersFrom(seed);
	const { dialect = "postgres" } = texts;
	const statements = statementsOf(dialect);
	const keys = dialect === "postgres" ? typed : [...typed, ...typedElsewhere];
	const session = openSession({ ...inputOf(texts), path: open });
	settled(session);
	let text = texts.open;
	let at = below(text.length + 1);
	for (let count = 1; count <= edits; count++) {
		if (below(4) === 0) at = below(text.length + 1);
		at = Math.min(at, text.length);
		const removed =
			below(3) === 0 ? Math.min(below(below(8) === 0 ? 200 : 4), text.length - at) : 0;
		const inserted =
			below(10) === 0
				? `${statements[below(statements.length)] ?? ""}\n`
				: (keys[below(keys.length)] ?? "");
		session.edit({ start: at, end: at + removed }, inserted);
		text = text.slice(0, at) + inserted + text.slice(at + removed);
		at += inserted.length;
		expect(session.text).toBe(text);
		if (below(3) === 0) {
			let steps = below(20);
			session.proceed(() => steps-- <= 0);
		}
		if (count % 4 !== 0) continue;
		const now = { ...texts, open: text };
		expect(settled(session)).toEqual({ findings: fresh(now), complete: true });
		if (count % 16 !== 0) continue;
		const explained = explain(inputOf(now).history);
		expect(
			session.explanations().map(({ effect, statement: { range } }) => ({ effect, range })),
		).toEqual(
			explained
				.filter(({ statement }) => statement.file.path === open)
				.map(({ effect, statement: { range } }) => ({ effect, range })),
		);
	}
}

describe("after any edits the settled answer is that of a fresh lint", () => {
	const some = statementsOf("postgres").slice(0, 40).join("\n");
	test.each<[string, Texts]>([
		["statements that commit by themselves", { open: some }],
		["one transaction", { open: some, transaction: "file" }],
		["one message", { open: some, transaction: "implicit" }],
		[
			"a transaction with the next migration",
			{ open: some, transaction: "all", later: "DROP TABLE orders;" },
		],
		["a tool that looks at the statements", { open: some, transaction: "file", detection: true }],
		[
			"a down file",
			{
				open: "CREATE TABLE refunds (id int);\nALTER TABLE orders ADD note text;",
				down: "DROP TABLE refunds;",
			},
		],
		["an empty file", { open: "" }],
	])("%s", (_, texts) => {
		compareOverEdits(texts, 7, 160);
	});

	describe.each(["mysql", "mariadb", "sqlite"] as const)("%s", (dialect) => {
		const some = statementsOf(dialect).slice(0, 40).join("\n");
		test.each<[string, Texts]>([
			["statements that commit by themselves", { open: some, dialect }],
			["one transaction", { open: some, dialect, transaction: "file" }],
			["an empty file", { open: "", dialect }],
		])("%s", (_, texts) => {
			compareOverEdits(texts, 11, 48);
		});
	});

	test.each(
		sqlFiles("fixtures/projects")
			.filter((_, at) => at % 4 === 0)
			.map((text, at) => [at, text] as const),
	)("file %i of the sample projects", (at, text) => {
		compareOverEdits({ open: text }, at + 1, 24);
	});
});

test("a contract directive holds for the statements before it too", () => {
	const sql = "ALTER TABLE orders DROP COLUMN total;\nSELECT 1;\nSELECT 2;\n";
	const session = openSession({ ...inputOf({ open: sql }), path: open });
	settled(session);
	const last = sql.length - ";\n".length;
	session.edit({ start: last, end: last }, "0");
	expect(settled(session).findings.map(({ rule }) => rule)).toContain("no-drop-column");
	const end = session.text.length;
	session.edit({ start: end, end }, "-- lockkeeper:contract orders.total since=0001\n");
	expect(settled(session).findings.map(({ rule }) => rule)).not.toContain("no-drop-column");
	session.edit({ start: end, end: session.text.length }, "");
	expect(settled(session).findings.map(({ rule }) => rule)).toContain("no-drop-column");
});

test("a statement is judged at once with the comment above it that is being typed", () => {
	const typed = "-- lockkeeper:ignore no-drop-colum";
	const rest = ": nobody reads it\nALTER TABLE orders DROP COLUMN total;\n";
	const session = openSession({ ...inputOf({ open: `SELECT 1;\n${typed}${rest}` }), path: open });
	expect(settled(session).findings.map(({ rule }) => rule)).toContain("no-drop-column");
	const end = "SELECT 1;\n".length + typed.length;
	const answer = session.edit({ start: end, end }, "n");
	expect(answer.complete).toBe(false);
	expect(answer.findings.map(({ rule }) => rule)).not.toContain("no-drop-column");
});

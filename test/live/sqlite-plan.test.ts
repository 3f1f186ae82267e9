import sqlite from "node-sqlite3-wasm";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Example, Rule } from "../../src/core/rule.ts";
import { loadSqlite } from "../../src/dialect/sqlite/dialect.ts";
import { rules } from "../../src/generated/rules.ts";
import { dialectOf } from "../../src/judged-example.ts";
import { runsOnServer, type Plan, type ServerStep } from "../../src/plan/plan.ts";
import { planSql } from "../plan/plan-sql.ts";
import { sqliteLines } from "../dialect/sqlite/schema.ts";

interface Shown {
	readonly name: string;
	readonly rule: Rule;
	readonly example: Example;
}

const examples = rules.flatMap((rule) =>
	rule.examples.flatMap((example, at): readonly Shown[] =>
		dialectOf(rule, example) === "sqlite" ? [{ name: `${rule.id} ${at + 1}`, rule, example }] : [],
	),
);

const dialect = loadSqlite();

type Database = InstanceType<typeof sqlite.Database>;

/** Copies of databases land in the directory that a runner works in. */
let directory: string;
const home = process.cwd();

beforeAll(() => {
	directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-sqlite-"));
	process.chdir(directory);
});

afterAll(() => {
	process.chdir(home);
	rmSync(directory, { recursive: true, force: true });
});

function statementsOf(text: string): readonly string[] {
	const { statements } = dialect.read({ path: "change.sql", text }, { placeholders: [] });
	return statements.map(({ range }) => text.slice(range.start, range.end));
}

/** Returns what SQLite says no to. */
function run(database: Database, text: string): string | undefined {
	try {
		for (const statement of statementsOf(text)) database.exec(statement);
		return undefined;
	} catch (error) {
		return error instanceof Error ? `${error.message}: ${text}` : String(error);
	}
}

function isTrue(database: Database, sql: string): boolean {
	const rows = database.all(sql);
	return rows.length === 1 && Object.values(rows[0] ?? {})[0] === 1;
}

/** As a runner does it: settings, transaction, assertions, the step, assertions. */
function runStep(database: Database, step: ServerStep): string | undefined {
	const isOne = step.transaction === "own";
	const statements = [...step.settings, ...(isOne ? ["BEGIN IMMEDIATE;"] : [])];
	const failure = run(database, statements.join("\n"));
	if (failure !== undefined) return failure;
	const untrue = (when: "before" | "after"): string | undefined => {
		const found = step[when].find(({ sql }) => !isTrue(database, sql));
		return found && `${when} ${step.id}: not ${found.says}: ${found.sql}`;
	};
	const end = (): string | undefined => {
		const before = untrue("before");
		if (before !== undefined) return before;
		for (const sql of step.sql) {
			if (step.proves === true && !isTrue(database, sql))
				return `${step.id} proves nothing: ${sql}`;
			const refused = step.proves === true ? undefined : run(database, sql);
			if (refused !== undefined) return refused;
		}
		return untrue("after");
	};
	const stopped = end();
	if (isOne) run(database, stopped === undefined ? "COMMIT;" : "ROLLBACK;");
	run(database, "PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF;");
	return stopped;
}

function schemaAfter(
	before: string,
	change: (database: Database) => string | undefined,
): readonly string[] | string {
	const database = new sqlite.Database(":memory:");
	try {
		return run(database, before) ?? change(database) ?? sqliteLines(database);
	} finally {
		database.close();
	}
}

function runPlan(database: Database, plan: Plan): string | undefined {
	for (const step of plan.steps.filter(runsOnServer)) {
		const stopped = runStep(database, step);
		if (stopped !== undefined) return stopped;
	}
	return undefined;
}

/** What is meant to end otherwise. */
const otherwise: Readonly<Record<string, string>> = {};

/** A table that is made anew has its constraints in another order. */
const sorted = (lines: readonly string[] | string): readonly string[] | string =>
	typeof lines === "string" ? lines : [...lines].sort();

describe("the steps of a plan, in their order, end in the schema of what they replace", () => {
	test.for(examples)("$name", async ({ name, rule, example }) => {
		const { before = "", bad, transaction = "none" } = example;
		const plan = await planSql(
			[
				{ id: "before", sql: before },
				{ id: "change", sql: bad, transaction },
			],
			{ dialect, also: [rule.id] },
		);
		expect(plan.dialect).toBe("sqlite");
		const wanted = schemaAfter(before, (database) => run(database, bad));
		// What SQLite refuses as it is written has no plan that could reach the same.
		if (typeof wanted === "string") return;
		const reached = schemaAfter(before, (database) => runPlan(database, plan));
		if (otherwise[name] === undefined) expect(sorted(reached)).toEqual(sorted(wanted));
		else expect(sorted(reached)).not.toEqual(sorted(wanted));
	});
});

import { createConnection, type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Example, Rule } from "../../src/core/rule.ts";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";
import { rules } from "../../src/generated/rules.ts";
import { runsOnServer, type Plan, type ServerStep } from "../../src/plan/plan.ts";
import { openMysql } from "../../src/run/engines/mysql.ts";
import type { RunSession } from "../../src/run/engine.ts";
import { comparableLines } from "../../src/catalog/schema-lines.ts";
import { planSql } from "../plan/plan-sql.ts";
import { findMariadb, startMariadb, type MariadbServer } from "./mariadb-server.ts";

const dialect = loadMysql("mariadb");

interface Shown {
	readonly name: string;
	readonly rule: Rule;
	readonly example: Example;
}

const examples = rules.flatMap((rule) =>
	rule.examples
		.filter((example) => {
			const whose = example.dialect ?? rule.dialects[0];
			return whose === "mariadb" || (whose === "mysql" && rule.dialects.includes("mariadb"));
		})
		.map((example, at): Shown => ({ name: `${rule.id} ${at + 1}`, rule, example })),
);

let server: MariadbServer | undefined;
let connection: Connection;
let session: RunSession;

beforeAll(async () => {
	server = await startMariadb();
	if (!server) return;
	connection = await createConnection({ uri: server.url, flags: ["-IGNORE_SPACE"] });
	const engine = await openMysql(server.url);
	if ("code" in engine) throw new Error(engine.message);
	const opened = await engine.connect("test");
	if ("code" in opened) throw new Error(opened.message);
	session = opened;
}, 60_000);

afterAll(async () => {
	await session.close();
	await connection.end();
	await server?.close();
});

async function run(text: string): Promise<string | undefined> {
	const { statements } = dialect.read({ path: "change.sql", text }, { placeholders: [] });
	for (const { range } of statements) {
		const sql = text.slice(range.start, range.end);
		try {
			await connection.query(sql);
		} catch (error) {
			return `${error instanceof Error ? error.message : String(error)}: ${sql}`;
		}
	}
	return undefined;
}

async function start(before: string): Promise<string | undefined> {
	await connection.query("ROLLBACK");
	await connection.query("DROP DATABASE IF EXISTS app");
	await connection.query("CREATE DATABASE app CHARACTER SET utf8mb4");
	await connection.query("USE app");
	await session.run("USE app");
	await connection.query("SET SESSION foreign_key_checks = DEFAULT, sql_mode = DEFAULT");
	return run(before);
}

async function isTrue(sql: string): Promise<boolean> {
	const [rows] = await connection.query({ sql, rowsAsArray: true });
	return Array.isArray(rows) && JSON.stringify(rows[0]).startsWith("[1");
}

/** As a runner does it: assertions, settings, the step, assertions. */
async function runStep(step: ServerStep): Promise<string | undefined> {
	for (const { says, sql } of step.before) {
		if (!(await isTrue(sql))) return `before ${step.id}: not ${says}: ${sql}`;
	}
	for (const sql of step.proves === true ? step.sql : []) {
		if (!(await isTrue(sql))) return `${step.id} proves nothing: ${sql}`;
	}
	const failure = await run([...step.settings, ...step.sql].join("\n"));
	await connection.query("SET SESSION foreign_key_checks = DEFAULT, sql_mode = DEFAULT");
	if (failure !== undefined) return failure;
	for (const { says, sql } of step.after) {
		if (!(await isTrue(sql))) return `after ${step.id}: not ${says}: ${sql}`;
	}
	return undefined;
}

async function runPlan({ steps }: Plan): Promise<string | undefined> {
	for (const step of steps.filter(runsOnServer)) {
		const stopped = await runStep(step);
		if (stopped !== undefined) return stopped;
	}
	return undefined;
}

async function lines(): Promise<readonly string[]> {
	const engine = await openMysql(server?.url ?? "");
	if ("code" in engine) throw new Error(engine.message);
	return [...comparableLines(await engine.ways.schemaLines(session))].sort();
}

/** What a person or another tool does, what stays until later, or what is meant to end otherwise. */
const otherwise: Readonly<Record<string, string>> = {
	"no-blocking-alter 5": "a tool copies the table, people start it",
};

// MariaDB 10.11 must be installed on the machine.
describe.skipIf(!findMariadb())(
	"the steps of a plan end in the schema of what they replace",
	() => {
		test.for(examples)("$name", async ({ name, rule, example }) => {
			const { before = "", bad, transaction = "none" } = example;
			const plan = await planSql(
				[
					{ id: "before", sql: before },
					{ id: "change", sql: bad, transaction },
				],
				{ dialect, also: [rule.id] },
			);
			const refused = (await start(before)) ?? (await run(bad));
			// What the server refuses as it is written has no plan that could reach the same.
			if (refused !== undefined) return;
			const wanted = await lines();
			const reached = (await start(before)) ?? (await runPlan(plan)) ?? (await lines());
			if (otherwise[name] === undefined) expect(reached).toEqual(wanted);
			else expect(reached).not.toEqual(wanted);
		});
	},
);

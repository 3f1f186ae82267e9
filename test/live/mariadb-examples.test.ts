import { createConnection, type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import type { Example } from "../../src/core/rule.ts";
import type { Statement } from "../../src/core/statement.ts";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";
import { lintSql } from "../lint-sql.ts";
import { startMariadb, type MariadbServer } from "./mariadb-server.ts";

const dialect = loadMysql("mariadb");

/** Examples of MySQL that MariaDB 10.11 does not take, or takes otherwise. */
const ofMysqlAlone: ReadonlySet<string> = new Set(["no-ignored-reference"]);

const examples = rules.flatMap((rule) => {
	const own = rule.examples.filter((example) => {
		const whose = example.dialect ?? rule.dialects[0];
		return whose === "mariadb" || (whose === "mysql" && rule.dialects.includes("mariadb"));
	});
	return own
		.filter(() => !ofMysqlAlone.has(rule.id))
		.map((example, at) => ({ rule, example, title: `${rule.id} ${at + 1}` }));
});

let server: MariadbServer | undefined;
let connection: Connection | undefined;

beforeAll(async () => {
	server = await startMariadb();
	if (server) connection = await createConnection({ uri: server.url, flags: ["-IGNORE_SPACE"] });
}, 60_000);

afterAll(async () => {
	await connection?.end();
	await server?.close();
});

function statementsOf(sql: string): readonly Statement[] {
	return dialect.read({ path: "example.sql", text: sql }, { placeholders: [] }).statements;
}

function textOf({ file, range }: Statement): string {
	return file.text.slice(range.start, range.end);
}

async function run(sql: string): Promise<void> {
	for (const statement of statementsOf(sql)) await connection?.query(textOf(statement));
}

async function afresh({ before = "" }: Example): Promise<void> {
	await connection?.query("DROP DATABASE IF EXISTS app");
	await connection?.query("CREATE DATABASE app CHARACTER SET utf8mb4");
	await connection?.query("USE app");
	await connection?.query("SET SESSION foreign_key_checks = DEFAULT");
	await run(before);
}

/** What the server says to the statement when it is to run beside reads and writes. */
async function online(statement: Statement): Promise<"runs" | "refused"> {
	const place = { within: { start: 0, end: statement.file.text.length }, inTransaction: false };
	const change = { kind: "setOnlineClauses", algorithm: "inplace", lock: "none" } as const;
	let text = statement.file.text;
	for (const { range, text: put } of [...(dialect.edits(statement, change, place) ?? [])].reverse())
		text = text.slice(0, range.start) + put + text.slice(range.end);
	const added = text.length - statement.file.text.length;
	const asked = text.slice(statement.range.start, statement.range.end + added);
	try {
		await connection?.query(asked);
		return "runs";
	} catch (error) {
		expect(error).toMatchObject({ errno: expect.toBeOneOf([1845, 1846]) as unknown });
		return "refused";
	}
}

const isAlter = (statement: Statement): boolean =>
	statement.parts.some(({ operations }) =>
		operations.some(
			(operation) => "ifTableExists" in operation || operation.kind === "createIndex",
		),
	);

describe("examples on MariaDB 10.11", () => {
	test.for(examples)(
		"$title: good and bad SQL runs",
		{ timeout: 20_000 },
		async ({ example, rule }, { skip }) => {
			if (!connection) skip("MariaDB is not installed here");
			for (const sql of [example.good, example.bad]) {
				await afresh(example);
				if (rule.id === "no-refused-statement" && sql === example.bad) {
					await expect(run(sql)).rejects.toThrow();
				} else await run(sql);
			}
		},
	);

	const blocking = examples.filter(({ rule }) => rule.id === "no-blocking-alter");
	test.for(blocking)(
		"$title: the server refuses the bad one beside writes",
		async ({ example }, { skip }) => {
			if (!connection) skip("MariaDB is not installed here");
			await afresh(example);
			for (const statement of statementsOf(example.bad).filter(isAlter)) {
				const asked = statement.parts[0]?.operations[0]?.online;
				expect(await online(statement)).toBe(asked ? "runs" : "refused");
			}
			await afresh(example);
			for (const statement of statementsOf(example.good)) {
				if (isAlter(statement)) expect(await online(statement)).toBe("runs");
				else await connection?.query(textOf(statement));
			}
		},
	);

	const withRecipe = examples.filter(({ rule }) => rule.dialects.includes("mariadb"));
	test.for(withRecipe)(
		"$title: the steps of its recipe run in place of it",
		{ timeout: 20_000 },
		async ({ example, rule }, { skip }) => {
			if (!connection) skip("MariaDB is not installed here");
			const { findings } = await lintSql(
				[
					{ id: "0001_create", sql: example.before ?? "" },
					{ id: "0002_change", sql: example.bad },
				],
				{ dialect, only: [rule.id] },
			);
			const steps = findings.flatMap(({ recipe }) => recipe?.steps ?? []);
			if (!steps.some(({ sql }) => sql !== undefined)) return;
			await afresh(example);
			for (const { sql, checks = [] } of steps) {
				if (sql !== undefined) await run(sql);
				for (const check of checks) {
					const [rows] = (await connection?.query({ sql: check.sql, rowsAsArray: true })) ?? [];
					expect(rows).toEqual([[1]]);
				}
			}
		},
	);

	const mended = ["require-online-clause", "require-lock-timeout", "no-lost-attribute"];
	const withFix = examples.filter(({ rule }) => mended.includes(rule.id));
	test.for(withFix)("$title: what a fix makes of it runs", async ({ example, rule }, { skip }) => {
		if (!connection) skip("MariaDB is not installed here");
		const { findings } = await lintSql(
			[
				{ id: "0001_create", sql: example.before ?? "" },
				{ id: "0002_change", sql: example.bad },
			],
			{ dialect, only: [rule.id] },
		);
		const fixes = findings.flatMap((finding) => finding.fixes.slice(0, 1));
		const edits = fixes.flatMap((fix) => fix.edits);
		const mendedSql = [...edits]
			.sort((one, other) => other.range.start - one.range.start)
			.reduce(
				(sql, { range, text }) => sql.slice(0, range.start) + text + sql.slice(range.end),
				example.bad,
			);
		await afresh(example);
		await run(mendedSql);
	});
});

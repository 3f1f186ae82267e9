import { expect, test } from "vitest";
import { exitCodeOf } from "../../../src/cli/exit-code.ts";
import type { Dialect } from "../../../src/core/dialect.ts";
import type { Fault } from "../../../src/core/engine/fault.ts";
import { lint, type LintInput } from "../../../src/core/engine/lint.ts";
import { openSession } from "../../../src/core/engine/session.ts";
import type { Migration } from "../../../src/core/migration.ts";
import { defineRule, type Rule } from "../../../src/core/rule.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { readPostgres } from "../../../src/dialect/postgres/reader.ts";
import { rules } from "../../../src/generated/rules.ts";
import { lintRepository } from "../../../src/repository.ts";
import { directoryWith } from "../../cli/run.ts";

const postgres = await loadPostgres();

const text = `CREATE TABLE refunds (id bigint PRIMARY KEY);
CREATE INDEX orders_note_idx ON orders (note);
-- lockkeeper:ignore require-concurrent-index: nobody waits
ALTER TABLE orders ADD COLUMN refund_id bigint;
`;

function inputOf(given: {
	rules?: readonly Rule[];
	dialect?: Dialect;
	fault?: Fault[];
}): LintInput {
	const file = { path: "migrations/002_refunds.sql", text };
	const migration: Migration = {
		id: "002",
		name: "002",
		layout: "plain",
		order: 0,
		release: "002",
		candidate: true,
		up: [{ file, range: { start: 0, end: text.length }, transaction: "none" }],
		down: [],
		verify: [],
		placeholders: [],
	};
	const whole = rules.filter(({ id }) => ["require-concurrent-index", "syntax-error"].includes(id));
	const { fault } = given;
	return {
		history: { migrations: [migration], dialect: given.dialect ?? postgres, version: 16 },
		rules: [...(given.rules ?? []), ...whole].map((rule) => ({ rule })),
		ruleIds: new Set(rules.map(({ id }) => id)),
		recipes: new Map(),
		rows: new Map(),
		...(fault && { fault: (one) => fault.push(one) }),
	};
}

function bug(): never {
	throw new TypeError("a bug");
}

/** A rule with a bug in one of the places where rules are called. */
function brittle(on: Rule["on"]): Rule {
	return defineRule({
		id: "brittle",
		summary: "Disallow refunds.",
		why: "It is here to fail.",
		category: "schema",
		dialects: ["postgres"],
		severity: "error",
		preset: "recommended",
		aliases: {},
		help: "Mend the rule.",
		messages: { found: "Refunds are found in {place}." },
		examples: [],
		on,
	});
}

const toldOf = (faults: readonly Fault[]): string[] =>
	faults.map(({ rule, start }) => `${rule} ${start.line}`);

const found = ({ findings }: ReturnType<typeof lint>): string[] =>
	findings.map(({ rule, start }) => `${rule} ${start.line}`);

test.each<[string, Rule["on"], number]>([
	["at an operation", { createTable: bug }, 1],
	["at every operation", { anyOperation: ({ kind }) => kind === "addColumn" && bug() }, 4],
	["at a directive", { directive: bug }, 4],
	["at an ignore that nothing needs", { unusedIgnore: bug }, 4],
	["at the end of a release", { releaseEnd: bug }, 1],
	[
		"in words without their data",
		{
			createIndex: (operation, context) => {
				context.report({ message: "found", at: operation });
			},
		},
		2,
	],
])("a rule that throws %s is told with the place, and the others go on", (_, on, line) => {
	const fault: Fault[] = [];
	const result = lint(inputOf({ rules: [brittle(on)], fault }));
	expect(found(result)).toEqual(["require-concurrent-index 2"]);
	expect(toldOf(fault)).toEqual([`brittle ${line}`]);
});

test("a finding stands when the rule throws as it is settled", () => {
	const on: Rule["on"] = {
		createIndex: (operation, context) => {
			const report = { message: "found", data: { place: "orders" }, at: operation };
			context.report({ ...report, atReleaseEnd: bug });
			const leftOpen = {
				kind: "foreignKeys",
				table: { schema: "public", name: "orders" },
				columns: [],
			} as const;
			context.report({ ...report, data: { place: "the history" }, leftOpen });
		},
		historyEnd: bug,
	};
	const fault: Fault[] = [];
	const result = lint(inputOf({ rules: [brittle(on)], fault }));
	expect(found(result)).toEqual(["brittle 2", "brittle 2", "require-concurrent-index 2"]);
	expect(toldOf(fault)).toEqual(["brittle 2", "brittle 2"]);
});

test("where nobody takes it, the bug is thrown", () => {
	expect(() => lint(inputOf({ rules: [brittle({ createTable: bug })] }))).toThrow("a bug");
});

test("effects that throw cost their own statement only", () => {
	const dialect: Dialect = {
		...postgres,
		effects: (operations, situation) =>
			operations.some(({ kind }) => kind === "createTable")
				? bug()
				: postgres.effects(operations, situation),
	};
	const fault: Fault[] = [];
	expect(found(lint(inputOf({ dialect, fault })))).toEqual(["require-concurrent-index 2"]);
	expect(toldOf(fault)).toEqual(["undefined 1"]);
});

test("a statement whose reading throws is unread and counted, the others are read", () => {
	const dialect: Dialect = {
		...postgres,
		read: (file, options) => {
			const read = postgres.read(file, { ...options, range: { start: 46, end: text.length } });
			const [index] = read.statements;
			return readPostgres(file, options, (_, { start }) =>
				start === 0 ? bug() : { parts: index?.range.start === start ? index.parts : [] },
			);
		},
	};
	const fault: Fault[] = [];
	const result = lint(inputOf({ dialect, fault }));
	expect(found(result)).toEqual(["syntax-error 1", "require-concurrent-index 2"]);
	expect(result.counts.unread).toBe(1);
	expect(toldOf(fault)).toEqual(["undefined 1"]);
});

test("an open file is judged on, edit after edit, and the findings are those of a fresh run", () => {
	const fault: Fault[] = [];
	const input = inputOf({ rules: [brittle({ createTable: bug })], fault });
	const session = openSession({ ...input, path: "migrations/002_refunds.sql" });
	session.proceed(() => false);
	for (const character of "\n\nCREATE TABLE returns (id bigint PRIMARY KEY);") {
		session.edit({ start: session.text.length, end: session.text.length }, character);
	}
	const { findings } = session.proceed(() => false);
	expect(findings.map(({ rule }) => rule)).toEqual(["require-concurrent-index"]);
	expect(new Set(toldOf(fault))).toEqual(new Set(["brittle 1", "brittle 7"]));
});

test("a report of lint names the rule and the line, and the run ends as a bug", async () => {
	const rule = rules.find(({ id }) => id === "require-primary-key")!;
	const { createTable } = rule.on;
	Object.assign(rule.on, { createTable: bug });
	try {
		const report = await lintRepository(directoryWith({ "migrations/001_refunds.sql": text }), [], {
			preset: "strict",
		});
		if (!("findings" in report)) throw new Error(report.message);
		expect(report.problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
			"bug: the rule require-primary-key stopped at the statement of line 1 because of a bug of lockkeeper: a bug",
		]);
		expect(report.problems[0]?.details).toContain("TypeError: a bug");
		expect(report.findings.map(({ rule: id }) => id)).toContain("require-concurrent-index");
		expect(exitCodeOf(report, { failOn: "never" })).toBe(70);
	} finally {
		Object.assign(rule.on, { createTable });
	}
});

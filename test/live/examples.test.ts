import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import type { Example } from "../../src/core/rule.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { rules } from "../../src/generated/rules.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { sqlOf } from "../../src/trace/script.ts";
import { traceHistory, type Trace } from "../../src/trace/trace.ts";
import { differencesIn } from "./agreement.ts";
import { emptyDatabase, migrationOf } from "./forms.ts";

/** Examples that a server refuses on purpose or for want of something, and why. */
const refused: Readonly<Record<string, string>> = {
	"no-add-required-column bad 1": "the rows that are there have no value",
	"no-add-required-column bad 2": "the rows that are there have no value",
	"no-enum-value-in-transaction bad 1": "the rule is about the refusal",
	"no-enum-value-in-transaction bad 2": "the rule is about the refusal",
	"no-duplicate-assignment bad 1": "the rule is about the refusal",
	"no-refused-statement bad 1": "the rule is about the refusal",
	"no-refused-statement bad 2": "the rule is about the refusal",
	"no-refused-statement bad 3": "the rule is about the refusal",
	"require-outside-transaction bad 1": "the rule is about the refusal",
	"require-outside-transaction bad 2": "the rule is about the refusal",
	"syntax-error bad 1": "the rule is about the refusal",
	"syntax-error bad 2": "the rule is about the refusal",
	"unanalyzable-dynamic-sql bad 1": "its loop finds the index of a partition too",
};

/** What only the planner knows, and why. */
const unforeseen: Readonly<Record<string, string>> = {
	"no-null-comparison bad 1": "a comparison with NULL is never true: the planner reads nothing",
};

let engine: TraceEngine;
let dialect: Dialect;

beforeAll(async () => {
	const started = await startServer(18, [process.cwd()]);
	if ("code" in started) throw new Error(started.message);
	engine = started;
	dialect = await loadPostgres();
}, 120_000);

afterAll(() => engine.close());

async function traceExample(example: Example, sql: string): Promise<Trace> {
	await emptyDatabase(engine);
	const { before = "", transaction = "none" } = example;
	return traceHistory(
		{
			migrations: [
				migrationOf("before", { sql: before }, 0, false),
				migrationOf("example", { sql, transaction }, 1, true),
			],
			dialect,
		},
		engine,
		{ rows: 1000 },
	);
}

function refusalsIn(trace: Trace): readonly string[] {
	const before = trace.history.failures.map(
		({ step, failure }) => `before: ${sqlOf(step)}: ${failure.message}`,
	);
	const own = trace.statements.flatMap(({ step, seen }) =>
		seen?.failure ? [`${sqlOf(step)}: ${seen.failure.message}`] : [],
	);
	return [...before, ...own];
}

for (const rule of rules.filter(({ dialects }) => dialects.includes("postgres"))) {
	describe(rule.id, () => {
		for (const [at, example] of rule.examples.entries()) {
			if ((example.dialect ?? rule.dialects[0]) !== "postgres") continue;
			test.each(["bad", "good"] as const)(
				`the %s example ${at + 1} does what is said`,
				async (which) => {
					const trace = await traceExample(example, example[which]);
					const name = `${rule.id} ${which} ${at + 1}`;
					const differences = differencesIn(trace);
					if (unforeseen[name] === undefined) expect(differences.join("\n")).toBe("");
					else expect(differences).not.toEqual([]);
					const known = refused[name];
					if (known === undefined) expect(refusalsIn(trace)).toEqual([]);
					else expect(refusalsIn(trace)).not.toEqual([]);
				},
			);
		}
	});
}

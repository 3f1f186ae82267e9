import { describe, expect, test } from "vitest";
import { runsOnServer, type Plan, type ServerStep } from "../../src/plan/plan.ts";
import type { SchemaLines } from "../catalog/server-schema.ts";
import { planSql } from "../plan/plan-sql.ts";
import { examples, exampleServer, withoutPlaces, type Shown } from "./example-server.ts";

const server = exampleServer();

/** As a runner does it: assertions, limits, the step, assertions. */
async function runStep(step: ServerStep): Promise<string | undefined> {
	for (const { says, sql } of step.before) {
		const [row] = await server.query(sql);
		if (row?.[0] !== "t" && row?.[0] !== "true") return `before ${step.id}: not ${says}: ${sql}`;
	}
	const isOne = step.transaction === "own";
	const failure = await server.run(
		[
			...(isOne ? ["BEGIN;", `SET LOCAL lock_timeout = ${step.lockTimeout};`] : []),
			...(isOne ? [`SET LOCAL statement_timeout = ${step.statementTimeout};`] : []),
			...step.settings,
			...step.sql,
			...(isOne ? ["COMMIT;"] : []),
		].join("\n"),
	);
	if (failure !== undefined) {
		await server.run("ROLLBACK;");
		return failure;
	}
	for (const { says, sql } of step.after) {
		const [row] = await server.query(sql);
		if (row?.[0] !== "t" && row?.[0] !== "true") return `after ${step.id}: not ${says}: ${sql}`;
	}
	return undefined;
}

async function schemaAfterPlan(before: string, plan: Plan): Promise<SchemaLines | string> {
	const failure = await server.start(before);
	if (failure !== undefined) return failure;
	for (const step of plan.steps.filter(runsOnServer)) {
		const stopped = await runStep(step);
		if (stopped !== undefined) return stopped;
	}
	return server.schema();
}

function planOf({ rule, before, bad, transaction }: Shown): Promise<Plan> {
	return planSql(
		[
			{ id: "before", sql: before },
			{ id: "change", sql: bad, transaction },
		],
		{ version: 18, also: [rule.id] },
	);
}

/** What a person does, what stays until later, or what is meant to end otherwise. */
const otherwise: Readonly<Record<string, string>> = {
	"no-add-column-rewrite 3": "a virtual column takes the place of a stored one",
	"no-domain-constraint-scan 1": "CHECKs on the tables prove what the domain leaves unproved",
	"no-duplicate-foreign-key 1": "the new key is validated and takes the place of the old one",
	"no-rename-enum-value 1": "the old value stays, unused",
	"require-balanced-transaction 2": "what the server rolls back at the end of the session is run",
	"require-concurrent-detach 1": "CONCURRENTLY leaves a CHECK with the bounds",
	"require-concurrent-index 2": "the index of a partition has the name that the recipe gives it",
	"require-definer-search-path 1": "the function gets the search_path that it lacks",
	"require-definer-search-path 2": "the function gets the search_path that it lacks",
	"require-not-valid-constraint 1": "the referring column gets an index too",
};

describe("the steps of a plan, in their order, end in the schema of what they replace", () => {
	test.for(examples)("$name", async (example) => {
		const plan = await planOf(example);
		const wanted = await server.schemaAfter(example.before, example.bad);
		// What the server refuses as it is written has no plan that could reach the same.
		if (typeof wanted === "string") return;
		const reached = await schemaAfterPlan(example.before, plan);
		if (otherwise[example.name] === undefined) {
			expect(withoutPlaces(reached)).toEqual(withoutPlaces(wanted));
		} else expect(withoutPlaces(reached)).not.toEqual(withoutPlaces(wanted));
	});
});

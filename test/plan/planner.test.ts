import { describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import { runsOnServer } from "../../src/plan/plan.ts";
import { outline, planSql } from "./plan-sql.ts";

const orders =
	"CREATE TABLE orders (id bigint PRIMARY KEY, total integer, status text, customer_id bigint);";

describe("rules have no error to report of a step that takes a statement's place", () => {
	test.for(rules.flatMap((rule) => rule.examples.map((example, at) => ({ rule, example, at }))))(
		"$rule.id $at",
		async ({ rule, example: { before = "", bad, transaction = "none", version } }) => {
			const plan = await planSql(
				[
					{ id: "before", sql: before },
					{ id: "change", sql: bad, transaction },
				],
				{ also: [rule.id], ...(version !== undefined && { version }) },
			);
			const errors = plan.steps
				.filter(runsOnServer)
				.filter(({ origin, window }) => origin.recipe !== undefined && window === undefined)
				.flatMap(({ remarks }) => remarks)
				.filter(({ severity }) => severity === "error");
			expect(errors).toEqual([]);
		},
	);
});

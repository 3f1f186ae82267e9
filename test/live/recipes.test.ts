import { describe, expect, test } from "vitest";
import type { FilledRecipe } from "../../src/core/finding.ts";
import { lintSql } from "../lint-sql.ts";
import {
	exampleServer,
	examples,
	statementsOf,
	withoutPlaces,
	type Shown,
} from "./example-server.ts";

const server = exampleServer();

interface Offered {
	readonly recipe: FilledRecipe;
	/** The example with the recipe's SQL in place of the statement. */
	readonly changes: string;
}

const sqlOf = (recipe: FilledRecipe): string =>
	recipe.steps.flatMap(({ sql }) => (sql === undefined ? [] : [sql])).join("\n");

async function recipeFor({ rule, before, bad, transaction }: Shown): Promise<Offered | undefined> {
	const { findings } = await lintSql(
		[
			{ id: "before", sql: before },
			{ id: "change", sql: bad, transaction },
		],
		{ only: [rule.id], version: 18 },
	);
	const finding = findings.find(({ recipe }) => recipe);
	if (!finding?.recipe) return undefined;
	const at = (await statementsOf(bad)).find(
		({ start, end }) => start <= finding.range.start && finding.range.end <= end,
	);
	if (!at) throw new Error(`The finding of ${rule.id} is in no statement.`);
	const kept = finding.recipe.keepsStatement ? `${bad.slice(at.start, at.end)};` : "";
	const changes = `${bad.slice(0, at.start)}${kept}\n${sqlOf(finding.recipe)}${bad.slice(at.end)}`;
	return { recipe: finding.recipe, changes };
}

/** What a person must do first, what stays until later, or what is meant to end otherwise. */
const otherwise: Readonly<Record<string, string>> = {
	"no-add-column-rewrite 3": "a virtual column takes the place of a stored one",
	"no-domain-constraint-scan 1": "CHECKs on the tables prove what the domain leaves unproved",
	"no-rename-enum-value 1": "the old value stays, unused",
	"require-concurrent-detach 1": "CONCURRENTLY leaves a CHECK with the bounds",
	"require-concurrent-index 2": "the index of a partition has the name that the recipe gives it",
	"require-not-valid-constraint 1": "the referring column gets an index too",
};

describe("a recipe ends in the schema of the statement it replaces", () => {
	test.for(examples)("$name", async (example) => {
		const offered = await recipeFor(example);
		if (!offered) return;
		const wanted = await server.schemaAfter(example.before, example.bad);
		const reached = await server.schemaAfter(example.before, offered.changes);
		expect(typeof reached).not.toBe("string");
		if (typeof wanted === "string" || offered.recipe.keepsStatement) return;
		// Not one that could be equal is excused.
		if (otherwise[example.name] === undefined) {
			expect(withoutPlaces(reached)).toEqual(withoutPlaces(wanted));
		} else expect(withoutPlaces(reached)).not.toEqual(withoutPlaces(wanted));
	});
});

/** What a recipe leaves to a later release, with the evidence that it then has. */
const later = [
	"no-drop-column",
	"no-drop-constraint",
	"no-drop-function",
	"no-drop-sequence",
	"no-drop-table",
	"no-drop-type",
	"no-drop-view",
	"no-rename-table",
	"no-required-without-default",
];

/** Each step of the server with its release: code that people deploy ends one. */
function stepsOf(recipe: FilledRecipe) {
	let release = 0;
	return recipe.steps.flatMap(({ sql, transaction, deploys }, at) => {
		if (deploys) release++;
		if (sql === undefined) return [];
		const wrapped = transaction === "own" ? "file" : "none";
		return [{ id: `step ${at}`, sql, transaction: wrapped, release: `recipe ${release}` } as const];
	});
}

describe("no step of a recipe has an error", () => {
	test.for(examples)("$name", async (example) => {
		const offered = await recipeFor(example);
		if (!offered) return;
		const steps = stepsOf(offered.recipe);
		const history = offered.recipe.keepsStatement
			? [
					{ id: "before", sql: example.before },
					{ id: "change", sql: example.bad },
				]
			: [{ id: "before", sql: example.before }];
		const { findings } = await lintSql(
			[...history, ...steps.map((step) => ({ ...step, candidate: true }))],
			{ version: 18 },
		);
		const errors = findings.filter(
			({ severity, rule }) => severity === "error" && !later.includes(rule),
		);
		expect(errors.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
	});
});

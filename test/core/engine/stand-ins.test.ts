import { expect, test } from "vitest";
import { lint } from "../../../src/core/engine/lint.ts";
import type { Migration } from "../../../src/core/migration.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../../src/generated/recipes.ts";
import { rules } from "../../../src/generated/rules.ts";

function migration(order: number, text: string): Migration {
	const id = String(order);
	return {
		id,
		name: id,
		layout: "pop",
		order,
		release: id,
		candidate: order > 1,
		up: [
			{
				file: { path: `${id}.sql`, text },
				range: { start: 0, end: text.length },
				transaction: "none",
			},
		],
		down: [],
		verify: [],
		placeholders: ["doubleBrace"],
	};
}

test("placeholders are shown as they are written: left out of sentences, whole in SQL", async () => {
	const schema = '{{ index .Options "Namespace" }}';
	const { findings } = lint({
		history: {
			migrations: [
				migration(1, `CREATE TABLE ${schema}.sessions (id uuid PRIMARY KEY, aal text);`),
				migration(2, `ALTER TABLE ${schema}.sessions DROP COLUMN aal;`),
			],
			dialect: await loadPostgres(),
			version: 17,
		},
		rules: rules.filter(({ id }) => id === "no-drop-column").map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
	});
	expect(findings.map(({ message, help }) => [message, help])).toEqual([
		[
			"Statements of running code that name sessions.aal fail once it is dropped, and its values are lost.",
			"First release code that no longer names sessions.aal. Once that is deployed, write above the statement, with the earlier migration that brought the replacement: -- lockkeeper:contract sessions.aal since=<revision>",
		],
	]);
	expect(findings[0]?.recipe?.steps.at(-1)?.sql).toBe(
		`ALTER TABLE ${schema}.sessions DROP COLUMN aal;`,
	);
});

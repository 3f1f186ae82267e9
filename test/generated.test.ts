import { readdirSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url);

function camelCase(id: string): string {
	return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The module that lists every default export of a folder. */
function registryOf(folder: string, name: string, type: string, from: string): string {
	const ids = readdirSync(new URL(folder, root))
		.filter((file) => file.endsWith(".ts"))
		.map((file) => file.slice(0, -3))
		.sort();
	const prefix = folder.startsWith("src/") ? folder.replace("src/", "../") : `../../${folder}`;
	return [
		"// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.",
		`import type { ${type} } from "${from}";`,
		...ids.map((id) => `import ${camelCase(id)} from "${prefix}/${id}.ts";`),
		"",
		`export const ${name}: readonly ${type}[] = [`,
		...ids.map((id) => `\t${camelCase(id)},`),
		"];",
		"",
	].join("\n");
}

/** The module that says how to load each file of a folder: most runs need one of them. */
function loadersOf(folder: string, name: string): string {
	const ids = readdirSync(new URL(folder, root))
		.filter((file) => file.endsWith(".ts"))
		.map((file) => file.slice(0, -3))
		.sort();
	return [
		"// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.",
		"",
		`export const ${name.slice(0, -1)}Ids = [${ids.map((id) => `"${id}"`).join(", ")}] as const;`,
		"",
		`export const ${name} = {`,
		...ids.map(
			(id) =>
				`\t${id}: async () => (await import("${folder.replace("src/", "../")}/${id}.ts")).default,`,
		),
		"};",
		"",
	].join("\n");
}

test("the format registry lists every file in src/report/formats/", async () => {
	await expect(loadersOf("src/report/formats", "formats")).toMatchFileSnapshot(
		"../src/generated/formats.ts",
	);
});

test("the rule registry lists every file in rules/", async () => {
	await expect(registryOf("rules", "rules", "Rule", "../core/rule.ts")).toMatchFileSnapshot(
		"../src/generated/rules.ts",
	);
});

test("the recipe registry lists every file in src/plan/recipes/", async () => {
	await expect(
		registryOf("src/plan/recipes", "recipes", "AnyRecipe", "../plan/recipe.ts"),
	).toMatchFileSnapshot("../src/generated/recipes.ts");
});

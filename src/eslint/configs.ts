import type { ESLint, Linter } from "eslint";
import { presetIncludes, type Preset } from "../core/preset.ts";
import { rules } from "../generated/rules.ts";

/** The name of the plugin in configs and comments. */
export const namespace = "lockkeeper";

function rulesOf(preset: Preset): Linter.RulesRecord {
	return Object.fromEntries(
		rules
			.filter((rule) => presetIncludes(preset, rule.preset))
			.map(({ id, severity }) => [`${namespace}/${id}`, severity === "error" ? "error" : "warn"]),
	);
}

/** Returns a preset as a flat config: for SQL files, and for programs in folders of migrations. */
export function configOf(preset: Preset, plugin: ESLint.Plugin): Linter.Config[] {
	const shared = { plugins: { [namespace]: plugin }, rules: rulesOf(preset) };
	return [
		{
			name: `${namespace}/${preset}/sql`,
			files: ["**/*.sql"],
			language: `${namespace}/sql`,
			...shared,
		},
		{
			name: `${namespace}/${preset}/programs`,
			// A pattern with this end adds no files to those that ESLint lints anyway: TypeScript needs a
			// parser, which only the user's config can name.
			files: ["**/*migrat*/**"],
			ignores: ["**/!(*.js|*.cjs|*.mjs|*.ts|*.cts|*.mts)"],
			...shared,
		},
	];
}

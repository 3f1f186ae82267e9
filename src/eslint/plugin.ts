import type { ESLint, Linter } from "eslint";
import manifest from "../../package.json" with { type: "json" };
import { presets, type Preset } from "../core/preset.ts";
import { configOf, namespace } from "./configs.ts";
import { eslintRules } from "./rules.ts";
import { sql } from "./sql/language.ts";

/** The presets as flat configs, to be spread or extended. */
const configs: Record<Preset, Linter.Config[]> = { recommended: [], strict: [], all: [] };

/** lockkeeper for ESLint 9.15 and later: its rules, a language for SQL files and its presets. */
const plugin: ESLint.Plugin & { readonly configs: Record<Preset, Linter.Config[]> } = {
	meta: { name: manifest.name, version: manifest.version, namespace },
	languages: { sql },
	rules: eslintRules,
	configs,
};

// ESLint wants the very same object wherever a plugin is named.
for (const preset of presets) configs[preset].push(...configOf(preset, plugin));

export { plugin as default };

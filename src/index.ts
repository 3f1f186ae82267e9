export { defineConfig } from "./core/config.ts";
export type { Config, ProjectConfig, RuleSetting } from "./core/config.ts";
export type { Finding, FilledRecipe, RecipeStep, Severity } from "./core/finding.ts";
export type { ProjectProblem } from "./core/migration.ts";
export { concise } from "./report/formats/concise.ts";
export { json, type JsonReport } from "./report/formats/json.ts";
export type { LintReport } from "./report/report.ts";
export { lintRepository, type LintRequest } from "./repository.ts";

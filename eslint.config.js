import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
	globalIgnores(["dist/", "editors/", "coverage/", "fixtures/", "src/generated/"]),
	tseslint.configs.strictTypeChecked,
	tseslint.configs.stylisticTypeChecked,
	{
		languageOptions: {
			parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
		},
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			"no-console": "error",
			eqeqeq: "error",
			// Taking a property out of an object is how a value without it is made.
			"@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
			"@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
			"@typescript-eslint/switch-exhaustiveness-check": [
				"error",
				{ considerDefaultExhaustiveForUnions: true },
			],
		},
	},
	{
		// The compiler checks these too; the linter cannot see a type that JSDoc gives to an `any`.
		files: ["*.js"],
		extends: [tseslint.configs.disableTypeChecked],
	},
	{
		files: ["src/**/*.ts", "test/**/*.ts", "tools/**/*.ts"],
		// A declaration says what a library exports.
		ignores: ["**/*.d.ts"],
		rules: {
			"no-restricted-syntax": [
				"error",
				{
					selector: "ExportDefaultDeclaration",
					message:
						"Export by name: only rules, recipes, formats and config files have a default export.",
				},
			],
		},
	},
	{
		files: ["src/report/formats/*.ts"],
		rules: { "no-restricted-syntax": "off" },
	},
	{
		files: ["rules/**/*.ts", "src/plan/recipes/*.ts"],
		rules: {
			"no-restricted-syntax": [
				"error",
				{
					selector: "ExportNamedDeclaration, ExportAllDeclaration",
					message: "A rule or recipe file has one export, as its default.",
				},
			],
		},
	},
	{
		// These run in a browser too: tsconfig.browser.json checks the globals, this the imports.
		files: ["src/{core,catalog,dialect,plan}/**/*.ts", "rules/**/*.ts"],
		rules: {
			"no-restricted-imports": [
				"error",
				{
					patterns: [
						{
							group: ["node:*"],
							message: "This folder does no I/O: reading belongs to src/project and src/cli.",
						},
						{
							regex: "/(project|run|trace|report|cli|lsp|eslint)/",
							message: "This folder knows only core, catalog, dialect, plan and rules.",
						},
					],
				},
			],
		},
	},
	{
		files: ["src/cli/**/*.ts", "test/**/*.ts", "tools/**/*.ts"],
		rules: { "no-console": "off" },
	},
	{
		files: ["test/**/*.ts"],
		rules: { "@typescript-eslint/no-non-null-assertion": "off" },
	},
);

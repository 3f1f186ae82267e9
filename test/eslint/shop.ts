import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { ESLint } from "eslint";
import { ESLint as ESLint9 } from "eslint9";
import { directoryWith, root } from "../cli/run.ts";

export interface Message {
	readonly ruleId: string | null;
	readonly line?: number | undefined;
	readonly column?: number | undefined;
	readonly message: string;
	readonly fatal?: true | undefined;
	readonly suggestions?: readonly { readonly desc: string }[] | undefined;
}

export interface Result {
	readonly filePath: string;
	readonly output?: string | undefined;
	readonly messages: readonly Message[];
}

/** What both versions of ESLint's class have. */
type EslintClass = new (options: { readonly cwd: string; readonly fix?: boolean }) => {
	lintFiles(patterns: string): Promise<readonly Result[]>;
	lintText(text: string, options: { readonly filePath: string }): Promise<readonly Result[]>;
};

/** The versions of ESLint that the plugin is for. */
export const versions: readonly {
	readonly version: string;
	readonly program: string;
	readonly ESLint: EslintClass;
}[] = [
	{ version: "10", program: "node_modules/eslint/bin/eslint.js", ESLint },
	{ version: "9", program: "node_modules/eslint9/bin/eslint.js", ESLint: ESLint9 },
];

export const recommended = `import lockkeeper from "lockkeeper/eslint";
export default lockkeeper.configs.recommended;
`;

/** A repository with lockkeeper and ESLint installed as npm would. */
export function shopWith(files: Readonly<Record<string, string | Buffer>>): string {
	const cwd = directoryWith({
		"package.json": '{ "type": "module" }\n',
		"eslint.config.js": recommended,
		"lockkeeper.config.json": "{}\n",
		...files,
	});
	for (const name of ["eslint", "eslint9", "@eslint/js", "typescript-eslint"]) {
		const place = path.join(cwd, "node_modules", name);
		mkdirSync(path.dirname(place), { recursive: true });
		symlinkSync(path.join(root, "node_modules", name), place);
	}
	symlinkSync(root, path.join(cwd, "node_modules/lockkeeper"));
	return cwd;
}

/** A table with users. */
export const orders = {
	"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
} as const;

/** Two hazards: the first can be mended without asking. */
export const hazards =
	"SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\nDROP TABLE orders;\n";

/** Returns the place and the rule of each message, in the order of the files. */
export function told(results: readonly Result[]): readonly string[] {
	return results.flatMap(({ messages }) =>
		messages.map(({ ruleId, line, column }) => `${line ?? 0}:${column ?? 0} ${ruleId ?? "-"}`),
	);
}

/** Runs ESLint as a user would. */
export function runEslint(
	cwd: string,
	parameters: readonly string[],
	{ program = versions[0]!.program, input = "" } = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
	const { PATH, HOME } = process.env;
	return spawnSync(process.execPath, [path.join(cwd, program), ...parameters], {
		cwd,
		input,
		encoding: "utf8",
		env: { PATH, HOME },
	});
}

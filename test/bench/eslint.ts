/**
 * Measures ESLint with the plugin on a history of 500 files, as CPU seconds, against `lockkeeper lint` of the
 * same and against ESLint with nothing to lint but one SQL file. Needs a build (`npm run build`).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeHistory } from "./history.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cwd = mkdtempSync(path.join(os.tmpdir(), "lockkeeper-bench-"));
const eslint = path.join(root, "node_modules/eslint/bin/eslint.js");

function cpuSeconds(args: readonly string[]): number {
	const usage = spawnSync(
		"bash",
		["-c", `TIMEFORMAT='%U %S'; time "$0" "$@" >/dev/null 2>&1`, process.execPath, ...args],
		{ cwd, encoding: "utf8" },
	).stderr;
	const [user = NaN, system = NaN] = usage.trim().split(/\s+/).slice(-2).map(Number);
	return user + system;
}

const commands: Readonly<Record<string, readonly string[]>> = {
	"lockkeeper lint": [path.join(root, "dist/cli.js"), "lint", "--format", "concise", "migrations"],
	"eslint, one file that is no migration": [eslint, "reports"],
	"eslint migrations": [eslint, "migrations"],
};

try {
	writeHistory(path.join(cwd, "migrations"), 500);
	mkdirSync(path.join(cwd, "reports"));
	mkdirSync(path.join(cwd, "node_modules"));
	symlinkSync(root, path.join(cwd, "node_modules/lockkeeper"));
	writeFileSync(path.join(cwd, "reports/orders.sql"), "SELECT 1;\n");
	writeFileSync(
		path.join(cwd, "eslint.config.mjs"),
		'import lockkeeper from "lockkeeper/eslint";\nexport default lockkeeper.configs.recommended;\n',
	);
	const least = new Map<string, number>();
	for (let round = 0; round < 5; round++) {
		for (const [name, args] of Object.entries(commands)) {
			least.set(name, Math.min(least.get(name) ?? Infinity, cpuSeconds(args)));
		}
	}
	const baseline = least.get("lockkeeper lint") ?? NaN;
	for (const [name, seconds] of least) {
		const ratio = (seconds / baseline).toFixed(2);
		console.log(
			`${name.padEnd(40)} ${(seconds * 1000).toFixed(0).padStart(6)} ms cpu  ${ratio} x lint`,
		);
	}
} finally {
	rmSync(cwd, { recursive: true, force: true });
}

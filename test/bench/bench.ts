/**
 * Measures what the design promises and prints ratios against a named baseline of the same run:
 * start-up against `node -e 0`, a whole history against the bare parse of its statements, and against
 * squawk where it is installed. Needs a build (`npm run build`).
 */
import { spawnSync } from "node:child_process";
import {
	appendFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeHistory } from "./history.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cli = path.join(root, "dist", "cli.js");
const work = mkdtempSync(path.join(os.tmpdir(), "lockkeeper-bench-"));

/** User and system CPU seconds of a command, read from bash's `time`. */
function cpuSeconds(command: readonly string[]): number {
	const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
	const script = `TIMEFORMAT='%U %S'; time ${quoted} > /dev/null 2>&1`;
	const { stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: work });
	const [user = NaN, system = NaN] = stderr.trim().split(/\s+/).map(Number);
	return user + system;
}

/** The smallest of interleaved runs of each command: load from outside only ever adds. */
function interleaved(commands: Readonly<Record<string, readonly string[]>>, rounds: number) {
	const least = new Map<string, number>();
	for (let round = 0; round < rounds; round++) {
		for (const [name, command] of Object.entries(commands)) {
			least.set(name, Math.min(least.get(name) ?? Infinity, cpuSeconds(command)));
		}
	}
	return least;
}

function line(name: string, seconds: number, baseline: number, named: string): void {
	const ratio = (seconds / baseline).toFixed(2);
	console.log(
		`${name.padEnd(44)} ${(seconds * 1000).toFixed(0).padStart(7)} ms cpu  ${ratio} x ${named}`,
	);
}

function benchStartUp(): void {
	const file = path.join(work, "one.sql");
	writeFileSync(
		file,
		"ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX orders_note_idx ON orders (note);\n",
	);
	const empty = [process.execPath, "-e", "0"];
	const least = interleaved(
		{
			empty,
			version: [process.execPath, cli, "--version"],
			lint: [process.execPath, cli, "lint", file],
		},
		15,
	);
	const baseline = least.get("empty") ?? NaN;
	line("lockkeeper --version", least.get("version") ?? NaN, baseline, "node -e 0");
	line(
		"lockkeeper lint, one file of 2 statements",
		least.get("lint") ?? NaN,
		baseline,
		"node -e 0",
	);
}

/** CPU seconds of `lint --cache` when the last of 2,000 migrations is another one than in the run before. */
function benchChange(directory: string, lint: readonly string[]): number {
	writeHistory(directory, 2000);
	const [newest = ""] = readdirSync(directory).sort().slice(-1);
	const command = [...lint, "--cache-location", path.join(work, "cache-of-grown"), directory];
	spawnSync(command[0] ?? "", command.slice(1), { cwd: work });
	let least = Infinity;
	for (let round = 0; round < 5; round++) {
		appendFileSync(path.join(directory, newest), `\nDROP TABLE sessions_${round};\n`);
		least = Math.min(least, cpuSeconds(command));
	}
	return least;
}

function benchHistory(): void {
	const directory = path.join(work, "migrations");
	const statements = writeHistory(directory, 2000);
	const texts = path.join(work, "statements.json");
	writeFileSync(texts, JSON.stringify(statements));
	const bareParse = [
		`const v8 = require("node:v8");`,
		`v8.setFlagsFromString("--wasm-tiering-budget=2000000000");`,
		`const statements = JSON.parse(require("node:fs").readFileSync(${JSON.stringify(texts)}, "utf8"));`,
		`const parser = require(${JSON.stringify(path.join(root, "node_modules", "libpg-query"))});`,
		`parser.loadModule().then(() => { for (const sql of statements) parser.parseSync(sql); });`,
	].join("\n");
	const empty = path.join(work, "empty");
	mkdirSync(empty, { recursive: true });
	const concise = [process.execPath, cli, "lint", "--format", "concise", "--fail-on", "never"];
	const cached = [...concise, "--cache-location", path.join(work, "cache"), directory];
	// The first run fills the cache.
	spawnSync(cached[0] ?? "", cached.slice(1), { cwd: work });
	const changed = benchChange(path.join(work, "grown"), concise);
	const squawk = path.join(root, "node_modules", ".bin", "squawk");
	const least = interleaved(
		{
			empty: [process.execPath, "-e", "0"],
			bare: [process.execPath, "-e", bareParse],
			lint: [...concise, directory],
			cached,
			nothing: [...concise, empty],
			...(existsSync(squawk) && { squawk: ["bash", "-c", `${squawk} ${directory}/*.sql`] }),
		},
		5,
	);
	const start = least.get("empty") ?? NaN;
	const bare = (least.get("bare") ?? NaN) - start;
	const lint = (least.get("lint") ?? NaN) - start;
	console.log(
		`history: 2,000 files, ${statements.length} statements; times without node's own start`,
	);
	line("bare libpg-query parse of the statements", bare, bare, "bare parse");
	line("lockkeeper lint of the history", lint, bare, "bare parse");
	console.log(
		`${"".padEnd(44)} ${Math.round(statements.length / lint).toLocaleString("en-US")} statements per cpu second`,
	);
	const nothing = least.get("nothing") ?? NaN;
	line("lint of an empty directory, with node's start", nothing, nothing, "itself");
	line(
		"lint --cache of the unchanged history",
		least.get("cached") ?? NaN,
		nothing,
		"empty directory",
	);
	line(
		"lint of the history, with node's start",
		least.get("lint") ?? NaN,
		nothing,
		"empty directory",
	);
	line("lint --cache after a change of the newest", changed, nothing, "empty directory");
	const squawkSeconds = least.get("squawk");
	if (squawkSeconds !== undefined)
		line("squawk-cli of the same files", squawkSeconds, bare, "bare parse");
	else console.log("squawk-cli is not installed: no comparison");
	const { stderr } = spawnSync(
		process.execPath,
		[cli, "lint", "--stats", "--format", "concise", directory],
		{ encoding: "utf8", cwd: work },
	);
	console.log(`--stats: ${stderr.trim()}`);
}

try {
	benchStartUp();
	benchHistory();
} finally {
	rmSync(work, { recursive: true, force: true });
}

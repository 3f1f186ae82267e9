import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const program = path.join(root, "dist/cli.js");

export interface Run {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly cwd?: string;
	readonly input?: string | Buffer;
	readonly environment?: Readonly<Record<string, string>>;
	readonly nodeFlags?: readonly string[];
}

function bareEnvironment(): NodeJS.ProcessEnv {
	const names = ["PATH", "HOME", "TMPDIR", "SystemRoot"];
	return Object.fromEntries(
		names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
	);
}

/** Runs the bundled command line as a user would, without the colours of this terminal. */
export function lockkeeper(args: readonly string[], options: RunOptions = {}): Promise<Run> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [...(options.nodeFlags ?? []), program, ...args], {
			cwd: options.cwd ?? root,
			env: { ...bareEnvironment(), ...options.environment },
		});
		const output = { stdout: "", stderr: "" };
		for (const stream of ["stdout", "stderr"] as const) {
			child[stream].setEncoding("utf8");
			child[stream].on("data", (text: string) => {
				output[stream] += text;
			});
		}
		child.on("error", reject);
		child.on("close", (code) => {
			resolve({ code, ...output });
		});
		child.stdin.on("error", () => undefined);
		child.stdin.end(options.input ?? "");
	});
}

/** Returns a directory with these files, which goes away with the test. */
export function directoryWith(files: Readonly<Record<string, string | Buffer>>): string {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(directory, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, content);
	}
	return directory;
}

/** A shop whose third migration drops a table that the first one made. */
export const shop = {
	"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
	"migrations/002_invoices.sql": "CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
	"migrations/003_drop_invoices.sql": "SET lock_timeout = '2s';\nDROP TABLE invoices;\n",
} as const;

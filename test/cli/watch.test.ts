import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { directoryWith, lockkeeper, root, shop } from "./run.ts";

const program = path.join(root, "dist/cli.js");
const hasTerminals = spawnSync("script", ["--version"]).status === 0;

interface Terminal {
	/** Resolves with what was printed since the last call, once it holds the text. */
	readonly until: (text: string) => Promise<string>;
	readonly type: (text: string) => void;
	readonly ended: Promise<number | null>;
}

/** Runs lint --watch in a terminal that script (util-linux) makes. */
function terminal(cwd: string, ...more: readonly string[]): Terminal {
	// A shell between the terminal and the program would end by the ctrl-C itself, as dash does.
	const command = [
		"exec",
		process.execPath,
		program,
		"lint",
		"--watch",
		"--format",
		"concise",
		...more,
	];
	const child = spawn("script", ["-qec", command.join(" "), "/dev/null"], {
		cwd,
		env: { ...process.env, SHELL: "/bin/sh" },
	});
	onTestFinished(() => {
		child.kill("SIGKILL");
	});
	let printed = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		printed += text;
	});
	return {
		until: (text) =>
			new Promise((resolve) => {
				const look = (): void => {
					if (!printed.includes(text)) return;
					clearInterval(timer);
					resolve(printed);
					printed = "";
				};
				const timer = setInterval(look, 20);
			}),
		type: (text) => void child.stdin.write(text),
		ended: new Promise((resolve) => {
			child.on("close", resolve);
		}),
	};
}

test("without a terminal there is nobody to watch for", async () => {
	const { code, stdout, stderr } = await lockkeeper(["lint", "--watch"], {
		cwd: directoryWith(shop),
	});
	expect(code).toBe(2);
	expect(stdout).toBe("");
	expect(stderr).toMatchInlineSnapshot(`
		"lockkeeper: --watch is for a terminal, and the output goes somewhere else.
		  Leave --watch out: lockkeeper lint judges once.
		"
	`);
});

describe.skipIf(!hasTerminals)("on a terminal", () => {
	test("a changed and a new migration are judged; ctrl-C ends with 0", async () => {
		const cwd = directoryWith(shop);
		const { until, type, ended } = terminal(cwd);
		expect(await until("watching 3 files")).toContain("no-drop-table");
		writeFileSync(path.join(cwd, "migrations/003_drop_invoices.sql"), "SELECT 1;\n");
		expect(await until("watching 3 files")).not.toContain("no-drop-table");
		writeFileSync(
			path.join(cwd, "migrations/004_drop_orders.sql"),
			"SET lock_timeout = '2s';\nDROP TABLE orders;\n",
		);
		expect(await until("watching 4 files")).toContain("004_drop_orders.sql:2:1");
		type("\u0003");
		expect(await ended).toBe(0);
	});

	test("a config that breaks is told, and mended it counts again", async () => {
		const cwd = directoryWith({ ...shop, "lockkeeper.config.json": "{}" });
		const { until } = terminal(cwd);
		await until("watching 3 files");
		writeFileSync(path.join(cwd, "lockkeeper.config.json"), "{");
		expect(await until("Mend the JSON")).toContain("lockkeeper.config.json:1:2");
		writeFileSync(
			path.join(cwd, "lockkeeper.config.json"),
			JSON.stringify({ rules: { "no-drop-table": "off" } }),
		);
		expect(await until("watching 3 files")).not.toContain("no-drop-table");
	});

	test("fixes are made once, not as one types", async () => {
		const { until, ended } = terminal(directoryWith(shop), "--fix", "migrations");
		await until("--watch does not go together with fixes");
		expect(await ended).toBe(2);
	});
});

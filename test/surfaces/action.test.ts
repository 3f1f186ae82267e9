import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { commitAll, git } from "../cli/git.ts";
import { directoryWith, root } from "../cli/run.ts";

function pullRequest(sql: string): string {
	const cwd = directoryWith({
		"migrations/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n",
	});
	commitAll(cwd);
	git(cwd, "checkout", "-q", "-b", "change");
	writeFileSync(path.join(cwd, "migrations/002_change.sql"), sql);
	git(cwd, "add", ".");
	git(cwd, "commit", "-q", "-m", "change");
	return cwd;
}

function runAction(cwd: string, inputs: Readonly<Record<string, string>> = {}) {
	const output = path.join(cwd, "output");
	const summary = path.join(cwd, "summary.md");
	const run = spawnSync(path.join(root, ".github/run-action"), [], {
		cwd,
		encoding: "utf8",
		env: {
			PATH: process.env["PATH"],
			GITHUB_ACTIONS: "true",
			GITHUB_BASE_REF: "main",
			GITHUB_ACTION_PATH: root,
			GITHUB_OUTPUT: output,
			GITHUB_STEP_SUMMARY: summary,
			INPUT_PATHS: "",
			INPUT_CONFIG: "",
			INPUT_BASE: "",
			INPUT_FAIL_ON: "error",
			INPUT_COMMENT: "true",
			INPUT_SARIF_FILE: "",
			INPUT_VERSION: "latest",
			...inputs,
		},
	});
	return { ...run, output: readFileSync(output, "utf8"), summary };
}

const index = "SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n";

test("the action annotates, summarises and fails on a hazard", () => {
	const cwd = pullRequest(index);
	const { status, stdout, output, summary } = runAction(cwd, { INPUT_SARIF_FILE: "found.sarif" });
	expect(stdout).toContain("::error file=migrations/002_change.sql,line=2,");
	expect(output).toBe("exit-code=1\n");
	expect(status).toBe(1);
	expect(readFileSync(summary, "utf8")).toContain("do not deploy this as it is");
	expect(existsSync(path.join(cwd, "found.sarif"))).toBe(true);
});

test("the action passes where nothing stops a deploy", () => {
	const run = runAction(pullRequest("CREATE TABLE invoices (id bigint PRIMARY KEY);\n"));
	expect(run.output).toBe("exit-code=0\n");
	expect(run.status).toBe(0);
});

test("inputs are never run as commands", () => {
	const cwd = pullRequest(index);
	const text = "$(touch taken) `touch taken`; touch taken *";
	const { status } = runAction(cwd, { INPUT_PATHS: text, INPUT_CONFIG: text, INPUT_BASE: text });
	expect(status).toBe(2);
	expect(existsSync(path.join(cwd, "taken"))).toBe(false);
});

test("every input that the action declares reaches the program as a variable", () => {
	const text = readFileSync(path.join(root, "action.yml"), "utf8");
	const inputs = [
		...(/^inputs:\n([^]*?)^outputs:/m.exec(text)?.[1] ?? "").matchAll(/^ {2}([\w-]+):/gm),
	].map(([, name]) => name ?? "");
	expect(inputs.length).toBeGreaterThan(5);
	for (const name of inputs) expect(text).toContain(`\${{ inputs.${name} }}`);
	expect(/run: .*\$\{\{/.test(text)).toBe(false);
});

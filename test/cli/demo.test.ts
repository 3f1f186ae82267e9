import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { directoryWith, lockkeeper, root, type Run } from "./run.ts";

let run: Run;

/** What differs from one time to the next: times and hashes. */
function steady(text: string): string {
	return text
		.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<time>")
		.replace(/PostgreSQL \d+\.\d+/g, "PostgreSQL <version>")
		.replace(/\b[0-9a-f]{12}$/gm, "<hash>");
}

test("the demo takes a release from lint to proof", async () => {
	const cwd = directoryWith({});
	run = await lockkeeper(["demo"], { cwd });
	expect(run.stderr).toContain("all steps are done");
	expect(run.code).toBe(0);
	await expect(steady(run.stdout)).toMatchFileSnapshot("demo.txt");
	const again = await lockkeeper(["demo"], { cwd });
	expect(again.code).toBe(2);
	expect(again.stderr).toContain("lockkeeper-demo is there already.");
}, 180_000);

test("the README shows the end of the demo", () => {
	const from = run.stdout.indexOf("# All that it promised");
	const shown = steady(run.stdout.slice(from, run.stdout.indexOf("\n# And if")));
	const readme = readFileSync(path.join(root, "README.md"), "utf8");
	expect(readme).toContain(["```text", shown.trim(), "```"].join("\n"));
});

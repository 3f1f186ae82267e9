import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { directoryWith, lockkeeper, shop, type Run } from "./run.ts";

const concise = ["lint", "--format", "concise"];

function cached(cwd: string, ...more: readonly string[]): Promise<Run> {
	return lockkeeper([...concise, "--cache", ...more], { cwd });
}

/** The stored results with the time of their writing. */
function stored(cwd: string, folder = ".lockkeeper-cache"): readonly string[] {
	const directory = path.join(cwd, folder);
	return readdirSync(directory)
		.filter((name) => name.endsWith(".json"))
		.map((name) => `${name} ${statSync(path.join(directory, name)).mtimeMs}`)
		.sort();
}

test("a second run says the same and judges nothing", async () => {
	const cwd = directoryWith(shop);
	const without = await lockkeeper(concise, { cwd });
	const first = await cached(cwd);
	const before = stored(cwd);
	const second = await cached(cwd);
	expect(first).toEqual(without);
	expect(second).toEqual(first);
	expect(before).toHaveLength(1);
	expect(stored(cwd)).toEqual(before);
});

test("a stored result is what the second run prints", async () => {
	const cwd = directoryWith(shop);
	await cached(cwd);
	// A wrong text under the right hash shows where the words come from.
	const [name = ""] = stored(cwd).map((line) => line.split(" ")[0] ?? "");
	const file = path.join(cwd, ".lockkeeper-cache", name);
	const { createHash } = await import("node:crypto");
	const body = readFileSync(file, "utf8").split("\n")[1]!.replaceAll("invoices", "parcels");
	writeFileSync(file, `${createHash("sha256").update(body).digest("hex")}\n${body}`);
	expect((await cached(cwd)).stdout).toContain("parcels");
});

test("a changed migration is judged again", async () => {
	const cwd = directoryWith(shop);
	await cached(cwd);
	writeFileSync(
		path.join(cwd, "migrations/003_drop_invoices.sql"),
		"SET lock_timeout = '2s';\nDROP TABLE orders;\n",
	);
	const { stdout } = await cached(cwd);
	expect(stdout).toContain("orders");
	expect(stdout).not.toContain("invoices:");
	expect(stored(cwd)).toHaveLength(2);
});

test("other rules, another config and other statistics have results of their own", async () => {
	const cwd = directoryWith(shop);
	await cached(cwd);
	const skipped = await cached(cwd, "--skip", "no-drop-table");
	expect(skipped.stdout).not.toContain("no-drop-table");
	writeFileSync(
		path.join(cwd, "lockkeeper.config.json"),
		JSON.stringify({ rules: { "no-drop-table": "info" } }),
	);
	expect((await cached(cwd)).stdout).toContain("info no-drop-table");
	writeFileSync(
		path.join(cwd, "lockkeeper.statistics.json"),
		JSON.stringify({ tables: { invoices: { rows: 40_000_000 } } }),
	);
	await cached(cwd);
	expect(stored(cwd)).toHaveLength(4);
});

test("a damaged result is judged again and replaced", async () => {
	const cwd = directoryWith(shop);
	const first = await cached(cwd);
	const [name = ""] = stored(cwd).map((line) => line.split(" ")[0] ?? "");
	const file = path.join(cwd, ".lockkeeper-cache", name);
	const whole = readFileSync(file, "utf8");
	for (const damage of ["", whole.slice(0, whole.length / 2), whole.replace("error", "eRror")]) {
		writeFileSync(file, damage);
		expect(await cached(cwd)).toEqual(first);
		expect(readFileSync(file, "utf8")).toBe(whole);
	}
});

test("code that changes is searched afresh", async () => {
	const cwd = directoryWith({ ...shop, ".git/HEAD": "", "src/a.ts": "export const one = 1;\n" });
	const before = await cached(cwd);
	expect(before.stdout).not.toContain("src/a.ts");
	writeFileSync(
		path.join(cwd, "src/a.ts"),
		"export const all = () => query(`SELECT * FROM invoices`);\n",
	);
	expect((await cached(cwd)).stdout).toContain("src/a.ts:1");
});

test("results lie with the caches of other tools, or where the user says", async () => {
	const cwd = directoryWith({ ...shop, "node_modules/.package-lock.json": "{}" });
	await cached(cwd);
	expect(stored(cwd, "node_modules/.cache/lockkeeper")).toHaveLength(1);
	await lockkeeper([...concise, "--cache-location", "elsewhere"], { cwd });
	expect(stored(cwd, "elsewhere")).toHaveLength(1);
});

test("two runs at once leave one whole result", async () => {
	const cwd = directoryWith(shop);
	const runs = await Promise.all([cached(cwd), cached(cwd), cached(cwd)]);
	expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
	const files = readdirSync(path.join(cwd, ".lockkeeper-cache")).sort();
	expect(files.map((name) => path.extname(name))).toEqual(["", ".past", ".json"]);
});

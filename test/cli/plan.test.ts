import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parsePlan } from "../../src/plan/plan-shape.ts";
import { directoryWith, lockkeeper, root } from "./run.ts";

const webshop = path.join(root, "fixtures/projects/webshop");
const release = "db/migration/V10__rework_orders.sql";

test("the plan of a release fits a screen", async () => {
	const { stdout, code } = await lockkeeper(["plan", release], { cwd: webshop });
	expect(code).toBe(0);
	await expect(stdout).toMatchFileSnapshot("webshop.plan.txt");
});

test("the plan of a release for its reviewer", async () => {
	const { stdout } = await lockkeeper(["plan", release, "--format", "markdown"], { cwd: webshop });
	await expect(stdout).toMatchFileSnapshot("webshop.plan.md");
});

test("the page shows every step and nothing of its SQL as markup", async () => {
	const { stdout } = await lockkeeper(["plan", release, "--format", "html"], { cwd: webshop });
	const json = await lockkeeper(["plan", release, "--format", "json"], { cwd: webshop });
	const plan = parsePlan(JSON.parse(json.stdout));
	if (!("steps" in plan)) throw new Error(JSON.stringify(plan));
	for (const { id } of plan.steps) expect(stdout).toContain(`id="${id}"`);
	expect(stdout).not.toContain("<script");
});

const config = {
	projects: [{ root: "db", layout: "plain", dialect: "postgres" }],
	approval: { operators: ["ada", "grace"], required: 2 },
};

const files = {
	"lockkeeper.config.json": JSON.stringify(config),
	"db/001_orders.sql": "CREATE TABLE orders (id bigint PRIMARY KEY, status text);\n",
	"db/002_note.sql": "ALTER TABLE orders ADD COLUMN note text;\n",
};

test("a plan is open when enough operators have approved it, and closed by any change", async () => {
	const cwd = directoryWith(files);
	const run = (...args: readonly string[]) => lockkeeper(args, { cwd });
	expect((await run("plan", "db/002_note.sql", "--out", "plan.json")).code).toBe(0);
	const none = await run("approve", "--check", "plan.json");
	expect(none.code).toBe(1);
	expect(none.stdout).toContain("closed: approved by nobody, 2 needed\n  0 of 2 approvals");
	expect((await run("approve", "plan.json", "--by", "ada")).code).toBe(0);
	expect((await run("approve", "--check", "plan.json")).stdout).toContain("1 of 2 approvals");
	const stranger = await run("approve", "plan.json", "--by", "mallory");
	expect(stranger.code).toBe(2);
	expect(stranger.stderr).toContain("mallory is no operator in the config");
	expect((await run("approve", "plan.json", "--by", "grace", "--expires", "2h")).code).toBe(0);
	const open = await run("approve", "--check", "plan.json");
	expect(open.stdout).toMatch(/^open: approved by ada, grace until 20/);
	expect(open.code).toBe(0);
	const migration = path.join(cwd, "db/002_note.sql");
	writeFileSync(migration, "ALTER TABLE orders ADD COLUMN remark text;\n");
	const edited = await run("approve", "--check", "plan.json");
	expect(edited.code).toBe(1);
	expect(edited.stdout).toContain("db/002_note.sql was changed since the plan was made");
	writeFileSync(migration, files["db/002_note.sql"].replace("\n", "\r\n"));
	expect((await run("approve", "--check", "plan.json")).code).toBe(0);
	const plan = path.join(cwd, "plan.json");
	writeFileSync(plan, readFileSync(plan, "utf8").replace("COLUMN note", "COLUMN nota"));
	const changed = await run("approve", "--check", "plan.json");
	expect(changed.stdout).toContain("the plan was changed after ada approved it");
	expect(changed.code).toBe(1);
});

test("a plan for a version that nothing names says so before it is approved", async () => {
	const args = ["plan", "db/002_note.sql", "--out", "plan.json"];
	const assumed = await lockkeeper(args, { cwd: directoryWith(files) });
	expect(assumed.stderr).toContain(
		'Made for PostgreSQL 14: nothing says which version yours is; "serverVersion" in the config does.',
	);
	const named = {
		...files,
		"lockkeeper.config.json": JSON.stringify({ ...config, serverVersion: 18 }),
	};
	const known = await lockkeeper(args, { cwd: directoryWith(named) });
	expect(known.stderr).toBe(
		"plan.json written. Next: lockkeeper approve plan.json --by <operator>\n",
	);
});

test("an approval is the file of its operator: a copy under another name is refused", async () => {
	const cwd = directoryWith(files);
	await lockkeeper(["plan", "db/002_note.sql", "--out", "plan.json"], { cwd });
	await lockkeeper(["approve", "plan.json", "--by", "ada"], { cwd });
	const own = readFileSync(path.join(cwd, "plan.approvals/ada.json"));
	writeFileSync(path.join(cwd, "plan.approvals/grace.json"), own);
	const { code, stderr } = await lockkeeper(["approve", "--check", "plan.json"], { cwd });
	expect(code).toBe(2);
	expect(stderr).toContain("grace.json is no approval of its name");
});

test("what is new must be said", async () => {
	const cwd = directoryWith(files);
	const { code, stderr } = await lockkeeper(["plan"], { cwd });
	expect(code).toBe(2);
	expect(stderr).toContain("Nothing says which migrations are new.");
});

test("--write makes migrations of the steps and overwrites nothing", async () => {
	const cwd = directoryWith({
		...files,
		"db/002_note.sql": "CREATE INDEX orders_status ON orders (status);\n",
	});
	const { stdout, code } = await lockkeeper(["plan", "db/002_note.sql", "--write"], { cwd });
	expect(code).toBe(0);
	expect(stdout).toContain("Now delete what they take the place of: db/002_note.sql");
	const [written = ""] = stdout.split("\n");
	expect(readFileSync(path.join(cwd, written), "utf8")).toContain("CREATE INDEX CONCURRENTLY");
});

import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { lockkeeper } from "../cli/run.ts";
import { approvedPlan, planOf, serverStep, startEmbedded } from "./shop.ts";

test("one process at a time has the embedded database; a killed one leaves it whole", async () => {
	const cwd = approvedPlan(
		planOf([
			serverStep({ id: "expand-1", sql: ["CREATE TABLE notes (id bigint PRIMARY KEY);"] }),
			serverStep({
				id: "expand-2",
				sql: ["ALTER TABLE notes ADD COLUMN body text;", "SELECT pg_sleep(600);"],
				statementTimeout: 0,
			}),
		]),
	);
	const first = startEmbedded(cwd);
	const begun = new Promise<void>((resolve) => {
		first.child.stderr?.on("data", (text: string) => {
			if (text.includes("expand-2 begins")) resolve();
		});
	});
	await begun;
	expect(existsSync(path.join(cwd, ".lockkeeper/data.lock"))).toBe(true);
	const second = await lockkeeper(["run", "plan.json", "--operator", "ada"], { cwd });
	expect(second.code).toBe(1);
	expect(second.stderr).toContain(`data is in use by process ${first.child.pid ?? 0}.`);
	first.child.kill("SIGKILL");
	await first.ended;
	const status = await lockkeeper(["status", "plan.json"], { cwd });
	expect(status.stdout).toMatch(/done +expand-1[^]*begun +expand-2/);
	expect(status.code).toBe(0);
}, 180_000);

test("a directory that is no database is left alone", async () => {
	const cwd = approvedPlan(planOf([serverStep({ id: "expand-1", sql: ["SELECT 1;"] })]));
	const args = ["run", "plan.json", "--operator", "ada", "--data", "migrations"];
	const { code, stderr } = await lockkeeper(args, { cwd });
	expect(code).toBe(2);
	expect(stderr).toContain("migrations is no directory of a database");
	expect(existsSync(path.join(cwd, "migrations.lock"))).toBe(false);
});

import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import { runsOnServer, type Plan } from "../../src/plan/plan.ts";
import { readPlan, writeApproval } from "../../src/project/plan-file.ts";
import { root } from "../cli/run.ts";
import { planSql } from "../plan/plan-sql.ts";

/** A directory with a plan that may run: nothing of it must soak. */
export interface ApprovedShop {
	readonly directory: string;
	readonly plan: Plan;
	/** What a person says to all that the plan asks people for. */
	readonly said: readonly string[];
}

/** Plans a change of a shop for a database, and approves the plan. */
export async function approvedShop(
	dialect: Dialect,
	shop: string,
	change: string,
): Promise<ApprovedShop> {
	const made = await planSql(
		[
			{ id: "0001_shop", sql: shop },
			{ id: "0002_change", sql: change },
		],
		{ dialect },
	);
	const steps = made.steps.map((step) =>
		step.hold ? { ...step, hold: { ...step.hold, soakHours: 0 } } : step,
	);
	const plan: Plan = { ...made, steps };
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-run-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	mkdirSync(path.join(directory, "migrations"));
	const files = {
		"migrations/0001_shop.sql": shop,
		"migrations/0002_change.sql": change,
		"lockkeeper.config.json": JSON.stringify({ approval: { operators: ["grace"] } }),
		"plan.json": JSON.stringify(plan, undefined, "\t"),
	};
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
	const file = path.join(directory, "plan.json");
	const loaded = readPlan(file);
	if ("code" in loaded) throw new Error(`${loaded.message} ${loaded.hint}`);
	writeApproval(file, {
		version: 1,
		plan: loaded.sha256,
		operator: "grace",
		approvedAt: "2020-01-01T00:00:00Z",
		expiresAt: "2099-01-01T00:00:00Z",
	});
	const people = steps.filter((step) => !runsOnServer(step)).map(({ id }) => id);
	return {
		directory,
		plan,
		said: [...people.flatMap((id) => ["--done", id]), "--evidence", "all code is deployed"],
	};
}

/** How a run of the command line ended. */
export interface Ended {
	readonly code: number | null;
	readonly output: string;
}

interface Running {
	readonly child: ChildProcess;
	/** Resolves when the words are said, or at the end. */
	readonly says: (words: string) => Promise<void>;
	readonly ended: Promise<Ended>;
}

/** Starts `lockkeeper run` on a database. */
export function startRun(
	{ directory, said }: ApprovedShop,
	url: string,
	...more: readonly string[]
): Running {
	const args = [
		"run",
		"plan.json",
		"--url",
		url,
		"--operator",
		"ada",
		"--format",
		"text",
		...said,
		...more,
	];
	const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args], {
		cwd: directory,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	const waiting = new Set<() => void>();
	for (const stream of ["stdout", "stderr"] as const) {
		child[stream].setEncoding("utf8");
		child[stream].on("data", (text: string) => {
			output += text;
			for (const look of waiting) look();
		});
	}
	const ended = new Promise<Ended>((resolve) => {
		child.once("close", (code) => {
			resolve({ code, output });
		});
	});
	onTestFinished(async () => {
		child.kill("SIGKILL");
		await ended;
	});
	return {
		child,
		ended,
		says: (words) =>
			Promise.race([
				ended.then(() => undefined),
				new Promise<void>((resolve) => {
					const look = (): void => {
						if (output.includes(words)) resolve();
					};
					waiting.add(look);
					look();
				}),
			]),
	};
}

/**
 * Kills the run at the beginning of every step that the server runs, one after the other, and lets it end. Returns how
 * often it was killed, and the end.
 */
export async function killedAtEveryStep(
	shop: ApprovedShop,
	url: string,
): Promise<Ended & { readonly kills: number }> {
	let kills = 0;
	for (const { id } of shop.plan.steps.filter(runsOnServer)) {
		const run = startRun(shop, url);
		await run.says(`${id} begins`);
		run.child.kill("SIGKILL");
		const { code } = await run.ended;
		if (code === null) kills += 1;
	}
	return { kills, ...(await startRun(shop, url).ended) };
}

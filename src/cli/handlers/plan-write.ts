import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runsOnServer, type PlanStep } from "../../plan/plan.ts";
import { stepScript } from "../../plan/step-script.ts";
import type { PlannedProject } from "../../planning.ts";
import { filesOfMigrations } from "../../project/new-migrations/write.ts";
import { fail, print } from "../output.ts";

function stepLine(step: PlanStep): string {
	const sql = step.sql.flatMap((statement) => statement.split("\n"));
	return [`  ${step.id} ${step.title}`, ...sql.map((line) => `      ${line}`)].join("\n");
}

/** What the files do not do: people's work, and what belongs in a later release. */
function restOf(steps: readonly PlanStep[]): readonly string[] {
	const people = steps.filter((step) => step.transaction === "people" && step.phase !== "contract");
	const later = steps.filter((step) => step.phase === "contract");
	return [
		...(people.length === 0 ? [] : ["", "People do, before what comes after it in the plan:"]),
		...people.map(stepLine),
		...(later.length === 0
			? []
			: ["", "Not written, for a later release when no code uses the old shape any more:"]),
		...later.map(stepLine),
	];
}

/** Writes the steps of a plan as new migrations beside those that they replace; nothing is overwritten. */
export function writeMigrations(cwd: string, { plan, project }: PlannedProject): void {
	if (plan.dialect !== "postgres") {
		fail({
			message: "The steps of this plan are no migrations that a tool could run one by one.",
			hint: "Only plans for PostgreSQL are written as migrations: write it with --out, and lockkeeper run it.",
		});
		return;
	}
	const scripts = plan.steps
		.filter(runsOnServer)
		.filter(({ phase }) => phase !== "contract")
		.map(stepScript);
	const made = filesOfMigrations(project, scripts, Date.now());
	if (typeof made === "string") {
		fail({
			message: `${made}.`,
			hint: "Print the plan instead, and take its SQL over by hand: leave out --write.",
		});
		return;
	}
	const taken = made.find((file) => existsSync(path.resolve(cwd, file.path)));
	if (taken) {
		fail({
			message: `${taken.path} exists already.`,
			hint: "Move it away: nothing is overwritten.",
		});
		return;
	}
	for (const { path: file, text } of made) {
		mkdirSync(path.dirname(path.resolve(cwd, file)), { recursive: true });
		writeFileSync(path.resolve(cwd, file), text, { flag: "wx" });
	}
	const originals = [...new Set(plan.steps.map(({ origin }) => origin.file))];
	print(
		[
			...made.map((file) => file.path),
			"",
			`Now delete what they take the place of: ${originals.join(", ")}`,
			...restOf(plan.steps),
			"",
		].join("\n"),
	);
}

import type { Verdict } from "../../plan/approval.ts";
import { runsOnServer, type Plan, type PlanStep } from "../../plan/plan.ts";
import { isTrue } from "../../run/ask.ts";
import { hasBooks, readSteps, serverTime, type StepRow } from "../../run/books.ts";
import type { RunEngine, RunSession } from "../../run/engine.ts";
import { waitingOf } from "../../run/holds.ts";
import { waitingWords } from "../../run/run.ts";
import type { RunArguments } from "../commands/run.ts";

interface Previewed {
	readonly step: string;
	readonly phase: string;
	readonly title: string;
	readonly state: string;
	readonly waitsFor?: string;
	/** What must hold before it, and whether it does now. */
	readonly before: readonly { readonly says: string; readonly holds: boolean | "unknown" }[];
}

/** What is asked for a preview. */
export interface PreviewQuestion {
	readonly engine: RunEngine;
	readonly session: RunSession;
	readonly plan: Plan;
	readonly planHash: string;
	readonly args: RunArguments;
	readonly verdict: Verdict;
}

/** A question that reads a whole table is given up after half a minute. */
const limits = { lockTimeout: 2000, statementTimeout: 30_000 } as const;

async function assertionsOf(
	{ engine: { ways }, session }: PreviewQuestion,
	step: PlanStep,
): Promise<Previewed["before"]> {
	if (!runsOnServer(step)) return [];
	const found: { says: string; holds: boolean | "unknown" }[] = [];
	for (const { says, sql } of step.before) {
		for (const set of [...ways.beginReadOnly, ...ways.limits(limits, "transaction")]) {
			await session.run(set);
		}
		const answer = await session.run(sql);
		await session.run("ROLLBACK");
		found.push({ says, holds: answer.ok ? isTrue(answer.rows) : "unknown" });
	}
	return found;
}

async function previewOf(question: PreviewQuestion): Promise<readonly Previewed[]> {
	const { engine, session, plan, planHash, args } = question;
	const rows: ReadonlyMap<string, StepRow> = (await hasBooks(engine, session))
		? await readSteps({ ways: engine.ways, plan }, session, planHash)
		: new Map();
	const now = await serverTime(engine, session);
	const previews: Previewed[] = [];
	for (const step of plan.steps) {
		const state = rows.get(step.id)?.state ?? "pending";
		const waiting =
			state === "done"
				? undefined
				: waitingOf(step, plan.steps, rows, { now, evidence: args.evidence });
		previews.push({
			step: step.id,
			phase: step.phase,
			title: step.title,
			state,
			...(waiting && { waitsFor: waitingWords(waiting) }),
			before: state === "done" ? [] : await assertionsOf(question, step),
		});
	}
	return previews;
}

const marks = { true: "holds", false: "does not hold yet", unknown: "not known" } as const;

function previewText(steps: readonly Previewed[], question: PreviewQuestion): string {
	const { verdict, engine } = question;
	const lines = [
		`${engine.name}, nothing is changed.`,
		verdict.verdict === "open"
			? `Approved by ${verdict.by.join(", ")}.`
			: `Not approved: ${verdict.objections.map(({ message }) => message).join("; ")}.`,
	];
	let phase = "";
	for (const step of steps) {
		if (step.phase !== phase) lines.push("", step.phase);
		phase = step.phase;
		lines.push(`  ${step.step} ${step.state}  ${step.title}`);
		if (step.waitsFor !== undefined) lines.push(`      waits for ${step.waitsFor}`);
		for (const { says, holds } of step.before) {
			lines.push(`      ${marks[`${holds}`]}: ${says}`);
		}
	}
	return `${lines.join("\n")}\n`;
}

/** Returns what a run would do now, with the assertions of its steps asked in read-only transactions. */
export async function previewRun(question: PreviewQuestion): Promise<string> {
	const steps = await previewOf(question);
	if (question.args.format === "json") {
		const { verdict, engine } = question;
		return `${JSON.stringify({ kind: "preview", database: engine.name, verdict, steps }, undefined, "\t")}\n`;
	}
	return previewText(steps, question);
}

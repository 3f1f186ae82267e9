import { planPhases, runsOnServer, type Plan, type PlanStep } from "../plan/plan.ts";
import { escapeXml } from "./escape.ts";
import { htmlPage } from "./html-page.ts";
import {
	costWords,
	limitWords,
	lockWords,
	originWords,
	phaseWords,
	placeWords,
	planSummary,
	soakOf,
	undoWords,
	waitOf,
	warningsOf,
} from "./plan-words.ts";

function definition(label: string, value: string | undefined): string {
	return value === undefined || value === "" ? "" : `<dt>${label}</dt><dd>${escapeXml(value)}</dd>`;
}

function loadOf(step: PlanStep): "stop" | "writes" | "calm" {
	if (!runsOnServer(step)) return "calm";
	if (step.window !== undefined) return "stop";
	return step.locks.some(({ waits }) => waits === "writes" || waits === "readsAndWrites")
		? "writes"
		: "calm";
}

function stepItem(step: PlanStep): string {
	const isRun = runsOnServer(step);
	const undo = isRun && "sql" in step.undo ? step.undo.sql.join("\n") : "";
	const checks = isRun ? [...step.before, ...step.after] : [];
	return [
		`<li class="${loadOf(step)}" id="${step.id}">`,
		`<div class="place">${step.id}; ${placeWords[step.transaction]}; ${escapeXml(waitOf(step))}</div>`,
		`<h4>${escapeXml(step.title)}</h4>`,
		step.sql.length > 0 ? `<pre>${escapeXml(step.sql.join("\n"))}</pre>` : "",
		...warningsOf(step).map((warning) => `<p class="unread">${escapeXml(warning)}</p>`),
		"<details><summary>Details</summary><dl>",
		definition("From", originWords(step)),
		definition("Needs", step.needs.join(", ")),
		definition("Locks", lockWords(step).join("; ")),
		definition("Limits", limitWords(step)),
		definition("About", costWords(step)),
		definition("Evidence", (step.hold?.evidence ?? []).join("; ")),
		definition("Checks", checks.map(({ says }) => says).join("; ")),
		definition("Undo", isRun ? undoWords(step.undo) : undefined),
		"</dl>",
		undo === "" ? "" : `<pre>${escapeXml(undo)}</pre>`,
		"</details></li>",
	]
		.filter((line) => line !== "")
		.join("\n");
}

/** Returns the plan as one page by itself. */
export function planHtml(plan: Plan): string {
	const soak = soakOf(plan);
	const sections = planPhases.flatMap((phase) => {
		const steps = plan.steps.filter((step) => step.phase === phase);
		if (steps.length === 0) return [];
		return [
			`<h2>${phase}: ${phaseWords[phase]}</h2>`,
			...(phase === "contract" && soak !== undefined
				? [`<p>Not before ${soak} hours after the rest.</p>`]
				: []),
			`<ol class="line">`,
			...steps.map(stepItem),
			"</ol>",
		];
	});
	return htmlPage("lockkeeper plan", [
		"<h1>Plan</h1>",
		`<p class="summary">${escapeXml(planSummary(plan))}</p>`,
		...plan.notes.map((note) => `<p>${escapeXml(note)}</p>`),
		...sections,
	]);
}

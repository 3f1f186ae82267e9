import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseApproval, type Approval, type ChangedFile } from "../plan/approval.ts";
import type { Plan } from "../plan/plan.ts";
import { parsePlan } from "../plan/plan-shape.ts";
import { normalText } from "../plan/normal-text.ts";

/** Returns the SHA-256 of a text in UTF-8, as hexadecimal digits. */
export function sha256(text: string): string {
	return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Why a plan or an approval cannot be used. */
export interface PlanFileProblem {
	readonly code: "notFound" | "unreadable" | "invalid";
	readonly message: string;
	readonly hint: string;
}

/** A plan with what binds approvals to it. */
export interface LoadedPlan {
	readonly plan: Plan;
	/** Of its text with LF line ends. */
	readonly sha256: string;
}

function problem(code: PlanFileProblem["code"], message: string, hint: string): PlanFileProblem {
	return { code, message, hint };
}

function readJson(file: string): { readonly value: unknown; readonly text: string } | undefined {
	try {
		const text = readFileSync(file, "utf8");
		const value: unknown = JSON.parse(text);
		return { value, text };
	} catch {
		return undefined;
	}
}

/** Returns the plan in a file. */
export function readPlan(file: string): LoadedPlan | PlanFileProblem {
	if (!existsSync(file)) {
		return problem("notFound", `${file} does not exist.`, "lockkeeper plan --out writes it.");
	}
	if (statSync(file).isDirectory()) {
		return problem("unreadable", `${file} is a directory.`, "Name the plan's file.");
	}
	const json = readJson(file);
	if (!json) return problem("unreadable", `${file} is no JSON file.`, "Make the plan again.");
	const plan = parsePlan(json.value);
	if (!("steps" in plan)) {
		const message = plan.map((one) => one.message).join("; ");
		return problem("invalid", `${file}: ${message}.`, "Make the plan again with this version.");
	}
	return { plan, sha256: sha256(normalText(json.text)) };
}

/** The directory of a plan's approvals: plan.approvals beside plan.json. */
export function approvalsDirectory(file: string): string {
	return `${file.replace(/\.json$/i, "")}.approvals`;
}

/** Returns the approvals of a plan, by the names of their files. */
export function readApprovals(file: string): readonly Approval[] | PlanFileProblem {
	const directory = approvalsDirectory(file);
	if (!existsSync(directory)) return [];
	const approvals: Approval[] = [];
	for (const name of readdirSync(directory)
		.filter((entry) => entry.endsWith(".json"))
		.sort()) {
		const place = path.join(directory, name);
		const approval = parseApproval(readJson(place)?.value);
		// A file counts for the operator in its name alone: nobody approves twice.
		if (!("operator" in approval) || `${approval.operator}.json` !== name) {
			return problem(
				"invalid",
				`${place} is no approval of its name.`,
				"Remove it, and approve again.",
			);
		}
		approvals.push(approval);
	}
	return approvals;
}

/** Writes an approval, in place of an earlier one of the same operator; returns its file. */
export function writeApproval(file: string, approval: Approval): string {
	const directory = approvalsDirectory(file);
	mkdirSync(directory, { recursive: true });
	const place = path.join(directory, `${approval.operator}.json`);
	writeFileSync(place, `${JSON.stringify(approval, undefined, "\t")}\n`);
	return place;
}

/** Returns the files of the planned migrations that are not what they were, as seen from the config. */
export function changedFiles({ revisions }: Plan, directory: string): readonly ChangedFile[] {
	return revisions.flatMap(({ files }) =>
		files.flatMap(({ path: name, sha256: planned }): readonly ChangedFile[] => {
			const place = path.resolve(directory, name);
			if (!existsSync(place)) return [{ path: name, is: "missing" }];
			const now = sha256(normalText(readFileSync(place, "utf8")));
			return now === planned ? [] : [{ path: name, is: "changed" }];
		}),
	);
}

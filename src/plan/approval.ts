import { problemsOf, type ConfigProblem, type Shape } from "../core/config-shape.ts";
import type { ApprovalConfig } from "../core/config.ts";

/** One operator's yes to one plan: a file of its own beside the plan. */
export interface Approval {
	readonly version: 1;
	/** SHA-256 of the plan's text with LF line ends. */
	readonly plan: string;
	readonly operator: string;
	/** ISO 8601, UTC. */
	readonly approvedAt: string;
	readonly expiresAt: string;
}

/** Why a plan may not run. */
export interface Objection {
	readonly code:
		| "changedPlan"
		| "changedMigration"
		| "expired"
		| "notYet"
		| "unknownOperator"
		| "notEnough"
		| "noOperators";
	readonly message: string;
}

/** What approvals come to. `open`: the plan may run. */
export interface Verdict {
	readonly verdict: "open" | "closed";
	/** Operators whose approval counts. */
	readonly by: readonly string[];
	readonly required: number;
	/** Until when, when open: the first that expires of those that are needed. */
	readonly until?: string;
	readonly objections: readonly Objection[];
}

/** A file of a migration whose text is not the one that was planned. */
export interface ChangedFile {
	readonly path: string;
	readonly is: "changed" | "missing";
}

/** What a verdict is made of. */
export interface ApprovalQuestion {
	/** SHA-256 of the plan as it is now. */
	readonly plan: string;
	readonly approvals: readonly Approval[];
	readonly changed: readonly ChangedFile[];
	readonly config: ApprovalConfig | undefined;
	/** Milliseconds since 1970. */
	readonly now: number;
}

const shape: Shape = {
	kind: "object",
	required: ["version", "plan", "operator", "approvedAt", "expiresAt"],
	fields: {
		version: { kind: "integer", minimum: 1 },
		plan: { kind: "text" },
		operator: { kind: "text" },
		approvedAt: { kind: "text" },
		expiresAt: { kind: "text" },
	},
};

function isApproval(value: unknown, problems: ConfigProblem[]): value is Approval {
	problems.push(...problemsOf(value, shape, "approval"));
	return problems.length === 0;
}

/** Returns the approval, or everything that is wrong with it. */
export function parseApproval(value: unknown): Approval | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isApproval(value, problems) ? value : problems;
}

/** Returns whether a name can be that of an operator: it becomes the name of a file. */
export function isOperatorName(name: string): boolean {
	return /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/.test(name) && name.length <= 100;
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Returns a span like 30m, 12h or 7d in milliseconds, undefined for anything else. */
export function spanOf(text: string): number | undefined {
	const match = /^([1-9]\d{0,4})([smhd])$/.exec(text);
	const unit = units[match?.[2] ?? ""];
	return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** So far the clock of who approves may be ahead of the one that judges, in milliseconds. */
const clockDifference = 10 * 60_000;

function objectionTo(
	{ operator, plan, approvedAt, expiresAt }: Approval,
	{ plan: current, config, now }: ApprovalQuestion,
): Objection | undefined {
	if (!config?.operators.includes(operator)) {
		return { code: "unknownOperator", message: `${operator} is no operator in the config` };
	}
	if (plan !== current) {
		return { code: "changedPlan", message: `the plan was changed after ${operator} approved it` };
	}
	// It would hold for longer than its operator has said.
	if (Date.parse(approvedAt) > now + clockDifference) {
		const message = `${operator} approved it at ${approvedAt}, which is still to come: a clock is wrong`;
		return { code: "notYet", message };
	}
	// A time that cannot be read has passed.
	return Date.parse(expiresAt) > now
		? undefined
		: { code: "expired", message: `the approval of ${operator} expired at ${expiresAt}` };
}

/** Returns whether a plan may run: approved as it is by enough operators, in time, with the same migrations. */
export function judgeApprovals(question: ApprovalQuestion): Verdict {
	const { approvals, changed, config } = question;
	const objections: Objection[] = [];
	const good = new Map<string, Approval>();
	for (const approval of approvals) {
		const objection = objectionTo(approval, question);
		if (objection) objections.push(objection);
		else good.set(approval.operator, approval);
	}
	for (const { path, is } of changed) {
		const what = is === "missing" ? "is gone" : "was changed";
		objections.push({
			code: "changedMigration",
			message: `${path} ${what} since the plan was made`,
		});
	}
	const required = config?.required ?? 1;
	const isOpen = config !== undefined && changed.length === 0 && good.size >= required;
	if (config === undefined || config.operators.length === 0) {
		objections.push({ code: "noOperators", message: "the config names no operators" });
	} else if (good.size < required) {
		const message = `${good.size} of ${required} approvals are there`;
		objections.push({ code: "notEnough", message });
	}
	const ends = [...good.values()].map(({ expiresAt }) => expiresAt);
	// With more approvals than needed the earliest ones may go.
	const until = ends.toSorted((a, b) => Date.parse(b) - Date.parse(a))[required - 1];
	return {
		verdict: isOpen ? "open" : "closed",
		by: [...good.keys()].sort(),
		required,
		...(isOpen && until !== undefined && { until }),
		objections,
	};
}

import { jsonSchemaOf, problemsOf, type ConfigProblem, type Shape } from "../core/config-shape.ts";
import { receiptPhases, type Receipt } from "./receipts.ts";

const text = (description?: string): Shape => ({
	kind: "text",
	...(description !== undefined && { description }),
});
const count = (description: string): Shape => ({ kind: "integer", description, minimum: 0 });
const list = (description: string, item: Shape): Shape => ({ kind: "list", description, item });

const step: Shape = {
	kind: "object",
	required: ["id", "title", "outcome", "sql", "endedAt", "attempts", "lockMisses"],
	fields: {
		id: text("Its phase and its place in it."),
		title: text(),
		outcome: { kind: "choice", values: ["done", "rolledBack", "byPeople"] },
		sql: text("SHA-256 of the statements that ran, joined by line ends."),
		endedAt: text("ISO 8601, by the clock of the server."),
		milliseconds: count("How long it took."),
		attempts: count("How often it was begun."),
		lockMisses: count("How often it gave up waiting for a lock."),
		lockWaitMilliseconds: count("How long it waited for its locks."),
		rows: count("Rows that it changed."),
	},
};

const shape: Shape = {
	kind: "object",
	required: [
		"version",
		"number",
		"phase",
		"plan",
		"revisions",
		"target",
		"tools",
		"operators",
		"approvers",
		"startedAt",
		"endedAt",
		"steps",
		"verifications",
		"throttled",
		"stops",
		"sha256",
	],
	fields: {
		version: { kind: "integer", description: "The version of this format: 1.", minimum: 1 },
		number: { kind: "integer", description: "Its place in the chain, from 1.", minimum: 1 },
		phase: { kind: "choice", values: receiptPhases },
		plan: text("SHA-256 of the plan."),
		revisions: list("The migrations that the plan replaces.", text()),
		target: text("A stable name of the database, without secrets."),
		tools: list("What ran it.", text()),
		operators: list("Who ran it.", text()),
		approvers: list("Whose approval it had.", text()),
		startedAt: text("ISO 8601, by the clock of the server."),
		endedAt: text("ISO 8601, by the clock of the server."),
		steps: list("What was done, in the order of the plan.", step),
		verifications: list("The last word of each verification.", {
			kind: "object",
			required: ["step", "what", "passed"],
			fields: {
				step: text(),
				what: text(),
				passed: { kind: "truth" },
				count: count("Rows that it found to be wrong."),
			},
		}),
		throttled: list("For what changes in batches made way.", {
			kind: "object",
			required: ["cause", "milliseconds"],
			fields: { cause: text(), milliseconds: count("How long.") },
		}),
		stops: list("What stopped the run on the way.", {
			kind: "object",
			required: ["at", "why"],
			fields: {
				at: text("ISO 8601."),
				why: text(),
				rows: list("The keys of rows that stood in the way, 20 at most.", text()),
			},
		}),
		previous: text("SHA-256 of the receipt before it; absent in the first."),
		sha256: text("SHA-256 of all the rest as JSON without blanks."),
	},
};

function isReceipt(value: unknown, problems: ConfigProblem[]): value is Receipt {
	problems.push(...problemsOf(value, shape, "receipt"));
	return problems.length === 0;
}

/** Returns the receipt, or everything that is wrong with it. */
export function parseReceipt(value: unknown): Receipt | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isReceipt(value, problems) ? value : problems;
}

/** Returns the JSON Schema (draft 7) of a receipt. */
export function receiptJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "A receipt of lockkeeper",
		...jsonSchemaOf(shape),
	};
}

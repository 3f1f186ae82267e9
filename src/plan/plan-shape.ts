import { jsonSchemaOf, problemsOf, type ConfigProblem, type Shape } from "../core/config-shape.ts";
import { planPhases, timeClasses, type Plan } from "./plan.ts";

const text = (description?: string): Shape => ({
	kind: "text",
	...(description !== undefined && { description }),
});
const texts = (description: string): Shape => ({ kind: "list", description, item: text() });
const count = (description: string): Shape => ({ kind: "integer", description, minimum: 0 });

const assertions = (description: string): Shape => ({
	kind: "list",
	description,
	item: { kind: "object", required: ["says", "sql"], fields: { says: text(), sql: text() } },
});

const checks: Shape = {
	kind: "list",
	description: "Queries that prove a change of data.",
	item: {
		kind: "object",
		required: ["what", "sql"],
		fields: {
			what: { kind: "choice", values: ["pending", "unconvertible", "lossy"] },
			sql: text(),
		},
	},
};

const locks: Shape = {
	kind: "list",
	description: "Locks on what other sessions use.",
	item: {
		kind: "object",
		required: ["relation", "mode", "waits"],
		fields: {
			relation: text(),
			mode: text(),
			waits: { kind: "choice", values: ["nothing", "schemaChanges", "writes", "readsAndWrites"] },
		},
	},
};

const undo: Shape = {
	kind: "oneOf",
	description: "How the step is taken back.",
	of: [
		{
			kind: "object",
			required: ["sql", "losslessUntil"],
			fields: {
				sql: texts("Statements, in order."),
				losslessUntil: assertions("Nothing is lost while these hold."),
			},
		},
		{ kind: "object", required: ["none"], fields: { none: text("Why it cannot be.") } },
		{ kind: "object", required: ["unneeded"], fields: { unneeded: text("Why it need not be.") } },
	],
};

const step: Shape = {
	kind: "object",
	required: ["id", "phase", "title", "origin", "needs", "notes", "transaction", "sql"],
	fields: {
		id: text("Its phase and its place in it."),
		phase: { kind: "choice", values: planPhases },
		title: text(),
		origin: {
			kind: "object",
			required: ["migration", "file", "line"],
			fields: {
				migration: text(),
				file: text(),
				line: count("From 1."),
				recipe: text("The recipe that took the statement's place."),
			},
		},
		needs: texts("Ids of steps that must be done before."),
		notes: texts("For readers."),
		hold: {
			kind: "object",
			description: "What must be there before the step.",
			required: ["evidence", "missing", "soakHours"],
			fields: {
				evidence: texts("What the history says for it."),
				missing: texts("What people have to see to."),
				soakHours: count("Hours that all earlier phases must have been in production."),
			},
		},
		transaction: {
			kind: "choice",
			description: "own: one transaction; none: outside of any; batches: one per batch.",
			values: ["own", "none", "batches", "people"],
		},
		settings: texts("SETs of the migration for its session."),
		sql: texts("Statements, in order."),
		proves: {
			kind: "truth",
			description: "The statements are queries whose one row must have true in its first column.",
		},
		locks,
		lockTimeout: count("Milliseconds; 0 is no limit."),
		statementTimeout: count("Milliseconds; 0 is no limit."),
		before: assertions("Hold before the step."),
		after: assertions("Hold after the step."),
		checks,
		undo,
		estimate: {
			kind: "object",
			required: ["time"],
			fields: {
				rows: count("About how many rows it handles."),
				walBytes: count("Of write-ahead log."),
				diskBytes: count("That are needed on top."),
				time: { kind: "choice", values: timeClasses },
			},
		},
		backfill: {
			kind: "object",
			required: ["table", "key", "batchSize"],
			fields: {
				table: text(),
				alias: text(),
				key: texts("Columns of the key to go by."),
				set: text("The assignments; absent: rows are deleted."),
				pending: text("True for a row that is left."),
				batchSize: count("Rows in a batch."),
			},
		},
		window: text("Why it needs a time when nobody works."),
		remarks: {
			kind: "list",
			description: "What rules say of the step.",
			item: {
				kind: "object",
				required: ["rule", "severity", "message"],
				fields: {
					rule: text(),
					severity: { kind: "choice", values: ["error", "warning"] },
					message: text(),
				},
			},
		},
	},
};

const shape: Shape = {
	kind: "object",
	required: [
		"version",
		"dialect",
		"serverVersion",
		"revisions",
		"history",
		"schemaRev",
		"starts",
		"steps",
		"notes",
	],
	fields: {
		$schema: text("Where editors find the schema of this file."),
		version: { kind: "integer", description: "The version of this format: 1.", minimum: 1 },
		dialect: { kind: "choice", values: ["postgres", "mysql", "mariadb", "sqlite"] },
		serverVersion: {
			kind: "integer",
			description:
				"Of the server: the major version of PostgreSQL; 80000 for MySQL 8.0, 101100 for MariaDB 10.11, 3045000 for SQLite 3.45.",
			minimum: 5,
		},
		revisions: {
			kind: "list",
			description: "The migrations that the plan replaces.",
			item: {
				kind: "object",
				required: ["id", "files"],
				fields: {
					id: text(),
					files: {
						kind: "list",
						item: {
							kind: "object",
							required: ["path", "sha256"],
							fields: {
								path: text("Relative to the directory of the config."),
								sha256: text("Of the text with LF line ends."),
							},
						},
					},
				},
			},
		},
		history: {
			kind: "object",
			description: "The migrations before it.",
			required: ["revisions", "last", "sha256"],
			fields: { revisions: count("How many."), last: text("The id of the last."), sha256: text() },
		},
		schemaRev: text("SHA-256 of the schema that the plan starts from."),
		starts: texts("That schema of the tables that steps touch: one line for each fact."),
		steps: { kind: "list", description: "In the order in which they run.", item: step },
		notes: texts("For readers."),
	},
};

function isPlan(value: unknown, problems: ConfigProblem[]): value is Plan {
	problems.push(...problemsOf(value, shape, "plan"));
	return problems.length === 0;
}

/** Returns the plan, or everything that is wrong with it. */
export function parsePlan(value: unknown): Plan | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isPlan(value, problems) ? value : problems;
}

/** Returns the JSON Schema (draft 7) of a plan. */
export function planJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "plan.json of lockkeeper",
		...jsonSchemaOf(shape),
	};
}

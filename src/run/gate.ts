import { runsOnServer, type Plan, type PlanPhase } from "../plan/plan.ts";
import type { IndexReading } from "./engine.ts";

/** Three values, of which two mean no: what cannot be told is not open. */
export type GateState = "open" | "closed" | "unknown";

export type GateCheckName =
	| "database"
	| "history"
	| "revisions"
	| "run"
	| "indexes"
	| "constraints"
	| "schemaRev"
	| "indexParity"
	| "secretsRev";

/** One question of the gate and its answer. */
export interface GateCheck {
	readonly check: GateCheckName;
	readonly state: GateState;
	readonly says: string;
}

export interface GateVerdict {
	readonly state: GateState;
	readonly checks: readonly GateCheck[];
}

/** What the gate has read of one database. */
export interface GateReading {
	/** Revisions that are applied, in their order; undefined: lockkeeper has no books there. */
	readonly applied: readonly string[] | undefined;
	/** Why the history cannot be trusted. */
	readonly historyProblem?: string;
	/** Steps of any plan that have begun and not ended well. */
	readonly openSteps: readonly {
		readonly step: string;
		readonly phase: PlanPhase;
		readonly state: "intent" | "failed";
	}[];
	/** Whether somebody holds the lease and lives. */
	readonly isRunning: boolean | undefined;
	/** Ids of the steps of the named plan that are done. */
	readonly doneSteps: ReadonlySet<string>;
	readonly indexes: readonly IndexReading[];
	/** Names of the constraints that are NOT VALID. */
	readonly notValidated: readonly string[];
	/** SHA-256 of the schema. */
	readonly schemaRev: string;
}

/** A reading, or why there is none; without secrets. */
export type GateAnswer = GateReading | { readonly unreadable: string };

/** What the code that wants to start asks of the database. */
export interface GateQuestion {
	readonly min?: string;
	readonly max?: string;
	/** Any of these schemas; at least eight digits of each. */
	readonly schemaRevs?: readonly string[];
	/** What the config says, and what this deployment has. */
	readonly secrets?: { readonly wanted?: string; readonly declared?: string };
	readonly plan?: Plan;
	/** The indexes of all targets, by name. */
	readonly parity?: ReadonlyMap<string, readonly IndexReading[] | { readonly unreadable: string }>;
}

const open = (check: GateCheckName, says: string): GateCheck => ({ check, state: "open", says });
const closed = (check: GateCheckName, says: string): GateCheck => ({
	check,
	state: "closed",
	says,
});
const unknown = (check: GateCheckName, says: string): GateCheck => ({
	check,
	state: "unknown",
	says,
});

function checkHistory({ applied, historyProblem }: GateReading): GateCheck {
	if (!applied) return unknown("history", "lockkeeper has never run anything on this database");
	return historyProblem === undefined
		? open(
				"history",
				`${applied.length === 1 ? "1 revision" : `${applied.length} revisions`}, each follows the one before`,
			)
		: closed("history", historyProblem);
}

function checkRevisions({ applied = [] }: GateReading, { min, max }: GateQuestion): GateCheck {
	const last = applied.at(-1);
	if (min !== undefined && !applied.includes(min)) {
		const at = last === undefined ? "no revision is applied" : `the last revision is ${last}`;
		return closed("revisions", `${min} is not applied yet: ${at}`);
	}
	if (max === undefined || last === max) return open("revisions", `the last is ${last ?? "none"}`);
	if (last !== undefined && applied.includes(max)) {
		return closed("revisions", `the database is ahead: ${last} came after ${max}`);
	}
	// Names of revisions do not tell their order: what is neither min nor max may be beyond max.
	return last === min
		? open("revisions", `the last is ${last ?? "none"}; ${max} is not applied yet`)
		: unknown("revisions", `nothing tells whether ${last ?? "none"} comes before ${max}`);
}

/** Before the contract phase code of both releases works with any state; a verification that failed is none. */
function checkRun({ openSteps, isRunning }: GateReading): GateCheck {
	const unsafe = openSteps.find(
		({ phase, state }) => phase === "contract" || (phase === "verify" && state === "failed"),
	);
	if (unsafe?.state === "failed") return closed("run", `step ${unsafe.step} has failed`);
	if (unsafe) {
		const who = isRunning === true ? "a run is in the middle of it" : "its run has ended";
		return closed("run", `step ${unsafe.step} has begun, and ${who}`);
	}
	const [stopped] = openSteps;
	if (stopped) {
		const what = stopped.state === "failed" ? "has failed" : "has begun";
		return open("run", `step ${stopped.step} ${what}; it only adds`);
	}
	return open("run", isRunning === true ? "a run goes on, between two steps" : "no step is open");
}

function checkIndexes({ indexes }: GateReading): GateCheck {
	const broken = indexes.filter(({ isValid, isBuilding }) => !isValid && !isBuilding);
	if (broken.length > 0) {
		const names = broken.map(({ name }) => name).join(", ");
		return closed("indexes", `INVALID, and nobody builds them: ${names}`);
	}
	const building = indexes.filter(({ isBuilding }) => isBuilding).length;
	return open("indexes", building > 0 ? `${building} being built` : "all are valid");
}

function checkConstraints({ notValidated, doneSteps }: GateReading, plan: Plan): GateCheck {
	const promised = new Set(
		plan.steps.flatMap((step) =>
			runsOnServer(step) && doneSteps.has(step.id) ? step.after.map(({ says }) => says) : [],
		),
	);
	const left = notValidated.filter((name) => promised.has(`${name} is validated`));
	return left.length === 0
		? open("constraints", "all that the plan has validated are valid")
		: closed("constraints", `validated by the plan, and NOT VALID: ${left.join(", ")}`);
}

function checkSchema({ schemaRev }: GateReading, wanted: readonly string[]): GateCheck {
	const fits = wanted.some((one) => one.length >= 8 && schemaRev.startsWith(one.toLowerCase()));
	return fits
		? open("schemaRev", schemaRev)
		: closed("schemaRev", `the schema is ${schemaRev}, not ${wanted.join(" or ")}`);
}

function checkSecrets({ wanted, declared }: NonNullable<GateQuestion["secrets"]>): GateCheck {
	if (wanted === undefined) {
		return unknown("secretsRev", "the config does not say which secrets are in force");
	}
	if (declared === undefined) {
		return unknown("secretsRev", "the deployment does not say which secrets it has");
	}
	return wanted === declared
		? open("secretsRev", declared)
		: closed("secretsRev", `the deployment has ${declared}, in force is ${wanted}`);
}

function checkParity(targets: NonNullable<GateQuestion["parity"]>): GateCheck {
	const lost = [...targets].flatMap(([name, answer]) =>
		"unreadable" in answer ? [`${name} (${answer.unreadable})`] : [],
	);
	if (lost.length > 0) return unknown("indexParity", `not readable: ${lost.join(", ")}`);
	const holders = new Map<string, { readonly name: string; readonly on: string[] }>();
	for (const [target, answer] of targets) {
		if ("unreadable" in answer) continue;
		for (const { name, definition, isValid } of answer) {
			const key = `${definition}${isValid ? "" : " INVALID"}`;
			const known = holders.get(key);
			if (known) known.on.push(target);
			else holders.set(key, { name, on: [target] });
		}
	}
	const differing = [...holders.values()].filter(({ on }) => on.length < targets.size);
	if (differing.length === 0) {
		return open("indexParity", `the same ${holders.size} indexes on ${targets.size} targets`);
	}
	const told = differing.slice(0, 5).map(({ name, on }) => `${name} only on ${on.join(", ")}`);
	const more = differing.length - told.length;
	return closed("indexParity", `${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`);
}

function worst(checks: readonly GateCheck[]): GateState {
	if (checks.some(({ state }) => state === "closed")) return "closed";
	return checks.some(({ state }) => state === "unknown") ? "unknown" : "open";
}

/** Returns whether code may start against a database, and each reason. */
export function judgeGate(answer: GateAnswer, question: GateQuestion): GateVerdict {
	const { min, max, schemaRevs, secrets, plan, parity } = question;
	const own = "unreadable" in answer ? undefined : answer;
	const reading: readonly GateCheck[] =
		"unreadable" in answer
			? [unknown("database", answer.unreadable)]
			: [
					open("database", "answers"),
					checkHistory(answer),
					...(min !== undefined || max !== undefined ? [checkRevisions(answer, question)] : []),
					checkRun(answer),
					checkIndexes(answer),
					...(plan ? [checkConstraints(answer, plan)] : []),
				];
	const checks = [
		...reading,
		...(own && schemaRevs && schemaRevs.length > 0 ? [checkSchema(own, schemaRevs)] : []),
		...(parity ? [checkParity(parity)] : []),
		...(secrets ? [checkSecrets(secrets)] : []),
	];
	return { state: worst(checks), checks };
}

import type { Config } from "../core/config.ts";
import { nearestOf } from "../core/config-shape.ts";

/** A database of the config, with its address where the environment has one. */
export interface Target {
	readonly name: string;
	readonly region?: string;
	readonly wave: number;
	readonly urlVariable: string;
	/** Never told: it may hold a password. */
	readonly url: string;
}

/** Why targets cannot be used. */
export interface TargetProblem {
	readonly code: "noTargets" | "unknownTarget" | "noAddress";
	readonly message: string;
	readonly hint: string;
}

/** Which targets are meant: those that are named, or all. */
export type TargetWish = { readonly names: readonly string[] } | "all";

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the targets that are meant, by wave and then as the config names them, with their addresses. */
export function findTargets(
	config: Pick<Config, "targets">,
	wish: TargetWish,
	environment: Environment,
): readonly Target[] | TargetProblem {
	const known = config.targets ?? {};
	const names = Object.keys(known);
	if (names.length === 0) {
		return {
			code: "noTargets",
			message: "The config names no targets.",
			hint: 'Add "targets": { "eu": { "urlVariable": "SHOP_EU_URL" } } to lockkeeper.config.json.',
		};
	}
	const wanted = wish === "all" ? names : [...new Set(wish.names)];
	const strange = wanted.find((name) => !names.includes(name));
	if (strange !== undefined) {
		const near = nearestOf(strange, names);
		return {
			code: "unknownTarget",
			message: `The config has no target ${strange}.`,
			hint: near === undefined ? `It has ${names.join(", ")}.` : `Did you mean ${near}?`,
		};
	}
	const targets: Target[] = [];
	for (const name of names) {
		const target = known[name];
		if (!target || !wanted.includes(name)) continue;
		const url = environment[target.urlVariable] ?? "";
		if (url === "") {
			return {
				code: "noAddress",
				message: `The environment variable ${target.urlVariable} of the target ${name} is not set.`,
				hint: "Set it to the address of the database: postgres://user:password@host:port/name.",
			};
		}
		const { urlVariable, region, wave = 1 } = target;
		targets.push({ name, urlVariable, url, wave, ...(region !== undefined && { region }) });
	}
	// Sorting keeps the order of equals.
	return targets.sort((one, other) => one.wave - other.wave);
}

/** How it ended on one target; `waiting`: for people or for time. */
export type TargetOutcome = "done" | "waiting" | "failed" | "notBegun";

export interface TargetResult {
	readonly target: Target;
	readonly outcome: TargetOutcome;
	readonly says: string;
}

/**
 * Goes through the targets one after the other, in the order in which they are given. A wave begins when all targets
 * of the waves before it are done and verified; the targets of one wave do not wait for each other's success.
 */
export async function runWaves(
	targets: readonly Target[],
	run: (
		target: Target,
	) => Promise<{ readonly outcome: "done" | "waiting" | "failed"; readonly says: string }>,
): Promise<readonly TargetResult[]> {
	const results: TargetResult[] = [];
	for (const target of targets) {
		const open = results.find(
			(earlier) => earlier.target.wave !== target.wave && earlier.outcome !== "done",
		);
		if (open) {
			const why =
				open.outcome === "notBegun"
					? "has not begun"
					: open.outcome === "failed"
						? "has failed"
						: "is not done";
			results.push({ target, outcome: "notBegun", says: `${open.target.name} ${why}` });
			continue;
		}
		results.push({ target, ...(await run(target)) });
	}
	return results;
}

/** What is compared between targets. */
export interface TargetState {
	readonly target: string;
	readonly wave: number;
	readonly region?: string;
	/** The next phase of the plan that has work, or "done". */
	readonly phase?: string;
	readonly revision?: string;
	readonly schemaRev?: string;
	/** SHA-256 over the definitions of all indexes. */
	readonly indexes?: string;
	/** Why the target could not be read. */
	readonly unreadable?: string;
}

const short = (hash: string | undefined): string => hash?.slice(0, 12) ?? "?";

/** Returns the states as rows of a table, the first its head; what differs from most targets is marked. */
export function parityRows(states: readonly TargetState[]): readonly (readonly string[])[] {
	const usual = (valueOf: (state: TargetState) => string): string | undefined => {
		const counts = new Map<string, number>();
		for (const state of states) {
			if (state.unreadable !== undefined) continue;
			counts.set(valueOf(state), (counts.get(valueOf(state)) ?? 0) + 1);
		}
		return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0];
	};
	const columns: readonly ((state: TargetState) => string)[] = [
		({ phase }) => phase ?? "?",
		({ revision }) => revision ?? "none",
		({ schemaRev }) => short(schemaRev),
		({ indexes }) => short(indexes),
	];
	const most = columns.map(usual);
	return [
		["target", "wave", "phase", "revision", "schema", "indexes"],
		...states.map((state) => [
			state.region === undefined ? state.target : `${state.target} (${state.region})`,
			state.wave.toString(),
			...(state.unreadable === undefined
				? columns.map((valueOf, at) => {
						const value = valueOf(state);
						return value === most[at] ? value : `${value} *`;
					})
				: [`not readable: ${state.unreadable}`, "", "", ""]),
		]),
	];
}

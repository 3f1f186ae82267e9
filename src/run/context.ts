import type { RunConfig } from "../core/config.ts";
import type { Plan } from "../plan/plan.ts";
import type { Blocker, RunEngine, RunFailure, RunSession } from "./engine.ts";

/** What happens in a run, as it is told and written down. */
export type RunEvent =
	| {
			readonly kind: "runStarted";
			readonly operator: string;
			readonly approvers: readonly string[];
			/** What runs it: "lockkeeper 0.1.0". */
			readonly tool?: string;
	  }
	| { readonly kind: "phaseStarted" | "phaseDone"; readonly phase: string }
	| { readonly kind: "stepStarted"; readonly step: string; readonly attempt: number }
	| {
			readonly kind: "stepDone";
			readonly step: string;
			readonly milliseconds: number;
			readonly rows?: number;
			readonly lockWaitMilliseconds?: number;
	  }
	| { readonly kind: "stepFound"; readonly step: string; readonly says: string }
	| {
			readonly kind: "lockMissed";
			readonly step: string;
			readonly attempt: number;
			readonly blockers: readonly Blocker[];
			readonly nextInMilliseconds: number;
	  }
	| {
			readonly kind: "stepFailed";
			readonly step: string;
			readonly code: string;
			readonly message: string;
			/** The keys of rows that stand in the way. */
			readonly rows?: readonly string[];
	  }
	| {
			readonly kind: "batchDone";
			readonly step: string;
			readonly rows: number;
			readonly total: number;
			readonly size: number;
			readonly milliseconds: number;
			/** Estimated share of the table that is behind the cursor, 0 to 1. */
			readonly share?: number;
	  }
	| {
			readonly kind: "throttled";
			readonly step: string;
			readonly cause: string;
			readonly milliseconds: number;
	  }
	| {
			readonly kind: "verified";
			readonly step: string;
			readonly what: string;
			readonly passed: boolean;
			readonly count?: number;
	  }
	/** What others did to the schema meanwhile: "- " is gone, "+ " is new. */
	| { readonly kind: "schemaChanged"; readonly lines: readonly string[] }
	| { readonly kind: "waitingFor"; readonly step: string; readonly what: string }
	| { readonly kind: "paused" | "aborted"; readonly why: string }
	| { readonly kind: "rolledBack"; readonly step: string }
	| { readonly kind: "runDone"; readonly milliseconds: number };

/** How far a step came. */
export type StepOutcome =
	| {
			readonly is: "done";
			/** Rows that were changed, over all attempts. */
			readonly rows?: number;
	  }
	/** All that is done is in the books; the same step goes on from there. */
	| { readonly is: "paused"; readonly why: string }
	/** The connection or the lease is gone: nothing more can be said on it. */
	| { readonly is: "lost"; readonly why: "connection" | "lease" }
	/** A person has to do something first: the data, or what writes it. */
	| {
			readonly is: "stopped";
			readonly why: string;
			readonly details: readonly string[];
			/** The keys of rows that stand in the way. */
			readonly rows?: readonly string[];
	  }
	| { readonly is: "failed"; readonly failure: RunFailure };

/** What every part of a run works with. */
export interface RunContext {
	readonly engine: RunEngine;
	readonly plan: Plan;
	/** SHA-256 of the plan's file: the run's name in the books. */
	readonly planHash: string;
	readonly operator: string;
	/** Rises with every holder of the lock: what an earlier holder still writes is refused. */
	readonly token: number;
	/** The connection that does the work. */
	readonly session: RunSession;
	/** Another one for readings, the same where there is only one. */
	readonly observer: RunSession;
	/** Set when the run is to stop at the next safe place. */
	readonly signal: AbortSignal;
	/** Tells people and the log; what must last is written by the books beside the work. */
	readonly tell: (event: RunEvent) => void;
	/**
	 * Throws away the transaction that is open unless this run still holds the lease: to be run inside each
	 * transaction that changes something, before it commits. On the run's own session unless another is given.
	 */
	readonly fence: (session?: RunSession) => Promise<"held" | "lost">;
	/** Waits, shorter when the run is to stop. */
	readonly pause: (milliseconds: number) => Promise<void>;
	/** What the config says of runs. */
	readonly config?: RunConfig;
}

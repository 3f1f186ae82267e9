import type { MessagePort } from "node:worker_threads";
import type { DialectId } from "../core/dialect.ts";
import type { Finding } from "../core/finding.ts";

/** A file as ESLint has it: perhaps not as it stands on the disk. */
export interface FileText {
	/** Absolute, or a name like <text> for what has no place. */
	readonly file: string;
	/** Without a byte order mark. */
	readonly text: string;
}

/** What is said of a file; positions are those of ESLint's text. */
export type Verdict =
	/** No findings where the file is no migration. */
	| {
			readonly kind: "findings";
			readonly findings: readonly Finding[];
			/** Whose SQL it is, where that is known. */
			readonly dialect?: DialectId;
	  }
	/** Why nothing can be said: a broken config, a file that cannot be read. */
	| {
			readonly kind: "problem";
			readonly message: string;
			readonly line: number;
			readonly column: number;
	  };

/** What the worker sends back. */
export type Answer =
	| { readonly verdict: Verdict }
	/** A bug of ours, with its stack. */
	| { readonly bug: string };

/** What the worker is started with. */
export interface WorkerStart {
	/** Questions come in and answers go out here. */
	readonly port: MessagePort;
	/** Two numbers, each 0 and then 1: whether the worker has started, whether it has answered. */
	readonly signals: Int32Array;
}

/** Places in the signals. */
export const hasStarted = 0;
export const hasAnswered = 1;

import type { Lock } from "./effect.ts";
import type { Operation } from "./operation.ts";
import type { Statement } from "./statement.ts";

/** A strong lock that is kept until the transaction ends, and what took it. */
export interface HeldLock {
	readonly lock: Lock;
	readonly operation: Operation;
	readonly statement: Statement;
}

/**
 * A transaction that statements of the history run in. `tool`: the migration tool opened it;
 * `script`: a BEGIN in the file; `message`: several statements sent as one message, which the server
 * runs as one transaction (docs: protocol-flow, "Multiple Statements in a Simple Query").
 */
export interface Transaction {
	readonly wrapper: "tool" | "script" | "message";
	/** Locks taken so far, in order, also those on objects made in the transaction. */
	readonly held: readonly HeldLock[];
	/** What ran in it so far. */
	readonly earlier: readonly { readonly operation: Operation; readonly statement: Statement }[];
}

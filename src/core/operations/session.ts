import type { Operation } from "../operation.ts";
import type { OperationBase } from "./base.ts";

/** What an operation of the session does to the transaction, to settings, or to nothing that lasts. */
export type SessionOperation = OperationBase &
	(
		| {
				readonly kind: "begin" | "commit" | "rollback";
				readonly chain: boolean;
				/** SQLite: BEGIN IMMEDIATE, BEGIN EXCLUSIVE. */
				readonly mode?: "immediate" | "exclusive";
		  }
		| {
				/** MySQL: USE. */
				readonly kind: "useDatabase";
				readonly database: string;
		  }
		| {
				readonly kind: "savepoint" | "releaseSavepoint" | "rollbackToSavepoint";
				readonly name: string;
		  }
		| { readonly kind: "prepareTransaction"; readonly id: string }
		| {
				readonly kind: "setParameter";
				/** Lower case, e.g. lock_timeout, search_path, timezone. */
				readonly name: string;
				/** Absent: SET ... TO DEFAULT, RESET. Lists are joined with ", ". */
				readonly value?: string;
				readonly scope: "session" | "local";
				/** MySQL: SET GLOBAL and SET PERSIST; no session that is open takes notice. */
				readonly global?: true;
		  }
		| { readonly kind: "resetAllParameters" }
		| { readonly kind: "setConstraints"; readonly deferred: boolean }
		| {
				/** EXPLAIN, PREPARE, EXECUTE, DECLARE, FETCH, LISTEN, NOTIFY, DISCARD, CHECKPOINT, LOAD ... */
				readonly kind: "sessionCommand";
				readonly command: string;
				/** What EXPLAIN and PREPARE plan without running it. */
				readonly planned?: readonly Operation[];
		  }
		| {
				/** A line for the client, not for the server: psql's \connect, \set, \i. */
				readonly kind: "clientCommand";
				readonly command: string;
		  }
	);

import type { OperationOf } from "../../../core/operation.ts";
import { because, refuse, type Draft } from "./draft.ts";
import { fixedInTransaction } from "./pragma.ts";
import { writeSchema, type Scene } from "./scene.ts";

/**
 * PRAGMA with a value. Source: https://www.sqlite.org/pragma.html; what a transaction does to each is measured.
 */
export function setPragma(
	{ name, value = "" }: OperationOf<"setParameter">,
	scene: Scene,
	draft: Draft,
): void {
	if (fixedInTransaction.has(name) && scene.inTransaction) {
		because(draft, `PRAGMA ${name} does nothing in a transaction, and no error tells`);
		return;
	}
	switch (name) {
		case "journal_mode":
			// Into or out of WAL: the file itself is changed. In a transaction that is an error.
			if (/^(wal|delete|truncate|persist)$/i.test(value)) draft.transaction = "refused";
			writeSchema(draft, scene);
			return;
		case "synchronous":
			draft.transaction = "refused";
			return;
		case "user_version":
		case "application_id":
			writeSchema(draft, scene);
			return;
		default:
	}
}

/** SQLite nests no transactions: BEGIN in one is an error, and so is COMMIT without one. */
export function begin(scene: Scene, draft: Draft): void {
	if (scene.inTransaction) refuse(draft, "a transaction is open already, and BEGIN does not nest");
}

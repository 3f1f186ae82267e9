import { relationsRead } from "../../../catalog/proof.ts";
import type { Query } from "../../../core/expression.ts";
import type { Operation } from "../../../core/operation.ts";
import type { Release, ReleaseEntry } from "../../../core/rule.ts";
import { switchOf } from "./pragma.ts";

const check = "pragma_foreign_key_check";

function readsCheck(query: Query): boolean {
	const isFunction = query.from.some(
		(item) =>
			item.kind === "function" &&
			item.call.kind === "call" &&
			item.call.function.name.toLowerCase() === check,
	);
	return isFunction || relationsRead(query).some(({ name }) => name.toLowerCase() === check);
}

/** True when the operation looks for rows whose foreign key leads nowhere. */
function looksForLost(operation: Operation): boolean {
	if (operation.kind === "select") return readsCheck(operation.query);
	return (
		operation.kind === "sessionCommand" && /^pragma foreign_key_check\b/.test(operation.command)
	);
}

/**
 * Returns what a release does while it has turned foreign keys off, and looks at with no PRAGMA foreign_key_check
 * afterwards: turning them on again tests no row that is there. In a transaction the PRAGMA does nothing.
 * Source: https://www.sqlite.org/pragma.html#pragma_foreign_key_check; measured.
 */
export function uncheckedIn(release: Release): readonly ReleaseEntry[] {
	if (release.verifications.some(({ query }) => readsCheck(query))) return [];
	let unchecked: ReleaseEntry[] = [];
	let state: "on" | "off" | undefined;
	let migration: ReleaseEntry["migration"] | undefined;
	for (const entry of release.entries) {
		const { operation, transaction } = entry;
		// Every file may have a connection of its own.
		if (entry.migration !== migration) state = undefined;
		({ migration } = entry);
		if (operation.kind === "setParameter" && operation.name === "foreign_keys") {
			const written = new Map([["foreign_keys", operation.value ?? ""]]);
			if (!transaction) state = switchOf(written, "foreign_keys");
		} else if (looksForLost(operation)) unchecked = [];
		else if (state === "off") unchecked.push(entry);
	}
	return unchecked;
}

import type { ConstraintDefinition } from "../core/operation.ts";
import { sameMeaning } from "./expression.ts";

/**
 * Returns the PRIMARY KEY, UNIQUE and EXCLUDE constraints that the server makes of those written in one
 * CREATE TABLE or at one added column. The primary key comes first; one that says the same as one before
 * is dropped and lends its name where that has none. SQLite makes them as they are written.
 * Source: transformIndexConstraints in src/backend/parser/parse_utilcmd.c.
 */
export function mergeKeys(
	definitions: readonly ConstraintDefinition[],
	asWritten = false,
): readonly ConstraintDefinition[] {
	const keys = definitions.filter(isKey);
	const ordered = asWritten
		? keys
		: [
				...keys.filter(({ type }) => type === "primaryKey"),
				...keys.filter(({ type }) => type !== "primaryKey"),
			];
	const kept: ConstraintDefinition[] = [];
	for (const definition of ordered) {
		const same = kept.findIndex((prior) => sameMeaning(indexParts(prior), indexParts(definition)));
		const prior = kept[same];
		if (!prior) kept.push(definition);
		else if (prior.name === undefined && definition.name !== undefined) {
			kept[same] = { ...prior, name: definition.name };
		}
	}
	return kept;
}

/** True for a constraint that has an index. */
export function isKey({ type }: ConstraintDefinition): boolean {
	return type === "primaryKey" || type === "unique" || type === "exclude";
}

function indexParts(definition: ConstraintDefinition): unknown {
	const { type, name: _name, range: _range, ...parts } = definition;
	return { ...parts, isExclusion: type === "exclude" };
}

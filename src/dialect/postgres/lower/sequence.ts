import type { Node } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { itemsOf, lowerRelation, qualify, textsOf } from "./name.ts";
import { elementsOf, findOption, lowerParameters } from "./parameter.ts";
import type { LowerSource } from "./source.ts";
import { persistenceOf } from "./table.ts";

/** CREATE SEQUENCE and ALTER SEQUENCE. */
export function lowerSequence(node: Node, source: LowerSource): Operation[] | undefined {
	const range = source.statementRange;
	if ("CreateSeqStmt" in node) {
		const { sequence, options, if_not_exists } = node.CreateSeqStmt;
		const owner = ownerOf(options, source);
		return [
			{
				kind: "createSequence",
				range,
				sequence: lowerRelation(sequence, source),
				temporary: persistenceOf(sequence) === "temporary",
				ifNotExists: if_not_exists ?? false,
				...(owner ? { ownedBy: owner } : {}),
				parameters: parametersOf(options),
			},
		];
	}
	if ("AlterSeqStmt" in node) {
		const { sequence, options, missing_ok } = node.AlterSeqStmt;
		const owner = ownerOf(options, source);
		return [
			{
				kind: "alterSequence",
				range,
				sequence: lowerRelation(sequence, source),
				ifExists: missing_ok ?? false,
				...(owner === undefined ? {} : { ownedBy: owner }),
				parameters: parametersOf(options),
			},
		];
	}
	return undefined;
}

function parametersOf(options: readonly Node[] | undefined) {
	const others = elementsOf(options).filter(({ defname }) => defname !== "owned_by");
	return lowerParameters(others.map((element) => ({ DefElem: element })));
}

/** The column of OWNED BY; null for NONE, undefined without the clause. */
function ownerOf(options: readonly Node[] | undefined, source: LowerSource) {
	const option = findOption(options, "owned_by");
	if (!option) return undefined;
	const parts = textsOf(itemsOf(option.arg));
	const column = parts.at(-1);
	if (column === undefined || parts.length === 1) return null;
	const path = parts.slice(0, -1);
	const after = source.toRange(option.location).end;
	return { table: qualify(path, source.rangeOfName(path, after)), column };
}

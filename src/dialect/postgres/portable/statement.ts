import type { Statement } from "pgsql-ast-parser";
import type { Operation } from "../../../core/operation.ts";
import { lowerAlter } from "./alter.ts";
import { lowerData } from "./data.ts";
import { lowerObject } from "./object.ts";
import { lowerRoutine } from "./routine.ts";
import { lowerSession } from "./session.ts";
import type { PortableSource } from "./source.ts";
import { lowerTable } from "./table.ts";
import { Unreadable } from "./unreadable.ts";

const families = [lowerData, lowerTable, lowerAlter, lowerObject, lowerRoutine, lowerSession];

/**
 * What one statement does, from the tree of the portable parser: the same operations that the lowering of the
 * server's own tree gives. Throws Unreadable for what only this parser takes for SQL.
 */
export function lowerStatement(node: Statement, source: PortableSource): readonly Operation[] {
	for (const lower of families) {
		const operations = lower(node, source);
		if (operations) return operations;
	}
	throw new Unreadable(`the server knows no statement of this kind (${node.type})`);
}

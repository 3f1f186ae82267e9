import type { Operation } from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import { readColumn, readDefault } from "../tolerant/column.ts";
import type { Cursor } from "../tolerant/cursor.ts";
import type { Target } from "./alter-target.ts";
import { mysqlGrammar } from "./grammar.ts";

/** MODIFY, and CHANGE, which is a rename too when the names differ. */
export function readRedefinition(cursor: Cursor, target: Target): readonly Operation[] {
	const first = cursor.at;
	const changes = cursor.takeAny("CHANGE", "MODIFY") === "CHANGE";
	cursor.take("COLUMN");
	const ifExists = cursor.take("IF", "EXISTS");
	if (cursor.is("("))
		return cursor.list(() => readOneRedefinition(cursor, target, first, ifExists)).flat();
	const before = changes ? cursor.identifier() : undefined;
	return readOneRedefinition(cursor, target, first, ifExists, before);
}

function readOneRedefinition(
	cursor: Cursor,
	target: Target,
	first: number,
	ifExists: boolean,
	before?: string,
): readonly Operation[] {
	const { column: definition, position } = readColumn(cursor, mysqlGrammar);
	const range = cursor.rangeFrom(first);
	const redefined: Operation = {
		kind: "redefineColumn",
		...target,
		column: definition.name,
		definition,
		ifExists,
		range,
		...(position && { position }),
	};
	if (before === undefined || before === definition.name) return [redefined];
	return [
		{ kind: "renameColumn", ...target, column: before, to: definition.name, range },
		redefined,
	];
}

/** ALTER of a column, an index or a constraint inside ALTER TABLE. */
export function readAlterPart(cursor: Cursor, target: Target): Operation {
	const first = cursor.at;
	cursor.expect("ALTER");
	const range = (): Range => cursor.rangeFrom(first);
	if (cursor.is("INDEX") || cursor.is("KEY")) {
		cursor.at++;
		cursor.take("IF", "EXISTS");
		const index = { name: cursor.identifier(), table: target.table };
		const hides = cursor.is("INVISIBLE") || cursor.is("IGNORED");
		const isNegated = cursor.take("NOT");
		// MySQL says INVISIBLE, MariaDB IGNORED.
		const name = cursor.is("IGNORED") ? "ignored" : "visible";
		cursor.advance();
		const isOn = name === "ignored" ? !isNegated : !hides;
		const parameters = [{ name, value: String(isOn) }];
		return { kind: "setIndexParameters", index, parameters, reset: false, range: range() };
	}
	if (cursor.isName(1) && (cursor.is("CHECK") || cursor.is("CONSTRAINT"))) {
		cursor.at++;
		const constraint = cursor.name();
		const enforced = !cursor.take("NOT");
		cursor.expect("ENFORCED");
		return { kind: "alterConstraint", ...target, constraint, enforced, range: range() };
	}
	cursor.take("COLUMN");
	cursor.take("IF", "EXISTS");
	const column = cursor.identifier();
	if (cursor.take("DROP", "DEFAULT"))
		return { kind: "dropDefault", ...target, column, range: range() };
	cursor.expect("SET");
	const visibility = cursor.takeAny("VISIBLE", "INVISIBLE");
	if (visibility) {
		const parameters = [{ name: "visible", value: String(visibility === "VISIBLE") }];
		return {
			kind: "setColumnParameters",
			...target,
			column,
			parameters,
			reset: false,
			range: range(),
		};
	}
	cursor.expect("DEFAULT");
	const value = readDefault(cursor, mysqlGrammar);
	return { kind: "setDefault", ...target, column, default: value, range: range() };
}

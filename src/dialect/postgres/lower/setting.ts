import type { Node, VariableSetStmt } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { valueOf } from "./parameter.ts";
import type { LowerSource } from "./source.ts";

/** The value of a SET, lists joined with ", "; undefined when none is written. */
export function settingValue(nodes: readonly Node[] | undefined): string | undefined {
	if (!nodes || nodes.length === 0) return undefined;
	return nodes.map((node) => valueOf(node) ?? "").join(", ");
}

/** SET, SET LOCAL, RESET and SET TRANSACTION. */
export function lowerSetting(statement: VariableSetStmt, source: LowerSource): Operation {
	const range = source.statementRange;
	switch (statement.kind) {
		case "VAR_RESET_ALL":
			return { kind: "resetAllParameters", range };
		case "VAR_SET_MULTI":
			// `name` is TRANSACTION, TRANSACTION SNAPSHOT or SESSION CHARACTERISTICS.
			return { kind: "sessionCommand", range, command: `SET ${statement.name ?? ""}` };
		case "VAR_SET_CURRENT":
			return {
				kind: "sessionCommand",
				range,
				command: `SET ${statement.name ?? ""} FROM CURRENT`,
			};
		default: {
			const value = settingValue(statement.args);
			return {
				kind: "setParameter",
				range,
				name: (statement.name ?? "").toLowerCase(),
				...(value === undefined ? {} : { value }),
				scope: statement.is_local ? "local" : "session",
			};
		}
	}
}

/** The change of a setting in words, for ALTER SYSTEM, ALTER ROLE and ALTER DATABASE. */
export function describeSetting(statement: VariableSetStmt | undefined): string {
	const name = statement?.name?.toLowerCase();
	if (statement?.kind === "VAR_RESET_ALL" || name === undefined) return "reset all";
	const value = settingValue(statement?.args);
	return value === undefined ? `reset ${name}` : `set ${name} = ${value}`;
}

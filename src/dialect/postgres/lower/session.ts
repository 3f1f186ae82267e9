import type { Node, TransactionStmt } from "@pgsql/types";
import type { Operation } from "../../../core/operation.ts";
import { lowerData } from "./data.ts";
import { isOn } from "./parameter.ts";
import { lowerSetting } from "./setting.ts";
import type { LowerSource } from "./source.ts";
import { lowerView } from "./view.ts";

/** Transactions, settings, cursors, prepared statements and whatever else lives in the session. */
export function lowerSession(node: Node, source: LowerSource): Operation[] | undefined {
	if ("TransactionStmt" in node) return [transaction(node.TransactionStmt, source)];
	if ("VariableSetStmt" in node) return [lowerSetting(node.VariableSetStmt, source)];
	const range = source.statementRange;
	if ("ConstraintsSetStmt" in node) {
		const deferred = node.ConstraintsSetStmt.deferred ?? false;
		return [{ kind: "setConstraints", range, deferred }];
	}
	const command = commandOf(node);
	if (command === undefined) return undefined;
	const planned = lowerPlanned(node, source);
	return [
		{ kind: "sessionCommand", range, command, ...(planned && { planned }) },
		...lowerRun(node, source),
	];
}

/** EXPLAIN without ANALYZE and PREPARE lock what their statement would lock, and run nothing. */
function lowerPlanned(node: Node, source: LowerSource): readonly Operation[] | undefined {
	if ("PrepareStmt" in node) {
		const { query } = node.PrepareStmt;
		return query && lowerData(query, source);
	}
	if (!("ExplainStmt" in node) || isOn(node.ExplainStmt.options, "analyze")) return undefined;
	const { query } = node.ExplainStmt;
	return query && (lowerView(query, source) ?? lowerData(query, source));
}

/** What a session command runs or undoes besides. */
function lowerRun(node: Node, source: LowerSource): readonly Operation[] {
	if ("DiscardStmt" in node && node.DiscardStmt.target === "DISCARD_ALL") {
		return [{ kind: "resetAllParameters", range: source.statementRange }];
	}
	// Only with ANALYZE does EXPLAIN run its statement; a cursor runs its query as it is fetched.
	const query =
		"ExplainStmt" in node && isOn(node.ExplainStmt.options, "analyze")
			? node.ExplainStmt.query
			: "DeclareCursorStmt" in node
				? node.DeclareCursorStmt.query
				: undefined;
	return (query && (lowerView(query, source) ?? lowerData(query, source))) ?? [];
}

const transactionCommands = {
	TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
	TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
} as const;

function transaction(statement: TransactionStmt, source: LowerSource): Operation {
	const range = source.statementRange;
	const chain = statement.chain ?? false;
	const name = statement.savepoint_name ?? "";
	switch (statement.kind) {
		case "TRANS_STMT_COMMIT":
			return { kind: "commit", range, chain };
		case "TRANS_STMT_ROLLBACK":
			return { kind: "rollback", range, chain };
		case "TRANS_STMT_SAVEPOINT":
			return { kind: "savepoint", range, name };
		case "TRANS_STMT_RELEASE":
			return { kind: "releaseSavepoint", range, name };
		case "TRANS_STMT_ROLLBACK_TO":
			return { kind: "rollbackToSavepoint", range, name };
		case "TRANS_STMT_PREPARE":
			return { kind: "prepareTransaction", range, id: statement.gid ?? "" };
		case "TRANS_STMT_COMMIT_PREPARED":
		case "TRANS_STMT_ROLLBACK_PREPARED":
			return { kind: "sessionCommand", range, command: transactionCommands[statement.kind] };
		default:
			return { kind: "begin", range, chain };
	}
}

const discards = {
	DISCARD_ALL: "DISCARD ALL",
	DISCARD_PLANS: "DISCARD PLANS",
	DISCARD_SEQUENCES: "DISCARD SEQUENCES",
	DISCARD_TEMP: "DISCARD TEMP",
} as const;

function commandOf(node: Node): string | undefined {
	if ("ExplainStmt" in node) return "EXPLAIN";
	if ("PrepareStmt" in node) return "PREPARE";
	if ("ExecuteStmt" in node) return "EXECUTE";
	if ("DeallocateStmt" in node) return "DEALLOCATE";
	if ("DeclareCursorStmt" in node) return "DECLARE";
	if ("ClosePortalStmt" in node) return "CLOSE";
	if ("FetchStmt" in node) return node.FetchStmt.ismove ? "MOVE" : "FETCH";
	if ("NotifyStmt" in node) return "NOTIFY";
	if ("ListenStmt" in node) return "LISTEN";
	if ("UnlistenStmt" in node) return "UNLISTEN";
	if ("LoadStmt" in node) return "LOAD";
	if ("CheckPointStmt" in node) return "CHECKPOINT";
	if ("VariableShowStmt" in node) return "SHOW";
	if ("DiscardStmt" in node) return discards[node.DiscardStmt.target ?? "DISCARD_ALL"];
	return undefined;
}

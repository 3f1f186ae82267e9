import type { CreateTrigStmt, Node, RuleStmt } from "@pgsql/types";
import type { Operation, OperationOf } from "../../../core/operation.ts";
import { lowerDataStatement } from "./data.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, lowerRelation, roleNames, textsOf } from "./name.ts";
import type { LowerSource } from "./source.ts";

/** CREATE TRIGGER, CREATE RULE, CREATE POLICY and ALTER POLICY. */
export function lowerTrigger(node: Node, source: LowerSource): Operation[] | undefined {
	if ("CreateTrigStmt" in node) return [createTrigger(node.CreateTrigStmt, source)];
	if ("RuleStmt" in node) return [createRule(node.RuleStmt, source)];
	if ("CreatePolicyStmt" in node) {
		const { cmd_name, permissive } = node.CreatePolicyStmt;
		return [
			{
				kind: "createPolicy",
				...policyOf(node.CreatePolicyStmt, source),
				command: policyCommand(cmd_name),
				permissive: permissive ?? false,
			},
		];
	}
	if ("AlterPolicyStmt" in node) {
		const policy = policyOf(node.AlterPolicyStmt, source);
		return [{ kind: "alterPolicy", ...policy, command: "all", permissive: true }];
	}
	return undefined;
}

// The bits of TRIGGER_TYPE_* in the server's pg_trigger.h; no timing bit means AFTER.
const beforeBit = 2;
const insteadBit = 64;
const eventBits = [
	["insert", 4],
	["update", 16],
	["delete", 8],
	["truncate", 32],
] as const;

function createTrigger(statement: CreateTrigStmt, source: LowerSource): Operation {
	const timing = statement.timing ?? 0;
	const events = statement.events ?? 0;
	const table = lowerRelation(statement.relation, source);
	return {
		kind: "createTrigger",
		range: source.statementRange,
		trigger: statement.trigname ?? "",
		table,
		orReplace: statement.replace ?? false,
		constraint: statement.isconstraint ?? false,
		timing:
			(timing & insteadBit) !== 0 ? "insteadOf" : (timing & beforeBit) !== 0 ? "before" : "after",
		events: eventBits.flatMap(([event, bit]) => ((events & bit) !== 0 ? event : [])),
		columns: textsOf(statement.columns),
		forEach: statement.row ? "row" : "statement",
		function: lowerName(statement.funcname, source, table.range?.end),
		...(statement.whenClause ? { when: lowerExpression(statement.whenClause, source) } : {}),
		...(statement.constrrel ? { references: lowerRelation(statement.constrrel, source) } : {}),
	};
}

const ruleEvents: Readonly<Record<string, OperationOf<"createRule">["event"] | undefined>> = {
	CMD_SELECT: "select",
	CMD_INSERT: "insert",
	CMD_UPDATE: "update",
	CMD_DELETE: "delete",
};

function createRule(statement: RuleStmt, source: LowerSource): Operation {
	return {
		kind: "createRule",
		range: source.statementRange,
		rule: statement.rulename ?? "",
		table: lowerRelation(statement.relation, source),
		orReplace: statement.replace ?? false,
		event: ruleEvents[statement.event ?? "CMD_SELECT"] ?? "select",
		...(statement.whereClause ? { where: lowerExpression(statement.whereClause, source) } : {}),
		actions: (statement.actions ?? []).flatMap(
			(action) => lowerDataStatement(action, source, source.statementRange) ?? [],
		),
	};
}

type PolicyNode = Extract<Node, { AlterPolicyStmt: unknown }>["AlterPolicyStmt"];

function policyOf(statement: PolicyNode, source: LowerSource) {
	const { qual, with_check: check } = statement;
	return {
		range: source.statementRange,
		policy: statement.policy_name ?? "",
		table: lowerRelation(statement.table, source),
		roles: roleNames(statement.roles),
		...(qual ? { using: lowerExpression(qual, source) } : {}),
		...(check ? { withCheck: lowerExpression(check, source) } : {}),
	};
}

function policyCommand(name: string | undefined): OperationOf<"createPolicy">["command"] {
	switch (name) {
		case "select":
		case "insert":
		case "update":
		case "delete":
			return name;
		default:
			return "all";
	}
}

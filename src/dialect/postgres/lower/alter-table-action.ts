import type { AlterTableCmd, AlterTableType, ColumnDef, Node } from "@pgsql/types";
import type { Parameter, TableAction } from "../../../core/operation.ts";
import { lowerConstraint, lowerPartitionBound } from "./constraint.ts";
import { lowerExpression } from "./expression.ts";
import { lowerName, lowerRelation, roleName } from "./name.ts";
import { lowerParameters, valueOf } from "./parameter.ts";
import type { LowerSource } from "./source.ts";
import { collationOf, identityKind, lowerColumn } from "./table.ts";
import { lowerType } from "./type.ts";

type WithoutRelation<Operation> = Operation extends unknown
	? Omit<Operation, "table" | "ifTableExists" | "only" | "relation" | "range">
	: never;

/** What an ALTER TABLE does, without the relation that it does it to. */
export type Action = WithoutRelation<TableAction>;

type Lowering = (command: AlterTableCmd, source: LowerSource) => Action;

const column = (command: AlterTableCmd): string => command.name ?? String(command.num ?? 0);
const named = (command: AlterTableCmd): string => command.name ?? "";
const cascades = (command: AlterTableCmd): boolean => command.behavior === "DROP_CASCADE";
const ifExists = (command: AlterTableCmd): boolean => command.missing_ok ?? false;

function definitionOf(node: Node | undefined): ColumnDef {
	return node && "ColumnDef" in node ? node.ColumnDef : {};
}

function parametersOf(node: Node | undefined): Parameter[] {
	return lowerParameters(node && "List" in node ? node.List.items : undefined);
}

const columnActions = {
	AT_AddColumn: (command, source) => ({
		kind: "addColumn",
		column: lowerColumn(definitionOf(command.def), source),
		ifNotExists: command.missing_ok ?? false,
	}),
	AT_DropColumn: (command) => ({
		kind: "dropColumn",
		column: column(command),
		ifExists: ifExists(command),
		cascade: cascades(command),
	}),
	AT_AlterColumnType: (command, source) => {
		const definition = definitionOf(command.def);
		return {
			kind: "alterColumnType",
			column: column(command),
			type: lowerType(definition.typeName ?? {}, source),
			...collationOf(definition, source),
			...(definition.raw_default ? { using: lowerExpression(definition.raw_default, source) } : {}),
		};
	},
	AT_SetNotNull: (command) => ({ kind: "setNotNull", column: column(command) }),
	AT_DropNotNull: (command) => ({ kind: "dropNotNull", column: column(command) }),
	AT_ColumnDefault: (command, source) =>
		command.def
			? {
					kind: "setDefault",
					column: column(command),
					default: lowerExpression(command.def, source),
				}
			: { kind: "dropDefault", column: column(command) },
	AT_AddIdentity: (command) => ({
		kind: "addIdentity",
		column: column(command),
		identity: identityKind(
			command.def && "Constraint" in command.def
				? command.def.Constraint.generated_when
				: undefined,
		),
	}),
	AT_SetIdentity: (command) => ({
		kind: "setIdentity",
		column: column(command),
		parameters: parametersOf(command.def).map(spellGenerated),
	}),
	AT_DropIdentity: (command) => ({
		kind: "dropIdentity",
		column: column(command),
		ifExists: ifExists(command),
	}),
	AT_SetExpression: (command, source) => ({
		kind: "setExpression",
		column: column(command),
		expression: lowerExpression(command.def, source),
	}),
	AT_DropExpression: (command) => ({
		kind: "dropExpression",
		column: column(command),
		ifExists: ifExists(command),
	}),
	AT_SetStatistics: (command) => ({
		kind: "setColumnStatistics",
		column: column(command),
		target: valueOf(command.def) ?? "default",
	}),
	AT_SetStorage: (command) => ({
		kind: "setColumnStorage",
		column: column(command),
		storage: (valueOf(command.def) ?? "default").toLowerCase(),
	}),
	AT_SetCompression: (command) => ({
		kind: "setColumnCompression",
		column: column(command),
		method: valueOf(command.def) ?? "default",
	}),
	AT_SetOptions: (command) => columnParameters(command, false),
	AT_ResetOptions: (command) => columnParameters(command, true),
} satisfies Partial<Record<AlterTableType, Lowering>>;

/** SET GENERATED keeps a letter's code: 97 is ALWAYS, 100 BY DEFAULT. */
function spellGenerated(parameter: Parameter): Parameter {
	if (parameter.name !== "generated") return parameter;
	const letter = String.fromCharCode(Number(parameter.value));
	return { name: "generated", value: identityKind(letter) };
}

function columnParameters(command: AlterTableCmd, reset: boolean): Action {
	return {
		kind: "setColumnParameters",
		column: column(command),
		parameters: parametersOf(command.def),
		reset,
	};
}

const constraintActions = {
	AT_AddConstraint: (command, source) => {
		const constraint =
			command.def && "Constraint" in command.def
				? lowerConstraint({ constraint: command.def.Constraint, attributes: [] }, source)
				: undefined;
		return constraint
			? { kind: "addConstraint", constraint }
			: { kind: "alterTableOther", action: "add constraint" };
	},
	AT_DropConstraint: (command) => ({
		kind: "dropConstraint",
		constraint: named(command),
		ifExists: ifExists(command),
		cascade: cascades(command),
	}),
	AT_ValidateConstraint: (command) => ({
		kind: "validateConstraint",
		constraint: named(command),
	}),
	AT_AlterConstraint: (command) => {
		const change =
			command.def && "ATAlterConstraint" in command.def ? command.def.ATAlterConstraint : {};
		return {
			kind: "alterConstraint",
			constraint: change.conname ?? "",
			...(change.alterDeferrability
				? {
						deferrable: change.deferrable ?? false,
						initiallyDeferred: change.initdeferred ?? false,
					}
				: {}),
			...(change.alterEnforceability ? { enforced: change.is_enforced ?? false } : {}),
			...(change.alterInheritability ? { inherit: !(change.noinherit ?? false) } : {}),
		};
	},
} satisfies Partial<Record<AlterTableType, Lowering>>;

const storageActions = {
	AT_SetLogged: () => ({ kind: "setPersistence", persistence: "permanent" }),
	AT_SetUnLogged: () => ({ kind: "setPersistence", persistence: "unlogged" }),
	AT_SetAccessMethod: (command) => ({
		kind: "setAccessMethod",
		...(command.name === undefined ? {} : { method: command.name }),
	}),
	AT_SetTableSpace: (command) => ({
		kind: "setTablespace",
		tablespace: named(command),
		noWait: false,
	}),
	AT_SetRelOptions: (command) => tableParameters(command, false),
	AT_ResetRelOptions: (command) => tableParameters(command, true),
	AT_ClusterOn: (command) => ({ kind: "clusterOn", index: named(command) }),
	AT_DropCluster: () => ({ kind: "clusterOn" }),
	AT_ReplicaIdentity: (command) => {
		const identity =
			command.def && "ReplicaIdentityStmt" in command.def ? command.def.ReplicaIdentityStmt : {};
		return {
			kind: "setReplicaIdentity",
			identity: replicaIdentities[identity.identity_type ?? "d"] ?? "default",
			...(identity.name === undefined ? {} : { index: identity.name }),
		};
	},
	AT_ChangeOwner: (command) => ({ kind: "setTableOwner", owner: roleName(command.newowner) }),
} satisfies Partial<Record<AlterTableType, Lowering>>;

const replicaIdentities: Readonly<
	Record<string, "default" | "full" | "nothing" | "index" | undefined>
> = { d: "default", f: "full", n: "nothing", i: "index" };

function tableParameters(command: AlterTableCmd, reset: boolean): Action {
	return { kind: "setTableParameters", parameters: parametersOf(command.def), reset };
}

type TriggerState = "enabled" | "disabled" | "replica" | "always";

function triggerState(state: TriggerState): Lowering {
	return (command) => ({
		kind: "setTriggerState",
		...(command.name === undefined ? {} : { trigger: command.name }),
		userOnly: command.subtype === "AT_EnableTrigUser" || command.subtype === "AT_DisableTrigUser",
		state,
	});
}

function ruleState(state: TriggerState): Lowering {
	return (command) => ({ kind: "setRuleState", rule: named(command), state });
}

const stateActions = {
	AT_EnableTrig: triggerState("enabled"),
	AT_EnableAlwaysTrig: triggerState("always"),
	AT_EnableReplicaTrig: triggerState("replica"),
	AT_DisableTrig: triggerState("disabled"),
	AT_EnableTrigAll: triggerState("enabled"),
	AT_DisableTrigAll: triggerState("disabled"),
	AT_EnableTrigUser: triggerState("enabled"),
	AT_DisableTrigUser: triggerState("disabled"),
	AT_EnableRule: ruleState("enabled"),
	AT_EnableAlwaysRule: ruleState("always"),
	AT_EnableReplicaRule: ruleState("replica"),
	AT_DisableRule: ruleState("disabled"),
	AT_EnableRowSecurity: () => ({ kind: "setRowSecurity", state: "enable" }),
	AT_DisableRowSecurity: () => ({ kind: "setRowSecurity", state: "disable" }),
	AT_ForceRowSecurity: () => ({ kind: "setRowSecurity", state: "force" }),
	AT_NoForceRowSecurity: () => ({ kind: "setRowSecurity", state: "noForce" }),
} satisfies Partial<Record<AlterTableType, Lowering>>;

const hierarchyActions = {
	AT_AttachPartition: (command, source) => {
		const { name, bound } = partitionOf(command);
		return {
			kind: "attachPartition",
			partition: lowerRelation(name, source),
			bound: lowerPartitionBound(bound, source),
		};
	},
	AT_DetachPartition: (command, source) => detachPartition(command, source, false),
	AT_DetachPartitionFinalize: (command, source) => detachPartition(command, source, true),
	AT_AddInherit: (command, source) => setInheritance(command, source, true),
	AT_DropInherit: (command, source) => setInheritance(command, source, false),
	AT_AddOf: (command, source) => {
		const type = command.def && "TypeName" in command.def ? command.def.TypeName : {};
		const after = source.toRange(type.location).start;
		return { kind: "setTableType", ofType: lowerName(type.names, source, after) };
	},
	AT_DropOf: () => ({ kind: "setTableType" }),
} satisfies Partial<Record<AlterTableType, Lowering>>;

function partitionOf(command: AlterTableCmd) {
	return command.def && "PartitionCmd" in command.def ? command.def.PartitionCmd : {};
}

function detachPartition(command: AlterTableCmd, source: LowerSource, finalize: boolean): Action {
	const { name, concurrent } = partitionOf(command);
	return {
		kind: "detachPartition",
		partition: lowerRelation(name, source),
		concurrently: concurrent ?? false,
		finalize,
	};
}

function setInheritance(command: AlterTableCmd, source: LowerSource, inherit: boolean): Action {
	const parent = command.def && "RangeVar" in command.def ? command.def.RangeVar : undefined;
	return { kind: "setInheritance", parent: lowerRelation(parent, source), inherit };
}

const lowerings: Partial<Record<AlterTableType, Lowering>> = {
	...columnActions,
	...constraintActions,
	...storageActions,
	...stateActions,
	...hierarchyActions,
};

/** One action of an ALTER TABLE; what has no kind of its own keeps the grammar's name. */
export function lowerAction(command: AlterTableCmd, source: LowerSource): Action {
	const { subtype } = command;
	const lowering = subtype && lowerings[subtype];
	if (lowering) return lowering(command, source);
	const words = (subtype ?? "AT_unknown").slice(3).replace(/(?<!^)[A-Z]/g, " $&");
	return { kind: "alterTableOther", action: words.toLowerCase() };
}

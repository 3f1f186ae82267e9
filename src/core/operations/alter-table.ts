import type { Expression, QualifiedName, TypeName } from "../expression.ts";
import type { Parameter } from "./base.ts";
import type { ColumnDefinition, ColumnPosition, ConstraintDefinition } from "./definition.ts";
import type { PartitionBound, PartitionKey } from "./table.ts";

/** Fields of every action of ALTER TABLE. */
interface Altered {
	readonly table: QualifiedName;
	/** ALTER TABLE IF EXISTS. */
	readonly ifTableExists: boolean;
	/** ALTER TABLE ONLY. */
	readonly only: boolean;
	/** What the statement called the relation: ALTER VIEW v ... is legal for some actions. */
	readonly relation:
		"table" | "view" | "materializedView" | "foreignTable" | "index" | "sequence" | "type";
}

export type PartitionAction =
	| "partitionBy"
	| "remove"
	| "add"
	| "drop"
	| "truncate"
	| "coalesce"
	| "reorganize"
	| "exchange"
	| "convert"
	| "analyze"
	| "check"
	| "optimize"
	| "rebuild"
	| "repair"
	| "discardTablespace"
	| "importTablespace";

/** One action of ALTER TABLE. A statement with several actions has one operation for each. */
export type TableAction = Altered &
	(
		| {
				readonly kind: "addColumn";
				readonly column: ColumnDefinition;
				readonly ifNotExists: boolean;
				readonly position?: ColumnPosition;
		  }
		| {
				/** MySQL: MODIFY, and CHANGE after a renameColumn: what the definition leaves out is gone. */
				readonly kind: "redefineColumn";
				/** The column's name (after CHANGE the new one is in force already). */
				readonly column: string;
				readonly definition: ColumnDefinition;
				readonly position?: ColumnPosition;
				readonly ifExists: boolean;
		  }
		| {
				/** MySQL: CONVERT TO CHARACTER SET; absent means DEFAULT. */
				readonly kind: "convertCharacterSet";
				readonly characterSet?: string;
				readonly collation?: string;
		  }
		| {
				/** MySQL: what ALTER TABLE does to partitions. */
				readonly kind: "alterPartitions";
				readonly action: PartitionAction;
				/** The partitions named; empty for ALL, and where none are named. */
				readonly partitions: readonly string[];
				/** EXCHANGE PARTITION ... WITH TABLE, CONVERT PARTITION ... TO TABLE. */
				readonly other?: QualifiedName;
				/** WITHOUT VALIDATION. */
				readonly unvalidated?: true;
				/** PARTITION BY RANGE, LIST, HASH, KEY. */
				readonly by?: PartitionKey;
		  }
		| {
				readonly kind: "dropColumn";
				readonly column: string;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "renameTable";
				readonly to: string;
				/** MySQL: the database that the table moves to. */
				readonly toSchema?: string;
		  }
		| { readonly kind: "renameColumn"; readonly column: string; readonly to: string }
		| { readonly kind: "renameConstraint"; readonly constraint: string; readonly to: string }
		| { readonly kind: "setTableSchema"; readonly schema: string }
		| {
				readonly kind: "alterColumnType";
				readonly column: string;
				readonly type: TypeName;
				readonly collation?: QualifiedName;
				readonly using?: Expression;
		  }
		| { readonly kind: "setNotNull"; readonly column: string }
		| { readonly kind: "dropNotNull"; readonly column: string }
		| { readonly kind: "setDefault"; readonly column: string; readonly default: Expression }
		| { readonly kind: "dropDefault"; readonly column: string }
		| {
				readonly kind: "addIdentity";
				readonly column: string;
				readonly identity: "always" | "byDefault";
		  }
		| {
				readonly kind: "setIdentity";
				readonly column: string;
				readonly parameters: readonly Parameter[];
		  }
		| { readonly kind: "dropIdentity"; readonly column: string; readonly ifExists: boolean }
		| { readonly kind: "setExpression"; readonly column: string; readonly expression: Expression }
		| { readonly kind: "dropExpression"; readonly column: string; readonly ifExists: boolean }
		| {
				/** The column may be given by number (`ALTER INDEX ... ALTER COLUMN 1 SET STATISTICS`). */
				readonly kind: "setColumnStatistics";
				readonly column: string;
				readonly target: string;
		  }
		| { readonly kind: "setColumnStorage"; readonly column: string; readonly storage: string }
		| { readonly kind: "setColumnCompression"; readonly column: string; readonly method: string }
		| {
				/** SET (n_distinct = ...) and RESET (...) of one column. */
				readonly kind: "setColumnParameters";
				readonly column: string;
				readonly parameters: readonly Parameter[];
				readonly reset: boolean;
		  }
		| { readonly kind: "addConstraint"; readonly constraint: ConstraintDefinition }
		| {
				readonly kind: "dropConstraint";
				/** Of a primary key in MySQL: PRIMARY. */
				readonly constraint: string;
				/** What the statement calls it: DROP FOREIGN KEY, DROP CHECK, DROP PRIMARY KEY. */
				readonly type?: "foreignKey" | "check" | "primaryKey";
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "alterConstraint";
				readonly constraint: string;
				/** What the statement sets; absent is left as it is. */
				readonly deferrable?: boolean;
				readonly initiallyDeferred?: boolean;
				readonly enforced?: boolean;
				readonly inherit?: boolean;
		  }
		| { readonly kind: "validateConstraint"; readonly constraint: string }
		| { readonly kind: "setPersistence"; readonly persistence: "permanent" | "unlogged" }
		| { readonly kind: "setAccessMethod"; readonly method?: string }
		| { readonly kind: "setTablespace"; readonly tablespace: string; readonly noWait: boolean }
		| {
				readonly kind: "setTableParameters";
				readonly parameters: readonly Parameter[];
				readonly reset: boolean;
		  }
		| { readonly kind: "clusterOn"; readonly index?: string }
		| {
				/** ENABLE / DISABLE TRIGGER; `trigger` is absent for ALL, USER gives userOnly. */
				readonly kind: "setTriggerState";
				readonly trigger?: string;
				readonly userOnly: boolean;
				readonly state: "enabled" | "disabled" | "replica" | "always";
		  }
		| {
				readonly kind: "setRuleState";
				readonly rule: string;
				readonly state: "enabled" | "disabled" | "replica" | "always";
		  }
		| {
				readonly kind: "setRowSecurity";
				readonly state: "enable" | "disable" | "force" | "noForce";
		  }
		| {
				readonly kind: "setReplicaIdentity";
				readonly identity: "default" | "full" | "nothing" | "index";
				readonly index?: string;
		  }
		| { readonly kind: "setTableOwner"; readonly owner: string }
		| {
				readonly kind: "attachPartition";
				readonly partition: QualifiedName;
				readonly bound: PartitionBound;
		  }
		| {
				readonly kind: "detachPartition";
				readonly partition: QualifiedName;
				readonly concurrently: boolean;
				readonly finalize: boolean;
		  }
		| { readonly kind: "setInheritance"; readonly parent: QualifiedName; readonly inherit: boolean }
		| { readonly kind: "setTableType"; readonly ofType?: QualifiedName }
		| {
				/** Anything else an ALTER TABLE can say (foreign-table options ...), named as the grammar does. */
				readonly kind: "alterTableOther";
				readonly action: string;
		  }
	);

import type { Expression, FromItem, QualifiedName, Query, TypeName } from "../expression.ts";
import type { Range } from "../source.ts";
import type { IndexElement } from "./object.ts";

/** How a MySQL statement asks to be run: ALGORITHM=, LOCK=, and MariaDB's WAIT n and NOWAIT (0 seconds). */
export interface OnlineClauses {
	readonly algorithm?: "default" | "instant" | "nocopy" | "inplace" | "copy";
	readonly lock?: "default" | "none" | "shared" | "exclusive";
	readonly waitSeconds?: number;
}

/** What every operation has: its place in the file, and how it is reached when not directly. */
export interface OperationBase {
	readonly range: Range;
	/** MySQL: every operation of the command carries the same; absent when the statement says nothing. */
	readonly online?: OnlineClauses;
}

/** MySQL: where a column stands; absent is the end, or where it stood. */
export type ColumnPosition = { readonly first: true } | { readonly after: string };

export interface ColumnDefinition {
	readonly name: string;
	readonly range: Range;
	/** Absent where the type comes from elsewhere (PARTITION OF, OF type). */
	readonly type?: TypeName;
	readonly default?: Expression;
	readonly identity?: "always" | "byDefault";
	readonly generated?: { readonly kind: "stored" | "virtual"; readonly expression: Expression };
	readonly collation?: QualifiedName;
	readonly storage?: string;
	readonly compression?: string;
	/** MySQL AUTO_INCREMENT, SQLite AUTOINCREMENT. */
	readonly autoIncrement?: true;
	/** MySQL: ON UPDATE CURRENT_TIMESTAMP. */
	readonly onUpdate?: Expression;
	readonly comment?: string;
	/** MySQL: INVISIBLE, left out of SELECT *. */
	readonly invisible?: true;
	/** NULL is written: whoever wrote it wants no NOT NULL. */
	readonly nullable?: true;
	/** The constraints written at the column, NOT NULL among them; their columns are filled in. */
	readonly constraints: readonly ConstraintDefinition[];
}

interface ConstraintBase {
	readonly name?: string;
	readonly range: Range;
	readonly notValid: boolean;
	readonly enforced: boolean;
	readonly deferrable: boolean;
	readonly initiallyDeferred: boolean;
	/** The column at which a CHECK or a REFERENCES of SQLite is written: they go with it. */
	readonly atColumn?: string;
}

export type ReferentialAction = "noAction" | "restrict" | "cascade" | "setNull" | "setDefault";

export type ConstraintDefinition =
	| (ConstraintBase & {
			readonly type: "notNull";
			readonly columns: readonly [string];
			readonly noInherit: boolean;
	  })
	| (ConstraintBase & {
			readonly type: "check";
			readonly expression: Expression;
			readonly noInherit: boolean;
	  })
	| (ConstraintBase & {
			readonly type: "unique" | "primaryKey";
			readonly columns: readonly string[];
			readonly include: readonly string[];
			readonly nullsNotDistinct: boolean;
			readonly withoutOverlaps: boolean;
			/** SQLite: ON CONFLICT of the constraint. */
			readonly onConflict?: string;
			/** The index named by USING INDEX; the columns are then the index's. */
			readonly usingIndex?: string;
	  })
	| (ConstraintBase & {
			readonly type: "foreignKey";
			readonly columns: readonly string[];
			readonly references: QualifiedName;
			/** Empty means the primary key of the referenced table. */
			readonly referencedColumns: readonly string[];
			readonly onDelete: ReferentialAction;
			readonly onUpdate: ReferentialAction;
			/** Written at the column: MySQL before 9.0 reads it and makes no constraint. */
			readonly inline?: true;
	  })
	| (ConstraintBase & {
			readonly type: "exclude";
			readonly method: string;
			readonly elements: readonly { readonly expression: Expression; readonly operator: string }[];
			readonly where?: Expression;
	  });

export type Persistence = "permanent" | "unlogged" | "temporary";

export interface PartitionKey {
	readonly strategy: "range" | "list" | "hash";
	readonly keys: readonly Expression[];
}

export type PartitionBound =
	| { readonly kind: "default" }
	| {
			readonly kind: "range";
			readonly from: readonly Expression[];
			readonly to: readonly Expression[];
	  }
	| { readonly kind: "list"; readonly values: readonly Expression[] }
	| { readonly kind: "hash"; readonly modulus: number; readonly remainder: number };

/** `LIKE source INCLUDING ...`: which properties come along; an empty list copies columns and NOT NULL. */
export interface LikeClause {
	readonly source: QualifiedName;
	readonly including: readonly (
		| "comments"
		| "compression"
		| "constraints"
		| "defaults"
		| "generated"
		| "identity"
		| "indexes"
		| "statistics"
		| "storage"
	)[];
}

export type TableOperation = OperationBase &
	(
		| {
				readonly kind: "createTable";
				readonly table: QualifiedName;
				readonly persistence: Persistence;
				readonly foreign: boolean;
				readonly ifNotExists: boolean;
				readonly columns: readonly ColumnDefinition[];
				readonly constraints: readonly ConstraintDefinition[];
				readonly like: readonly LikeClause[];
				readonly inherits: readonly QualifiedName[];
				readonly ofType?: QualifiedName;
				readonly partitionBy?: PartitionKey;
				readonly partitionOf?: { readonly parent: QualifiedName; readonly bound: PartitionBound };
				readonly onCommit?: "drop" | "deleteRows" | "preserveRows";
				readonly tablespace?: string;
				readonly accessMethod?: string;
				/** Storage options: of PostgreSQL (fillfactor), of MySQL (engine, charset, collate, row_format ...). */
				readonly parameters: readonly Parameter[];
				/** Indexes that MySQL takes in CREATE TABLE. */
				readonly indexes?: readonly IndexDefinition[];
				/** MySQL: PARTITION BY as written, without its keys and bounds. */
				readonly partitions?: readonly string[];
				/** SQLite. */
				readonly strict?: true;
				readonly withoutRowid?: true;
				/** SQLite: the module of CREATE VIRTUAL TABLE. */
				readonly module?: string;
				/** MariaDB: CREATE OR REPLACE TABLE drops the one that is there. */
				readonly orReplace?: true;
		  }
		| {
				/** CREATE TABLE AS, SELECT INTO. */
				readonly kind: "createTableAs";
				readonly table: QualifiedName;
				readonly persistence: Persistence;
				readonly ifNotExists: boolean;
				/** Column names written in the statement; otherwise they are the query's. */
				readonly columns: readonly string[];
				/** Absent for CREATE TABLE AS EXECUTE. */
				readonly query?: Query;
				readonly withData: boolean;
		  }
		| {
				readonly kind: "dropTable";
				readonly table: QualifiedName;
				readonly foreign: boolean;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| TableAction
		| {
				readonly kind: "truncate";
				readonly table: QualifiedName;
				readonly only: boolean;
				readonly cascade: boolean;
				readonly restartIdentity: boolean;
		  }
		| {
				readonly kind: "lockTable";
				readonly table: QualifiedName;
				readonly only: boolean;
				/** The server's name of the mode, e.g. AccessExclusiveLock. */
				readonly mode: string;
				readonly noWait: boolean;
		  }
	);

/** A storage or option setting: `fillfactor = 70`. */
export interface Parameter {
	readonly name: string;
	readonly value?: string;
}

/** What an index is, whichever statement makes it. */
export interface IndexDefinition {
	/** Absent: the server chooses a name. */
	readonly name?: string;
	/** MariaDB: ADD INDEX IF NOT EXISTS. */
	readonly ifNotExists?: true;
	readonly range: Range;
	readonly unique: boolean;
	/** `btree`, `hash`, `fulltext`, `spatial`, `vector`. */
	readonly method: string;
	readonly elements: readonly IndexElement[];
	/** comment, visible, parser, key_block_size ... */
	readonly parameters: readonly Parameter[];
}

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

export type DataOperation = OperationBase &
	(
		| {
				readonly kind: "insert";
				readonly table: QualifiedName;
				/** Absent: all columns in their order. */
				readonly columns?: readonly string[];
				readonly source:
					| { readonly kind: "values"; readonly rows: readonly (readonly Expression[])[] }
					| { readonly kind: "query"; readonly query: Query }
					| { readonly kind: "defaults" };
				readonly onConflict?: {
					readonly action: "nothing" | "update" | "replace";
					readonly columns: readonly string[];
					readonly constraint?: string;
					readonly where?: Expression;
				};
				readonly ctes: Query["ctes"];
		  }
		| {
				readonly kind: "update";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly set: readonly {
					readonly column: string;
					/** An element or a field of the column: `tags[1]`, `address.street`. */
					readonly part?: true;
					readonly value: Expression;
				}[];
				readonly from: readonly FromItem[];
				readonly where?: Expression;
				readonly ctes: Query["ctes"];
				readonly limit?: Expression;
				/**
				 * Words that say which rows it takes, or what becomes of those that are refused, and that stand nowhere else
				 * here: `ONLY`, `IGNORE`, `OR REPLACE`, `ORDER BY`, `PARTITION`.
				 */
				readonly qualifiers?: readonly string[];
		  }
		| {
				readonly kind: "delete";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly using: readonly FromItem[];
				readonly where?: Expression;
				readonly ctes: Query["ctes"];
				readonly limit?: Expression;
				/**
				 * Words that say which rows it takes, or what becomes of those that are refused, and that stand nowhere else
				 * here: `ONLY`, `IGNORE`, `OR REPLACE`, `ORDER BY`, `PARTITION`.
				 */
				readonly qualifiers?: readonly string[];
		  }
		| {
				readonly kind: "merge";
				readonly table: QualifiedName;
				readonly alias?: string;
				readonly using: FromItem;
				readonly on: Expression;
				readonly actions: readonly ("insert" | "update" | "delete" | "nothing")[];
				readonly ctes: Query["ctes"];
		  }
		| { readonly kind: "select"; readonly query: Query }
		| {
				readonly kind: "copy";
				readonly direction: "from" | "to";
				readonly table?: QualifiedName;
				readonly query?: Query;
		  }
	);

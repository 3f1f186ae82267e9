import type { Expression, QualifiedName, Query } from "../expression.ts";
import type { TableAction } from "./alter-table.ts";
import type { OperationBase, Parameter } from "./base.ts";
import type { ColumnDefinition, ConstraintDefinition, IndexDefinition } from "./definition.ts";

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

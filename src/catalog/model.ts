import type { Expression, QualifiedName, Query, TypeName } from "../core/expression.ts";
import type {
	ConstraintDefinition,
	IndexElement,
	Parameter,
	PartitionBound,
	PartitionKey,
	Persistence,
} from "../core/operation.ts";
import type { Range } from "../core/source.ts";
import type { StatementPart } from "../core/statement.ts";
import type { RowCopy } from "./rebuild.ts";
import type { TriggerUses } from "./trigger-uses.ts";

/** Which statement of which migration made an object. */
export interface Origin {
	/** The migration's id. */
	readonly migration: string;
	/** The release it belongs to: two objects of one release have no users between them. */
	readonly release: string;
	readonly file: string;
	readonly range: Range;
}

/** schema.name, the identity of an object in its catalog map. */
export type Key = string;

interface Named {
	readonly schema: string;
	readonly name: string;
	/** Absent where a statement used the object before anything in the history made it. */
	readonly origin?: Origin;
}

export interface Column {
	readonly name: string;
	/** Absent where it could not be told (columns of CREATE TABLE AS over unknown tables). */
	readonly type?: TypeName;
	/**
	 * True when no row holds NULL. A NOT VALID constraint (PostgreSQL 18) refuses new ones only: it
	 * stands in `constraints` with `validated` false, and this is false until it is validated.
	 */
	readonly notNull: boolean;
	readonly default?: Expression;
	readonly identity?: "always" | "byDefault";
	readonly generated?: { readonly kind: "stored" | "virtual"; readonly expression: Expression };
	readonly collation?: QualifiedName;
	/** MySQL AUTO_INCREMENT, SQLite AUTOINCREMENT. */
	readonly autoIncrement?: true;
	/** MySQL: ON UPDATE CURRENT_TIMESTAMP. */
	readonly onUpdate?: Expression;
	readonly comment?: string;
	/** MySQL: left out of SELECT *. */
	readonly invisible?: true;
	/** It came from a parent and is not defined here: it goes when the parent's goes. */
	readonly inherited?: boolean;
	readonly origin?: Origin;
}

/** A constraint as it stands: with its name (the server's choice where none was given). */
export type Constraint = ConstraintDefinition & {
	readonly name: string;
	/** False while it is NOT VALID or NOT ENFORCED: it proves nothing about the rows that are there. */
	readonly validated: boolean;
	/** It came from a parent and is not defined here: it goes when the parent's goes. */
	readonly inherited?: boolean;
	readonly origin?: Origin;
};

export interface Index {
	readonly schema: string;
	readonly name: string;
	readonly unique: boolean;
	readonly method: string;
	readonly elements: readonly IndexElement[];
	readonly include: readonly string[];
	readonly where?: Expression;
	readonly nullsNotDistinct: boolean;
	/** MySQL made it for a foreign key: it goes when another index does its work. */
	readonly generated?: true;
	/** MySQL: visible, comment, parser ... */
	readonly parameters?: readonly Parameter[];
	/** False after CREATE INDEX ON ONLY until every partition's index is attached. */
	readonly valid: boolean;
	/** The constraint that owns it (PRIMARY KEY, UNIQUE, EXCLUDE). */
	readonly constraint?: string;
	/** The partitioned index it is attached to. */
	readonly parent?: Key;
	readonly origin?: Origin;
}

export interface Trigger {
	readonly name: string;
	readonly timing: "before" | "after" | "insteadOf";
	readonly events: readonly ("insert" | "update" | "delete" | "truncate")[];
	/** UPDATE OF columns; empty means any. */
	readonly columns: readonly string[];
	readonly forEach: "row" | "statement";
	readonly function: QualifiedName;
	/** Columns that WHEN looks at. */
	readonly whenColumns: readonly string[];
	/** Where it has statements of its own and no function: what they name. */
	readonly uses?: TriggerUses;
	readonly state: "enabled" | "disabled" | "replica" | "always";
	/** It is the trigger of the partitioned table above. */
	readonly inherited?: boolean;
	readonly origin?: Origin;
}

/** A rewrite rule. */
export interface RewriteRule {
	readonly name: string;
	readonly event: "select" | "insert" | "update" | "delete";
	/** Columns of the table that its condition and its actions name. */
	readonly columns: readonly string[];
	/** Relations that its actions name. */
	readonly relations: readonly Key[];
}

export interface Policy {
	readonly name: string;
	readonly command: "all" | "select" | "insert" | "update" | "delete";
	readonly permissive: boolean;
	readonly roles: readonly string[];
	readonly using?: Expression;
	readonly withCheck?: Expression;
	readonly origin?: Origin;
}

export interface Table extends Named {
	readonly kind: "table" | "partitioned" | "foreign";
	readonly persistence: Persistence;
	readonly columns: readonly Column[];
	readonly constraints: readonly Constraint[];
	readonly indexes: readonly Index[];
	readonly triggers: readonly Trigger[];
	readonly policies: readonly Policy[];
	readonly rules: readonly RewriteRule[];
	readonly partitionBy?: PartitionKey;
	readonly partitionOf?: { readonly parent: Key; readonly bound: PartitionBound };
	/** A half-done DETACH CONCURRENTLY leaves the partition pending. */
	readonly inherits: readonly Key[];
	readonly rowSecurity: boolean;
	readonly forceRowSecurity: boolean;
	/** The composite type of a typed table (CREATE TABLE ... OF). */
	readonly ofType?: Key;
	/** The role of the last OWNER TO. */
	readonly owner?: string;
	/** False where the history starts in the middle: columns and constraints may be missing here. */
	readonly complete: boolean;
	/** True while no statement of the history can have put a row in. Never true when not complete. */
	readonly empty: boolean;
	readonly tablespace?: string;
	readonly accessMethod?: string;
	/** SQLite. */
	readonly strict?: true;
	readonly withoutRowid?: true;
	/** SQLite: the module of a virtual table. */
	readonly module?: string;
	/** SQLite: the name that it had when the release began. */
	readonly formerKey?: Key;
	/** SQLite: the columns that an UPDATE of the history has given values. */
	readonly filled?: ReadonlySet<string>;
	/** The table whose rows were copied into this one in this release. */
	readonly copyOf?: RowCopy;
	readonly parameters: ReadonlyMap<string, string | undefined>;
	readonly clusterIndex?: string;
}

export interface View extends Named {
	readonly materialized: boolean;
	readonly query: Query;
	/** Column names written in the statement, or the query's where they can be told. */
	readonly columns: readonly string[];
	/** Relations that it reads directly. */
	readonly dependsOn: readonly Key[];
	/** Columns it names, as relation key + "." + column; a `*` gives every column known then. */
	readonly dependsOnColumns: readonly string[];
	readonly populated: boolean;
	/** Indexes of a materialized view. */
	readonly indexes: readonly Index[];
	readonly triggers: readonly Trigger[];
	readonly parameters: ReadonlyMap<string, string | undefined>;
}

export interface Sequence extends Named {
	readonly ownedBy?: { readonly table: Key; readonly column: string };
	readonly temporary: boolean;
}

export type UserType = Named &
	(
		| {
				readonly kind: "enum";
				readonly values: readonly { readonly value: string; readonly origin?: Origin }[];
		  }
		| {
				readonly kind: "domain";
				readonly base: TypeName;
				readonly notNull: boolean;
				readonly default?: Expression;
				readonly constraints: readonly Constraint[];
		  }
		| {
				readonly kind: "composite";
				readonly attributes: readonly { readonly name: string; readonly type: TypeName }[];
		  }
		| { readonly kind: "range" | "base" | "shell" }
	);

export interface Routine extends Named {
	readonly routine: "function" | "procedure" | "aggregate";
	readonly argumentTypes: readonly TypeName[];
	readonly argumentNames: readonly (string | undefined)[];
	readonly defaults: number;
	readonly returns?: TypeName;
	readonly language: string;
	readonly volatility: "immutable" | "stable" | "volatile";
	readonly securityDefiner: boolean;
	readonly settings: ReadonlyMap<string, string | undefined>;
	readonly body: readonly StatementPart[];
}

/** Schemas, extensions and objects outside the model. */
export interface OtherObject extends Named {
	readonly object: string;
}

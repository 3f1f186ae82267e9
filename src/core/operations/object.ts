import type { Expression, QualifiedName, Query, TypeName } from "../expression.ts";
import type { Operation } from "../operation.ts";
import type { StatementPart } from "../statement.ts";
import type { ConstraintDefinition, DataOperation, OperationBase, Parameter } from "./table.ts";

/** An index as a statement names it. In MySQL its name belongs to a table; elsewhere to the schema. */
export interface IndexName extends QualifiedName {
	readonly table?: QualifiedName;
}

/** A column or expression of an index. */
export interface IndexElement {
	readonly expression: Expression;
	readonly operatorClass?: string;
	readonly collation?: QualifiedName;
	readonly descending: boolean;
	/** MySQL: only so many characters of the column, `name(20)`. */
	readonly prefixLength?: number;
}

export type IndexOperation = OperationBase &
	(
		| {
				readonly kind: "createIndex";
				/** Absent: the server chooses a name. */
				readonly index?: IndexName;
				readonly table: QualifiedName;
				/** ON ONLY: the parent of partitions alone. */
				readonly only: boolean;
				readonly unique: boolean;
				readonly concurrently: boolean;
				readonly ifNotExists: boolean;
				readonly method: string;
				readonly elements: readonly IndexElement[];
				readonly include: readonly string[];
				readonly where?: Expression;
				readonly nullsNotDistinct: boolean;
				readonly parameters: readonly Parameter[];
		  }
		| {
				readonly kind: "dropIndex";
				readonly index: IndexName;
				readonly concurrently: boolean;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "renameIndex";
				readonly index: IndexName;
				readonly to: string;
				readonly ifExists: boolean;
		  }
		| {
				readonly kind: "attachIndex";
				readonly index: QualifiedName;
				readonly partitionIndex: QualifiedName;
		  }
		| {
				readonly kind: "setIndexParameters";
				readonly index: IndexName;
				readonly parameters: readonly Parameter[];
				readonly reset: boolean;
		  }
		| {
				readonly kind: "reindex";
				readonly target: "index" | "table" | "schema" | "database" | "system";
				readonly name?: QualifiedName;
				readonly concurrently: boolean;
		  }
		| { readonly kind: "cluster"; readonly table?: QualifiedName; readonly index?: string }
		| {
				readonly kind: "vacuum";
				readonly full: boolean;
				readonly analyze: boolean;
				/** Absent: every table of the database. */
				readonly table?: QualifiedName;
				/** SQLite: a copy is written into another file, and the database stays as it is. */
				readonly into?: true;
		  }
		| { readonly kind: "analyze"; readonly table?: QualifiedName }
		| {
				/** MySQL: OPTIMIZE TABLE. */
				readonly kind: "optimizeTable";
				readonly table: QualifiedName;
		  }
	);

export type ViewOperation = OperationBase &
	(
		| {
				readonly kind: "createView";
				readonly view: QualifiedName;
				readonly orReplace: boolean;
				readonly temporary: boolean;
				readonly columns: readonly string[];
				readonly query: Query;
				readonly parameters: readonly Parameter[];
		  }
		| {
				readonly kind: "createMaterializedView";
				readonly view: QualifiedName;
				readonly ifNotExists: boolean;
				readonly columns: readonly string[];
				readonly query: Query;
				readonly withData: boolean;
		  }
		| {
				readonly kind: "dropView";
				readonly view: QualifiedName;
				readonly materialized: boolean;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "refreshMaterializedView";
				readonly view: QualifiedName;
				readonly concurrently: boolean;
				readonly withData: boolean;
		  }
	);

export type TypeOperation = OperationBase &
	(
		| {
				readonly kind: "createEnum";
				readonly type: QualifiedName;
				readonly values: readonly string[];
		  }
		| {
				readonly kind: "addEnumValue";
				readonly type: QualifiedName;
				readonly value: string;
				readonly ifNotExists: boolean;
				readonly neighbour?: { readonly value: string; readonly side: "before" | "after" };
		  }
		| {
				readonly kind: "renameEnumValue";
				readonly type: QualifiedName;
				readonly value: string;
				readonly to: string;
		  }
		| {
				readonly kind: "createCompositeType";
				readonly type: QualifiedName;
				readonly attributes: readonly { readonly name: string; readonly type: TypeName }[];
		  }
		| {
				readonly kind: "alterCompositeType";
				readonly type: QualifiedName;
				readonly action: "addAttribute" | "dropAttribute" | "alterAttribute" | "renameAttribute";
				readonly attribute: string;
				/** The type given to an added or altered attribute. */
				readonly attributeType?: TypeName;
				readonly to?: string;
				readonly cascade: boolean;
		  }
		| {
				/** Range and base types. */
				readonly kind: "createOtherType";
				readonly type: QualifiedName;
				readonly form: "range" | "base" | "shell";
		  }
		| {
				readonly kind: "createDomain";
				readonly domain: QualifiedName;
				readonly type: TypeName;
				readonly default?: Expression;
				/** NOT NULL and CHECK, with VALUE as a column. */
				readonly constraints: readonly ConstraintDefinition[];
		  }
		| {
				readonly kind: "alterDomain";
				readonly domain: QualifiedName;
				readonly action:
					| { readonly kind: "addConstraint"; readonly constraint: ConstraintDefinition }
					| {
							readonly kind: "dropConstraint";
							readonly constraint: string;
							readonly ifExists: boolean;
					  }
					| { readonly kind: "validateConstraint"; readonly constraint: string }
					| { readonly kind: "renameConstraint"; readonly constraint: string; readonly to: string }
					| { readonly kind: "setNotNull" }
					| { readonly kind: "dropNotNull" }
					| { readonly kind: "setDefault"; readonly default: Expression }
					| { readonly kind: "dropDefault" };
		  }
		| {
				readonly kind: "dropType";
				readonly type: QualifiedName;
				readonly domain: boolean;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
	);

/** A function as DROP, ALTER and GRANT name it: argument types when written. */
export interface RoutineReference extends QualifiedName {
	readonly argumentTypes?: readonly TypeName[];
}

export type RoutineOperation = OperationBase &
	(
		| {
				readonly kind: "createFunction";
				readonly function: QualifiedName;
				readonly routine: "function" | "procedure" | "aggregate";
				readonly orReplace: boolean;
				/** IN, INOUT and VARIADIC arguments: what makes the signature. */
				readonly argumentTypes: readonly TypeName[];
				readonly argumentNames: readonly (string | undefined)[];
				/** How many trailing arguments have a default. */
				readonly defaults: number;
				readonly returns?: TypeName;
				readonly language: string;
				readonly volatility: "immutable" | "stable" | "volatile";
				readonly securityDefiner: boolean;
				/** Settings of SET clauses, e.g. search_path. */
				readonly settings: readonly Parameter[];
				/** The static SQL of the body, in order; run when the function is called or fires. */
				readonly body: readonly StatementPart[];
		  }
		| {
				readonly kind: "alterFunction";
				readonly function: RoutineReference;
				readonly volatility?: "immutable" | "stable" | "volatile";
				readonly securityDefiner?: boolean;
				readonly settings: readonly Parameter[];
		  }
		| {
				readonly kind: "dropFunction";
				readonly function: RoutineReference;
				readonly routine: "function" | "procedure" | "aggregate" | "routine";
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| { readonly kind: "callProcedure"; readonly call: Expression }
		| {
				/** DO: the statements of the body stand in the parts after this one. */
				readonly kind: "doBlock";
				readonly language: string;
		  }
		| {
				/** Dynamic SQL or a body that cannot be read before it runs. */
				readonly kind: "unanalyzable";
				readonly reason: string;
		  }
		| {
				readonly kind: "createTrigger";
				readonly trigger: string;
				readonly table: QualifiedName;
				readonly orReplace: boolean;
				readonly constraint: boolean;
				readonly timing: "before" | "after" | "insteadOf";
				readonly events: readonly ("insert" | "update" | "delete" | "truncate")[];
				/** UPDATE OF columns. */
				readonly columns: readonly string[];
				readonly forEach: "row" | "statement";
				readonly function: QualifiedName;
				readonly when?: Expression;
				readonly references?: QualifiedName;
				/** Where a trigger has statements of its own and no function: `function` is then the trigger's name. */
				readonly body?: readonly StatementPart[];
				readonly ifNotExists?: boolean;
		  }
		| {
				/** MySQL and SQLite: the statement does not say of which table the trigger is. */
				readonly kind: "dropTriggerByName";
				readonly trigger: QualifiedName;
				readonly ifExists: boolean;
		  }
		| {
				readonly kind: "dropTrigger";
				readonly trigger: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "createRule";
				readonly rule: string;
				readonly table: QualifiedName;
				readonly orReplace: boolean;
				readonly event: "select" | "insert" | "update" | "delete";
				readonly where?: Expression;
				/** What runs when the rule applies; old and new stand for the row. */
				readonly actions: readonly DataOperation[];
		  }
		| {
				readonly kind: "dropRule";
				readonly rule: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
		  }
		| {
				readonly kind: "createPolicy" | "alterPolicy";
				readonly policy: string;
				readonly table: QualifiedName;
				readonly command: "all" | "select" | "insert" | "update" | "delete";
				readonly permissive: boolean;
				readonly roles: readonly string[];
				readonly using?: Expression;
				readonly withCheck?: Expression;
		  }
		| {
				readonly kind: "dropPolicy";
				readonly policy: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
		  }
	);

export type SequenceOperation = OperationBase &
	(
		| {
				readonly kind: "createSequence";
				readonly sequence: QualifiedName;
				readonly temporary: boolean;
				readonly ifNotExists: boolean;
				readonly ownedBy?: { readonly table: QualifiedName; readonly column: string };
				readonly parameters: readonly Parameter[];
		  }
		| {
				readonly kind: "alterSequence";
				readonly sequence: QualifiedName;
				readonly ifExists: boolean;
				/** Absent: unchanged; null: OWNED BY NONE. */
				readonly ownedBy?: { readonly table: QualifiedName; readonly column: string } | null;
				readonly parameters: readonly Parameter[];
		  }
		| {
				readonly kind: "dropSequence";
				readonly sequence: QualifiedName;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
	);

/** Objects that no rule needs in detail; names as in the statement, e.g. "collation", "cast", "role". */
export type ObjectType =
	| "accessMethod"
	| "aggregate"
	| "cast"
	| "collation"
	| "column"
	| "constraint"
	| "conversion"
	| "database"
	| "defaultPrivileges"
	| "domain"
	| "domainConstraint"
	| "event"
	| "eventTrigger"
	| "extension"
	| "foreignDataWrapper"
	| "foreignTable"
	| "function"
	| "index"
	| "language"
	| "largeObject"
	| "materializedView"
	| "operator"
	| "operatorClass"
	| "operatorFamily"
	| "policy"
	| "procedure"
	| "publication"
	| "role"
	| "routine"
	| "rule"
	| "schema"
	| "sequence"
	| "server"
	| "statistics"
	| "subscription"
	| "system"
	| "table"
	| "tablespace"
	| "textSearchConfiguration"
	| "textSearchDictionary"
	| "textSearchParser"
	| "textSearchTemplate"
	| "transform"
	| "trigger"
	| "type"
	| "userMapping"
	| "view";

/** What CREATE and ALTER of a role or a user mapping say of its rights. */
export interface RoleSettings {
	/** A password stands in the statement: as people type it, or hashed. */
	readonly password?: "plain" | "hashed";
	/** Powers that pass by every GRANT and policy. */
	readonly powers?: readonly ("superuser" | "bypassRowSecurity")[];
}

export type OtherOperation = OperationBase &
	(
		| { readonly kind: "createSchema"; readonly schema: string; readonly ifNotExists: boolean }
		| {
				readonly kind: "dropSchema";
				readonly schema: string;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "createExtension";
				readonly extension: string;
				readonly ifNotExists: boolean;
				readonly schema?: string;
		  }
		| {
				readonly kind: "dropExtension";
				readonly extension: string;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "createObject";
				readonly object: ObjectType;
				readonly name: QualifiedName;
				/** The tables of a publication: they are locked with it. */
				readonly tables?: readonly QualifiedName[];
				readonly role?: RoleSettings;
		  }
		| {
				/** ALTER of an object outside the model; `action` says what in the statement's own words. */
				readonly kind: "alterObject";
				readonly object: ObjectType;
				readonly name: QualifiedName;
				readonly action: string;
				/** The relation that is locked with it (tables of a publication, of extended statistics ...). */
				readonly tables: readonly QualifiedName[];
				readonly role?: RoleSettings;
				/** What ALTER DEFAULT PRIVILEGES grants on objects to come; empty `privileges` means ALL. */
				readonly granted?: {
					readonly object: ObjectType;
					readonly privileges: readonly string[];
					readonly roles: readonly string[];
					readonly withGrantOption: boolean;
				};
		  }
		| {
				readonly kind: "dropObject";
				readonly object: ObjectType;
				readonly name: QualifiedName;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				/** RENAME of all but tables, columns, constraints of tables and indexes. */
				readonly kind: "renameObject";
				readonly object: ObjectType;
				readonly name: RoutineReference;
				/** The table of a trigger, rule or policy; the domain of a domain constraint. */
				readonly table?: QualifiedName;
				readonly to: string;
		  }
		| {
				/** SET SCHEMA of all but tables. */
				readonly kind: "setObjectSchema";
				readonly object: ObjectType;
				readonly name: RoutineReference;
				readonly schema: string;
		  }
		| {
				readonly kind: "setObjectOwner";
				readonly object: ObjectType;
				readonly name: QualifiedName;
				readonly owner: string;
		  }
		| {
				readonly kind: "createStatistics";
				readonly statistics?: QualifiedName;
				readonly table: QualifiedName;
				readonly ifNotExists: boolean;
		  }
		| {
				readonly kind: "comment" | "securityLabel";
				readonly object: ObjectType;
				readonly name: QualifiedName;
				/** The relation that carries the column, constraint, trigger, rule or policy. */
				readonly table?: QualifiedName;
		  }
		| {
				readonly kind: "grant" | "revoke";
				readonly object: ObjectType;
				readonly objects: readonly QualifiedName[];
				/** ALL TABLES IN SCHEMA and the like: then `objects` are schemas. */
				readonly allInSchema: boolean;
				/** Empty means ALL. */
				readonly privileges: readonly string[];
				readonly roles: readonly string[];
				readonly withGrantOption: boolean;
		  }
	);

export type SessionOperation = OperationBase &
	(
		| {
				readonly kind: "begin" | "commit" | "rollback";
				readonly chain: boolean;
				/** SQLite: BEGIN IMMEDIATE, BEGIN EXCLUSIVE. */
				readonly mode?: "immediate" | "exclusive";
		  }
		| {
				/** MySQL: USE. */
				readonly kind: "useDatabase";
				readonly database: string;
		  }
		| {
				readonly kind: "savepoint" | "releaseSavepoint" | "rollbackToSavepoint";
				readonly name: string;
		  }
		| { readonly kind: "prepareTransaction"; readonly id: string }
		| {
				readonly kind: "setParameter";
				/** Lower case, e.g. lock_timeout, search_path, timezone. */
				readonly name: string;
				/** Absent: SET ... TO DEFAULT, RESET. Lists are joined with ", ". */
				readonly value?: string;
				readonly scope: "session" | "local";
				/** MySQL: SET GLOBAL and SET PERSIST; no session that is open takes notice. */
				readonly global?: true;
		  }
		| { readonly kind: "resetAllParameters" }
		| { readonly kind: "setConstraints"; readonly deferred: boolean }
		| {
				/** EXPLAIN, PREPARE, EXECUTE, DECLARE, FETCH, LISTEN, NOTIFY, DISCARD, CHECKPOINT, LOAD ... */
				readonly kind: "sessionCommand";
				readonly command: string;
				/** What EXPLAIN and PREPARE plan without running it. */
				readonly planned?: readonly Operation[];
		  }
		| {
				/** A line for the client, not for the server: psql's \connect, \set, \i. */
				readonly kind: "clientCommand";
				readonly command: string;
		  }
	);

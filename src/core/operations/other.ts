import type { QualifiedName } from "../expression.ts";
import type { OperationBase } from "./base.ts";
import type { RoutineReference } from "./routine.ts";

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

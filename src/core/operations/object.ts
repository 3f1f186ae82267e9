import type { Expression, QualifiedName, Query, TypeName } from "../expression.ts";
import type { OperationBase, Parameter } from "./base.ts";
import type { ConstraintDefinition } from "./definition.ts";

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

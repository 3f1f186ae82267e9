import type { Expression, QualifiedName, TypeName } from "../expression.ts";
import type { Range } from "../source.ts";
import type { Parameter } from "./base.ts";
import type { IndexElement } from "./object.ts";

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

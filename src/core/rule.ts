import type { Catalog } from "../catalog/catalog.ts";
import type { Key, Origin } from "../catalog/model.ts";
import type { TableTrace } from "./contract.ts";
import type { DialectId } from "./dialect.ts";
import type { Directive } from "./directive.ts";
import type { Effect } from "./effect.ts";
import type { QualifiedName, Query } from "./expression.ts";
import type { Category, RelatedPlace, Severity } from "./finding.ts";
import type { Fix } from "./fix.ts";
import type { Migration } from "./migration.ts";
import type { Operation, OperationKind, OperationMap } from "./operation.ts";
import type { Preset } from "./preset.ts";
import type { CodeObject, CodeSearch } from "./reference.ts";
import type { Range } from "./source.ts";
import type { Statement, StatementPart } from "./statement.ts";
import type { Aliases } from "./tools.ts";
import type { Transaction } from "./transaction.ts";

/** What a rule says when it has found something. */
export interface Report<MessageId extends string> {
	readonly message: MessageId;
	/** Fills the {names} of the message. */
	readonly data?: Readonly<Record<string, string | number>>;
	/** The place: an operation, or a range in the statement's file. */
	readonly at: Operation | Range;
	/** The table it is about: the finding then says since when it exists and how many rows it has. */
	readonly table?: QualifiedName;
	/** What running code may still name: the finding then tells the places in this repository. */
	readonly code?: CodeObject;
	/** What to do, where the rule's own `help` is too general. */
	readonly help?: string;
	/** The recipe with the exact SQL; `at` must be the operation it replaces. */
	readonly recipe?: string;
	/** Ways to mend it in the file; `at` must be the operation. The best first. */
	readonly fixes?: readonly Fix[];
	/** Overrides the rule's severity for this place; the user's setting still wins. */
	readonly severity?: Severity;
	/**
	 * Of the reports of a rule with the same key only the gravest counts, the first of equals: once per
	 * migration, say. With several keys: those that share one of them.
	 */
	readonly once?: string | readonly string[];
	/**
	 * What is the same all over a history is said where it can still be mended: of the reports of a rule
	 * with the same key only those of the last release that has one count. The words say what the
	 * {migrations} before do alike.
	 */
	readonly latest?: { readonly key: string; readonly words: string };
	readonly related?: readonly RelatedPlace[];
	/**
	 * Asked when the release ends, with the schema it leaves behind: "settled" when a later statement
	 * has made it good, other words when one has changed what is to be said, undefined to leave it.
	 */
	readonly atReleaseEnd?: (after: Catalog) => "settled" | Revision<MessageId> | undefined;
	/** What a later release may make good: the rule's `historyEnd` is asked when the history has been replayed. */
	readonly leftOpen?: LeftOpen;
}

/** What a report leaves open until the history has ended: data, for it may be stored between two runs. */
export type LeftOpen =
	| {
			readonly kind: "foreignKeys";
			readonly table: TableTrace;
			/** The columns of each. */
			readonly columns: readonly (readonly string[])[];
	  }
	| {
			readonly kind: "constraint";
			readonly table: TableTrace;
			readonly name: string;
			/** Whether the table has rows from before the constraint. */
			readonly hasRows: boolean;
			/** Whether it was there before the judged releases. */
			readonly isOld: boolean;
	  };

/** The parts of a report that the rest of the release may change. */
export type Revision<MessageId extends string> = Pick<
	Report<MessageId>,
	"message" | "data" | "help" | "severity" | "related"
> & {
	/** The recipe of the report is not the way out here. */
	readonly withoutRecipe?: true;
};

/** What the history says about an object being out of use. */
export type Evidence =
	| { readonly kind: "none" }
	/** `since` names no migration of this project. */
	| { readonly kind: "unknownRevision"; readonly since: string }
	/** `since` is in the same release: code that still runs may use the old object. */
	| { readonly kind: "sameRelease"; readonly since: string }
	| { readonly kind: "accepted"; readonly since: string };

interface BaseContext {
	readonly dialect: DialectId;
	/** Major version of the server. */
	readonly version: number;
}

interface CatalogContext extends BaseContext {
	/** The schema before the operation, or after the release in `releaseEnd`. */
	readonly catalog: Catalog;
	/**
	 * True for a table, view, sequence, type or index made in this release, and for a temporary table:
	 * nobody uses it yet. False for what the history does not know.
	 */
	isNew(relation: QualifiedName): boolean;
	/** The same for a column, constraint, index ... of which the catalog tells the origin. */
	madeHere(origin: Origin | undefined): boolean;
	/** Known row count of a table: from the config or a statistics file. */
	rowsOf(table: QualifiedName): number | undefined;
}

export interface OperationContext<MessageId extends string = string> extends CatalogContext {
	readonly migration: Migration;
	readonly statement: Statement;
	readonly part: StatementPart;
	/** What the server does for an operation of this part. */
	effectOf(operation: Operation): Effect;
	/** The transaction it runs in; absent: it commits by itself. */
	readonly transaction: Transaction | undefined;
	/** Settings in force, lower-case names. */
	readonly settings: ReadonlyMap<string, string>;
	/**
	 * The name by which code deployed before this release knows the relation, type or column
	 * (schema.table.column) that is now called `key`.
	 */
	releasedName(key: Key): Key;
	/** True when what had the name before this release has been renamed: another may take its place. */
	isVacant(key: Key): boolean;
	/** Points at what made an object, when that is in this release; nothing otherwise. */
	placeOf(origin: Origin | undefined, message: string): readonly RelatedPlace[];
	/** Evidence given by a contract directive for one of these spellings of an object. */
	evidenceFor(...spellings: readonly string[]): Evidence;
	/** The places in this repository's code that name an object; undefined where code is not searched. */
	referencesTo(object: CodeObject): CodeSearch | undefined;
	report(report: Report<MessageId>): void;
}

export interface StatementContext<MessageId extends string = string> extends BaseContext {
	readonly migration: Migration;
	readonly statement: Statement;
	/** The ids of all rules, also of those that are off. */
	readonly ruleIds: ReadonlySet<string>;
	report(report: Report<MessageId>): void;
}

/** A query that proves that a data change did what it says. */
export interface Verification {
	readonly name: string;
	readonly query: Query;
	readonly migration: string;
}

/** One operation of a release with what is known about it. */
export interface ReleaseEntry {
	readonly operation: Operation;
	readonly effect: Effect;
	readonly part: StatementPart;
	readonly statement: Statement;
	readonly migration: Migration;
	/** The transaction it ran in, one object for all that ran in it. */
	readonly transaction: Transaction | undefined;
}

export interface Release {
	readonly id: string;
	readonly entries: readonly ReleaseEntry[];
	readonly verifications: readonly Verification[];
}

/** What a migration and then its down section do to the schema. */
export interface Undoing {
	readonly migration: Migration;
	/** The statements of the down section. */
	readonly down: readonly Statement[];
	readonly before: Catalog;
	/** The schema with what the migration does. */
	readonly done: Catalog;
	/** The schema after the down section. */
	readonly undone: Catalog;
}

export interface ReleaseContext<MessageId extends string = string> extends CatalogContext {
	report(entry: ReleaseEntry, report: Report<MessageId>): void;
}

/** A listener for each kind of operation that a rule looks at. */
export type OperationListeners<MessageId extends string> = {
	readonly [Kind in OperationKind]?: (
		operation: OperationMap[Kind],
		context: OperationContext<MessageId>,
	) => void;
};

export interface Listeners<MessageId extends string> extends OperationListeners<MessageId> {
	/** Every operation, after the listener of its kind. */
	readonly anyOperation?: (operation: Operation, context: OperationContext<MessageId>) => void;
	/** A statement that could not be read. */
	readonly unread?: (statement: Statement, context: StatementContext<MessageId>) => void;
	readonly directive?: (directive: Directive, context: StatementContext<MessageId>) => void;
	/** An ignore directive that no finding needed, with the rules it names in vain. */
	readonly unusedIgnore?: (
		directive: Directive,
		rules: readonly string[],
		context: StatementContext<MessageId>,
	) => void;
	readonly releaseEnd?: (release: Release, context: ReleaseContext<MessageId>) => void;
	/**
	 * A report that left something open, with the schema that the history leaves behind and the id of its last
	 * release: "settled" when a later release has made it good.
	 */
	readonly historyEnd?: (
		left: LeftOpen,
		after: Catalog,
		lastRelease: string,
	) => "settled" | undefined;
	/** A migration whose down section was read whole; the statement is the first one of that. */
	readonly undone?: (undoing: Undoing, context: StatementContext<MessageId>) => void;
}

/** A migration that shows the rule: `before` is an earlier release, then the judged SQL. */
export interface Example {
	readonly before?: string;
	readonly bad: string;
	readonly good: string;
	/** The down sections of the two. */
	readonly down?: { readonly bad: string; readonly good: string };
	/** Server version of the example; by default 14, or what is taken where a project of the dialect names none. */
	readonly version?: number;
	/** How many rows tables are known to have. */
	readonly rows?: Readonly<Record<string, number>>;
	/** How the tool runs it; "none" by default. */
	readonly transaction?: "file" | "none" | "implicit";
	/** Whose SQL it is: the first of the rule's dialects by default. */
	readonly dialect?: DialectId;
}

/** One hazard: when it is one, why, and what to do instead. */
export interface Rule<MessageId extends string = string> {
	/** kebab-case; says what is required or disallowed; never changes. */
	readonly id: string;
	/** One sentence that starts with Require, Disallow or Prefer. */
	readonly summary: string;
	/** Under 120 words: the lock, what it blocks, how long, since which version. */
	readonly why: string;
	/** What is different in another database than the first of `dialects`, for those who use that one. */
	readonly notes?: Readonly<Partial<Record<DialectId, string>>>;
	readonly category: Category;
	readonly dialects: readonly DialectId[];
	readonly severity: Severity;
	/** The smallest preset that has it. */
	readonly preset: Preset;
	readonly aliases: Aliases;
	/** What to do, one or two sentences; a report may say it more exactly. */
	readonly help: string;
	/** Full sentences with {names}. */
	readonly messages: Readonly<Record<MessageId, string>>;
	readonly examples: readonly Example[];
	readonly on: Listeners<MessageId>;
}

/** Returns the rule as it is; message ids are checked against `messages`. */
export function defineRule<const MessageId extends string>(rule: Rule<MessageId>): Rule<MessageId> {
	return rule;
}

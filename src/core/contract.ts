import type { Catalog } from "../catalog/catalog.ts";
import type { Key, Origin, Table } from "../catalog/model.ts";
import type { QualifiedName } from "./expression.ts";
import type { CodeObject } from "./reference.ts";
import type { Evidence, OperationContext } from "./rule.ts";

/** What a contract operation takes away from code that still runs. */
export interface ContractObject {
	/** As messages and directives show it: `orders.status`, `sales.orders`. */
	readonly shown: string;
	/** Every spelling under which a directive may name it. */
	readonly spellings: readonly string[];
}

/** Returns a name as people write it: without its schema where that is the first of the search path. */
export function showName(catalog: Catalog, key: Key): string {
	const [first = "public"] = catalog.searchPath;
	return key.startsWith(`${first}.`) ? key.slice(first.length + 1) : key;
}

/** Returns an object, or with `member` a column, constraint or value of it, for directives and messages. */
export function contractObject(catalog: Catalog, key: Key, member?: string): ContractObject {
	const suffix = member === undefined ? "" : `.${member}`;
	const shown = showName(catalog, key) + suffix;
	const own = key.slice(key.indexOf(".") + 1) + suffix;
	return { shown, spellings: [shown, own, key + suffix] };
}

/** Returns a table, type or function as code names it. */
export function codeObject(kind: "table" | "type" | "function", key: Key): CodeObject {
	const dot = key.indexOf(".");
	return { kind, schema: key.slice(0, dot), name: key.slice(dot + 1) };
}

/** Returns a column as code names it. */
export function codeColumn(table: Key, name: string): CodeObject {
	const dot = table.indexOf(".");
	return { kind: "column", schema: table.slice(0, dot), table: table.slice(dot + 1), name };
}

/** Returns a constraint as code names it. */
export function codeConstraint(table: Key, name: string): CodeObject {
	const dot = table.indexOf(".");
	return { kind: "constraint", schema: table.slice(0, dot), table: table.slice(dot + 1), name };
}

function contractLine(shown: string, since: string): string {
	return `-- lockkeeper:contract ${shown} since=${since}`;
}

function askForEvidence(shown: string, replacement: Origin | undefined): string {
	return replacement
		? `Once that is deployed, write above the statement: ${contractLine(shown, replacement.migration)}`
		: `Once that is deployed, write above the statement, with the earlier migration that brought the replacement: ${contractLine(shown, "<revision>")}`;
}

function describe(evidence: Evidence, shown: string, replacement: Origin | undefined): string {
	switch (evidence.kind) {
		case "sameRelease":
			return `${evidence.since} is deployed together with this statement, so code that still runs uses ${shown}. Move the statement to a later release.`;
		case "unknownRevision":
			return `since=${evidence.since} names no earlier migration of this project. ${askForEvidence(shown, replacement)}`;
		case "none":
		case "accepted":
			return askForEvidence(shown, replacement);
	}
}

/**
 * Returns which evidence is missing before the object may go, in words for `help`; undefined when a
 * contract directive gives it and code agrees: no place in the repository names `code`. `replacement` is where an earlier release seems to have made what code
 * uses now.
 */
export function missingEvidence(
	context: Pick<OperationContext, "evidenceFor" | "referencesTo">,
	object: ContractObject,
	replacement?: Origin,
	code?: CodeObject,
): string | undefined {
	const evidence = context.evidenceFor(...object.spellings);
	if (evidence.kind !== "accepted") return describe(evidence, object.shown, replacement);
	const search = code && context.referencesTo(code);
	const used = search?.references.find(({ certain }) => certain);
	return (
		used &&
		`The directive says that ${object.shown} is out of use since ${evidence.since}, but ${used.file}:${used.start.line} uses it.`
	);
}

/** What tells a table from others, also after a change of its name. */
export type TableTrace = Pick<Table, "schema" | "name" | "origin">;

/** Returns what tells a table from others: to be kept where a whole table would be too much. */
export function traceOf({ schema, name, origin }: Table): TableTrace {
	return { schema, name, ...(origin && { origin }) };
}

/** Returns the table as a later schema knows it, also under another name; undefined when it is gone. */
export function findAgain(
	after: Catalog,
	table: Pick<Table, "origin"> | undefined,
	key: Key,
): Table | undefined {
	const { origin } = table ?? {};
	if (!origin) return after.tableByKey(key);
	for (const other of after.tables()) {
		if (other.origin?.file === origin.file && other.origin.range.start === origin.range.start) {
			return other;
		}
	}
	return undefined;
}

/** Returns the columns that a relation of that name has; undefined when nothing or not all is known. */
export function columnsOf(catalog: Catalog, key: Key): readonly string[] | undefined {
	const table = catalog.tableByKey(key);
	if (table) return table.complete ? table.columns.map((column) => column.name) : undefined;
	const columns = catalog.viewByKey(key)?.columns;
	return columns && columns.length > 0 ? columns : undefined;
}

/** True when a table or view has the name. */
export function relationExists(catalog: Catalog, key: Key): boolean {
	return catalog.tableByKey(key) !== undefined || catalog.viewByKey(key) !== undefined;
}

/** Returns "a", "a and b", "a, b and c". */
export function listWords(words: readonly string[]): string {
	const last = words.at(-1) ?? "";
	return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** Returns the identity of a type that a statement names, known or not. */
export function typeKey(catalog: Catalog, name: QualifiedName): Key {
	const type = catalog.type(name);
	const schema = type?.schema ?? name.schema ?? catalog.searchPath[0] ?? "public";
	return `${schema}.${name.name}`;
}

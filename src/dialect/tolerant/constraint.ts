import type { Expression, QualifiedName } from "../../core/expression.ts";
import type {
	ConstraintDefinition,
	IndexDefinition,
	IndexElement,
	Parameter,
	ReferentialAction,
} from "../../core/operation.ts";
import type { Range } from "../../core/source.ts";
import type { Cursor } from "./cursor.ts";
import { readExpression } from "./expression.ts";
import type { Grammar } from "./grammar.ts";

/** What every constraint says of itself. */
export function constraintBase(range: Range, name: string | undefined) {
	return {
		...(name !== undefined && { name }),
		range,
		notValid: false,
		enforced: true,
		deferrable: false,
		initiallyDeferred: false,
	};
}

export function keyConstraint(columns: readonly string[]) {
	return { columns, include: [], nullsNotDistinct: false, withoutOverlaps: false };
}

/** An element of CREATE TABLE's list, or of ALTER TABLE ADD, that is no column. */
export type TableElement =
	| { readonly constraint: ConstraintDefinition; readonly index?: never }
	| { readonly index: IndexDefinition; readonly constraint?: never }
	/** PERIOD FOR of MariaDB. */
	| { readonly constraint?: never; readonly index?: never };

const elementWords = new Set([
	"CONSTRAINT",
	"PRIMARY",
	"UNIQUE",
	"FOREIGN",
	"CHECK",
	"INDEX",
	"KEY",
	"FULLTEXT",
	"SPATIAL",
	"VECTOR",
	"PERIOD",
]);

/** True when an element that is no column begins here. */
export function isTableElement(cursor: Cursor, grammar: Grammar): boolean {
	const word = cursor.peek();
	if (cursor.kind() !== "word" || !elementWords.has(word)) return false;
	if (grammar.family === "sqlite")
		return /^(?:CONSTRAINT|PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(word);
	if (word === "PERIOD") return cursor.is("PERIOD", "FOR");
	if (word === "VECTOR") return /^(?:INDEX|KEY)$/.test(cursor.peek(1));
	return true;
}

export function readTableElement(cursor: Cursor, grammar: Grammar): TableElement {
	const first = cursor.at;
	let name: string | undefined;
	if (cursor.take("CONSTRAINT")) {
		cursor.take("IF", "NOT", "EXISTS");
		if (!/^(?:PRIMARY|UNIQUE|FOREIGN|CHECK)$/.test(cursor.peek())) name = cursor.name();
	}
	if (cursor.take("PRIMARY", "KEY")) {
		const key = readKey(cursor, grammar, first, name);
		const columns = key.elements.map(columnOf);
		const conflict = readOnConflict(cursor);
		const base = constraintBase(cursor.rangeFrom(first), name);
		return {
			constraint: { ...base, type: "primaryKey", ...keyConstraint(columns), ...conflict },
		};
	}
	if (cursor.take("UNIQUE")) {
		cursor.takeAny("INDEX", "KEY");
		return uniqueElement(cursor, grammar, first, name);
	}
	if (cursor.take("FOREIGN", "KEY")) {
		cursor.take("IF", "NOT", "EXISTS");
		const index = cursor.is("(") ? undefined : cursor.name();
		const columns = cursor.list(() => cursor.identifier());
		const reference = readReference(cursor);
		const base = constraintBase(cursor.rangeFrom(first), name ?? index);
		return { constraint: { ...base, ...reference, type: "foreignKey", columns } };
	}
	if (cursor.take("CHECK")) return { constraint: readCheck(cursor, grammar, first, name) };
	if (cursor.take("PERIOD", "FOR")) {
		cursor.name();
		cursor.skipParentheses();
		return {};
	}
	const method = cursor.takeAny("FULLTEXT", "SPATIAL", "VECTOR")?.toLowerCase();
	cursor.takeAny("INDEX", "KEY");
	return { index: { ...readKey(cursor, grammar, first, undefined, method), unique: false } };
}

/** UNIQUE over columns is a constraint; over expressions or parts of columns an index. */
function uniqueElement(
	cursor: Cursor,
	grammar: Grammar,
	first: number,
	constraint: string | undefined,
): TableElement {
	const key = readKey(cursor, grammar, first, constraint);
	const conflict = readOnConflict(cursor);
	const isPlain = key.elements.every(
		({ expression, prefixLength }) => expression.kind === "column" && prefixLength === undefined,
	);
	if (!isPlain) return { index: { ...key, unique: true } };
	const base = constraintBase(cursor.rangeFrom(first), key.name);
	return {
		constraint: {
			...base,
			type: "unique",
			...keyConstraint(key.elements.map(columnOf)),
			...conflict,
		},
	};
}

function columnOf({ expression }: IndexElement): string {
	return expression.kind === "column" ? (expression.path.at(-1) ?? "") : "";
}

/** CHECK whose word was read. */
export function readCheck(
	cursor: Cursor,
	grammar: Grammar,
	first: number,
	name: string | undefined,
): ConstraintDefinition {
	cursor.expect("(");
	const expression = readExpression(cursor, grammar);
	cursor.expect(")");
	const enforced = !cursor.take("NOT", "ENFORCED");
	if (enforced) cursor.take("ENFORCED");
	readOnConflict(cursor);
	const base = constraintBase(cursor.rangeFrom(first), name);
	return { ...base, enforced, type: "check", expression, noInherit: false };
}

/** SQLite: ON CONFLICT of a constraint. */
export function readOnConflict(cursor: Cursor): { readonly onConflict?: string } {
	return cursor.take("ON", "CONFLICT") ? { onConflict: cursor.name().toLowerCase() } : {};
}

const actions: Readonly<Record<string, ReferentialAction>> = {
	CASCADE: "cascade",
	RESTRICT: "restrict",
	"SET NULL": "setNull",
	"SET DEFAULT": "setDefault",
	"NO ACTION": "noAction",
};

interface Reference {
	readonly references: QualifiedName;
	readonly referencedColumns: readonly string[];
	readonly onDelete: ReferentialAction;
	readonly onUpdate: ReferentialAction;
	readonly deferrable: boolean;
	readonly initiallyDeferred: boolean;
}

export function readReference(cursor: Cursor): Reference {
	cursor.expect("REFERENCES");
	const references = cursor.qualifiedName();
	const referencedColumns = cursor.is("(") ? cursor.list(() => cursor.identifier()) : [];
	let onDelete: ReferentialAction = "noAction";
	let onUpdate: ReferentialAction = "noAction";
	let deferrable = false;
	let initiallyDeferred = false;
	for (;;) {
		if (cursor.take("ON", "DELETE")) onDelete = readAction(cursor);
		else if (cursor.take("ON", "UPDATE")) onUpdate = readAction(cursor);
		else if (cursor.take("MATCH")) cursor.name();
		else if (cursor.take("NOT", "DEFERRABLE")) deferrable = false;
		else if (cursor.take("DEFERRABLE")) deferrable = true;
		else if (cursor.take("INITIALLY", "DEFERRED")) initiallyDeferred = true;
		else if (!cursor.take("INITIALLY", "IMMEDIATE")) break;
	}
	return { references, referencedColumns, onDelete, onUpdate, deferrable, initiallyDeferred };
}

function readAction(cursor: Cursor): ReferentialAction {
	const first = cursor.name().toUpperCase();
	const word =
		first === "SET" || first === "NO" ? `${first} ${cursor.name().toUpperCase()}` : first;
	const action = actions[word];
	return action ?? cursor.fail("an action is missing");
}

/** `[name] [USING method] (elements) [options]`. */
export function readKey(
	cursor: Cursor,
	grammar: Grammar,
	first: number,
	constraint?: string,
	kind?: string,
): IndexDefinition {
	const ifNotExists = cursor.take("IF", "NOT", "EXISTS");
	const own = cursor.is("(") || cursor.is("USING") ? undefined : cursor.name();
	const name = own ?? constraint;
	let method = kind ?? "btree";
	if (cursor.takeAny("USING", "TYPE") !== undefined) method = cursor.name().toLowerCase();
	const elements = readElements(cursor, grammar);
	const { parameters, using } = readIndexOptions(cursor);
	return {
		...(name !== undefined && { name }),
		...(ifNotExists && { ifNotExists }),
		range: cursor.rangeFrom(first),
		unique: false,
		method: using ?? method,
		elements,
		parameters,
	};
}

/** The columns and expressions of an index, in parentheses. */
export function readElements(cursor: Cursor, grammar: Grammar): readonly IndexElement[] {
	return cursor.list(() => readElement(cursor, grammar));
}

function readElement(cursor: Cursor, grammar: Grammar): IndexElement {
	const named = cursor.isName() && (grammar.family === "mysql" || isEndOfElement(cursor.peek(1)));
	const written: Expression = named
		? { kind: "column", path: [cursor.identifier()] }
		: readExpression(cursor, grammar);
	const prefix = named && cursor.is("(") && cursor.kind(1) === "number";
	const prefixLength = prefix ? Number(cursor.list(() => cursor.raw())[0]) : undefined;
	const unwrapped = written.kind === "collate" ? written : undefined;
	const collation =
		unwrapped?.collation ?? (cursor.take("COLLATE") ? cursor.qualifiedName() : undefined);
	const descending = cursor.takeAny("ASC", "DESC") === "DESC";
	if (cursor.take("AUTOINCREMENT")) cursor.takeAny("ASC", "DESC");
	cursor.take("WITHOUT", "OVERLAPS");
	return {
		expression: unwrapped?.operand ?? written,
		...(collation && { collation }),
		descending,
		...(prefixLength !== undefined && { prefixLength }),
	};
}

function isEndOfElement(text: string): boolean {
	return /^(?:,|\)|ASC|DESC|COLLATE|AUTOINCREMENT)$/.test(text);
}

/** What stands behind the columns of an index in MySQL. */
export function readIndexOptions(cursor: Cursor): {
	readonly parameters: readonly Parameter[];
	readonly using?: string;
} {
	const parameters: Parameter[] = [];
	let using: string | undefined;
	for (;;) {
		const word = cursor.peek();
		if (cursor.takeAny("USING", "TYPE") !== undefined) using = cursor.name().toLowerCase();
		else if (cursor.take("COMMENT"))
			parameters.push({ name: "comment", value: optionValue(cursor) });
		else if (cursor.take("WITH", "PARSER"))
			parameters.push({ name: "parser", value: cursor.name() });
		else if (/^(?:VISIBLE|INVISIBLE|IGNORED)$/.test(word)) {
			cursor.at++;
			parameters.push({ name: "visible", value: String(word === "VISIBLE") });
		} else if (cursor.take("NOT", "IGNORED")) parameters.push({ name: "visible", value: "true" });
		else if (cursor.take("CLUSTERING")) {
			parameters.push({ name: "clustering", value: optionValue(cursor) });
		} else if (
			/^(?:KEY_BLOCK_SIZE|ENGINE_ATTRIBUTE|SECONDARY_ENGINE_ATTRIBUTE|M|DISTANCE)$/.test(word)
		) {
			cursor.at++;
			parameters.push({ name: word.toLowerCase(), value: optionValue(cursor) });
		} else return { parameters, ...(using !== undefined && { using }) };
	}
}

/** `[=] value` of an option: the content of a string, or the word or number as written. */
export function optionValue(cursor: Cursor): string {
	cursor.take("=");
	return cursor.isString() ? cursor.string() : cursor.raw();
}

import {
	argument,
	callOf,
	flag,
	flagOf,
	given,
	named,
	namedText,
	textsOf,
	wordOf,
	type Call,
} from "../arguments.ts";
import { lastName, type Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hole, nameList, nameOf, stringOf } from "../sql-text.ts";
import { textOf, textOrHole } from "../text.ts";
import { typeOf, type ColumnType } from "./types.ts";

/** A `sa.Column(...)`. */
export interface Column {
	readonly name: string;
	readonly type: ColumnType;
	readonly isKey: boolean;
	readonly isUnique: boolean;
	readonly isIndexed: boolean;
	/** Undefined: SQLAlchemy decides; it gives an integer key a sequence. */
	readonly autoincrement: boolean | undefined;
	/** What stands behind the type, for a column that is no key. */
	readonly rest: string;
	readonly references: readonly string[];
	readonly comment?: string;
	readonly hasDefault: boolean;
}

/** Returns the column of a `sa.Column("name", sa.Integer(), ...)`. */
export function columnOf(call: Call): Column {
	const [first, ...others] = call.node.args;
	const named_ = namedText(call, "name");
	const name = named_ ?? (first ? textOrHole(first, call.scope, "column") : hole("column"));
	const rest = named_ === undefined ? others : call.node.args;
	const items = rest.map((node) => ({ node, call: callOf(node, call.scope) }));
	const isPart = (item: (typeof items)[number]): boolean => columnParts.has(item.call?.name ?? "");
	const typeNode = named(call, "type_") ?? items.find((item) => !isPart(item))?.node;
	const parts = items.flatMap((item) => (isPart(item) && item.call ? [item.call] : []));
	const isKey = flag(call, "primary_key") === true;
	const nullable = flag(call, "nullable") ?? !isKey;
	const made = parts.flatMap((part) => generatedBy(part) ?? []);
	const standard = named(call, "server_default");
	const computed = standard && callOf(standard, call.scope);
	const fallback =
		(computed && generatedBy(computed)) ?? (standard && defaultClause(standard, call.scope));
	const clause = made[0] ?? fallback ?? "";
	const comment = namedText(call, "comment");
	return {
		name,
		type: typeNode ? typeOf(typeNode, call.scope) : { sql: foreignType(parts) },
		isKey,
		isUnique: flag(call, "unique") === true,
		isIndexed: flag(call, "index") === true,
		autoincrement: flagOf(named(call, "autoincrement"), call.scope),
		rest: `${clause}${nullable ? "" : " NOT NULL"}`,
		references: parts.filter((part) => part.name === "ForeignKey").map(referenceOf),
		...(comment === undefined ? {} : { comment }),
		hasDefault: clause !== "",
	};
}

const columnParts = new Set([
	"ForeignKey",
	"Computed",
	"Identity",
	"Sequence",
	"CheckConstraint",
	"FetchedValue",
	"DefaultClause",
]);

/** A column with a foreign key and no type takes the type of what it refers to. */
function foreignType(parts: readonly Call[]): string {
	return parts.some((part) => part.name === "ForeignKey") ? hole("type") : hole("type");
}

function generatedBy(part: Call): string | undefined {
	if (part.name === "Computed") {
		const expression = argument(part, 0, "sqltext");
		return ` GENERATED ALWAYS AS (${expression ? sqlOf(expression, part.scope) : hole("expression")}) STORED`;
	}
	if (part.name !== "Identity") return undefined;
	const always = flagOf(argument(part, 2, "always"), part.scope) === true;
	return ` GENERATED ${always ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`;
}

/** Returns the default clause, empty for None. A text is a constant, sa.text() is SQL. */
export function defaultClause(node: Node, scope: Scope): string {
	const value = defaultOf(node, scope);
	return value === undefined ? "" : ` DEFAULT ${value}`;
}

/** Returns a server default as SQL, undefined for None. */
export function defaultOf(node: Node, scope: Scope): string | undefined {
	const wanted = given(node, scope);
	if (!wanted) return undefined;
	const found = resolve(wanted, scope);
	if (found.node.kind === "text" || found.node.kind === "binary") {
		const text = textOf(found.node, found.scope);
		return text ? stringOf(text.text) : hole("default");
	}
	const sql = sqlOf(wanted, scope);
	// json.dumps({}): a constant that only the program knows.
	return /^\uE000[^\uE001]*\uE001$/.test(sql) ? `'${sql}'` : sql;
}

/** Returns an SQL expression of SQLAlchemy: a text, sa.func.now(), sa.false(), sa.column("a"). */
export function sqlOf(node: Node, scope: Scope): string {
	const text = textOf(node, scope);
	if (text) return text.text;
	const found = resolve(node, scope).node;
	if (found.kind === "number") return found.text;
	const word = wordOf(node, scope);
	if (word === "True" || word === "False") return word.toLowerCase();
	const call = callOf(node, scope);
	const name = lastName(found) ?? "expression";
	if (!call) return hole(name);
	if (["true", "false", "null"].includes(name) && call.node.args.length === 0) return name;
	const of = call.node.callee.kind === "member" ? lastName(call.node.callee.of) : undefined;
	if (of === "func" && ["current_timestamp", "current_date"].includes(name)) {
		return name.toUpperCase();
	}
	const values = (): string[] => call.node.args.map((item) => valueOf(item, call.scope));
	if (of === "func") return `${name}(${values().join(", ")})`;
	if (["column", "literal_column", "Column"].includes(name)) {
		const [first] = call.node.args;
		const written = first ? textOrHole(first, call.scope) : hole(name);
		return name === "literal_column" ? written : nameOf(written);
	}
	if (["desc", "asc", "nulls_last", "nulls_first", "nullslast", "nullsfirst"].includes(name)) {
		const inner =
			call.node.args[0] ?? (call.node.callee.kind === "member" ? call.node.callee.of : node);
		const order = name.replace(/^nulls_?/, "nulls ").toUpperCase();
		return inner === node ? hole(name) : `${sqlOf(inner, scope)} ${order}`;
	}
	return hole(name);
}

function valueOf(node: Node, scope: Scope): string {
	const found = resolve(node, scope).node;
	return found.kind === "text" ? stringOf(sqlOf(node, scope)) : sqlOf(node, scope);
}

/** `sa.ForeignKey("orders.id", ondelete="CASCADE")`: what follows REFERENCES. */
function referenceOf(call: Call): string {
	const target = argument(call, 0, "column");
	const found = target && textOf(target, call.scope)?.text;
	if (found === undefined) return `${hole("table")} (${hole("column")})`;
	const path = found.split(".");
	const column = path.pop() ?? "id";
	return `${path.map(nameOf).join(".")} ${nameList([column])}${actionsOf(call)}`;
}

/** Returns ON DELETE, ON UPDATE, DEFERRABLE and INITIALLY as the arguments say. */
export function actionsOf(call: Call): string {
	const [onDelete, onUpdate] = [namedText(call, "ondelete"), namedText(call, "onupdate")];
	const initially = namedText(call, "initially");
	const deferrable = flag(call, "deferrable");
	return [
		...(onDelete === undefined ? [] : [` ON DELETE ${onDelete}`]),
		...(onUpdate === undefined ? [] : [` ON UPDATE ${onUpdate}`]),
		...(deferrable === undefined ? [] : [deferrable ? " DEFERRABLE" : " NOT DEFERRABLE"]),
		...(initially === undefined ? [] : [` INITIALLY ${initially}`]),
	].join("");
}

/** Returns a constraint of a table as SQL, or undefined for what is no constraint. */
export function constraintOf(call: Call): string | undefined {
	const name = namedText(call, "name");
	const lead = name === undefined ? "" : `CONSTRAINT ${nameOf(name)} `;
	const columns = call.node.args.flatMap((node) => textsOf(node, call.scope));
	switch (call.name) {
		case "PrimaryKeyConstraint":
			return `${lead}PRIMARY KEY ${nameList(columns)}`;
		case "UniqueConstraint":
			return `${lead}UNIQUE ${nameList(columns)}${actionsOf(call)}`;
		case "CheckConstraint": {
			const check = argument(call, 0, "sqltext");
			const named_ = name ?? (call.node.args[1] && textOrHole(call.node.args[1], call.scope));
			const own = named_ === undefined ? "" : `CONSTRAINT ${nameOf(named_)} `;
			return `${own}CHECK (${check ? sqlOf(check, call.scope) : hole("condition")})`;
		}
		case "ForeignKeyConstraint": {
			const own = textsOf(argument(call, 0, "columns"), call.scope);
			const targets = textsOf(argument(call, 1, "refcolumns"), call.scope);
			return `${lead}FOREIGN KEY${nameList(own)} REFERENCES ${targetOf(targets)}${actionsOf(call)}`;
		}
		case "ExcludeConstraint":
			return `${lead}EXCLUDE ${exclusion(call)}`;
		default:
			return undefined;
	}
}

/** ["orders.id"] as `orders (id)`. */
function targetOf(targets: readonly string[]): string {
	const paths = targets.map((target) => target.split("."));
	const table = paths[0]?.slice(0, -1).map(nameOf).join(".") ?? "";
	const columns = paths.map((path) => path.at(-1) ?? "");
	return `${table === "" ? hole("table") : table} ${nameList(columns)}`;
}

/** `(sa.column("room"), "=")`, ... */
function exclusion(call: Call): string {
	const using = namedText(call, "using") ?? "gist";
	const elements = call.node.args.flatMap((node) => {
		const found = resolve(node, call.scope);
		if (found.node.kind !== "list") return [];
		const [expression, operator] = found.node.items;
		if (!expression || !operator) return [];
		const element = textOf(expression, found.scope)?.text;
		const sql = element === undefined ? sqlOf(expression, found.scope) : nameOf(element);
		return [`${sql} WITH ${textOrHole(operator, found.scope)}`];
	});
	const where = named(call, "where");
	return `USING ${using} (${elements.join(", ")})${where ? ` WHERE (${sqlOf(where, call.scope)})` : ""}`;
}

import { textsOf, type Call } from "../arguments.ts";
import { hasHole, hole, nameList, nameOf } from "../sql-text.ts";
import { hashedName, indexName, pluralOf, singularOf, tableName } from "./names.ts";
import { isOff, isOn, nested, option, optionList, type Options } from "./columns.ts";

/** `on_delete: :nullify` as SQL (connection_adapters/abstract/schema_creation.rb). */
const actions: Readonly<Record<string, string>> = {
	nullify: "SET NULL",
	cascade: "CASCADE",
	restrict: "RESTRICT",
	default: "SET DEFAULT",
};

export function isConcurrent(options: Options): boolean {
	return option(options, "algorithm") === "concurrently";
}

/** Returns CREATE INDEX for columns, or for one expression that is written as SQL. */
export function addIndex(table: string, columns: readonly string[], options: Options): string {
	const [first = ""] = columns;
	const isExpression = columns.length === 1 && !hasHole(first) && /\W/.test(first);
	const name = option(options, "name") ?? indexName(table, columns);
	const order = nested(options, "order");
	const operators = nested(options, "opclass");
	const common = option(options, "opclass");
	const elements = columns.map((column) => {
		const direction = order && option(order, column);
		const operator =
			(operators && option(operators, column)) ?? (operators?.values.size ? undefined : common);
		const words = [operator, direction?.toUpperCase()].flatMap((word) => word ?? []);
		return [nameOf(column), ...words].join(" ");
	});
	const include = optionList(options, "include");
	const using = option(options, "using");
	const where = option(options, "where");
	return [
		`CREATE ${isOn(options, "unique") ? "UNIQUE " : ""}INDEX `,
		`${isConcurrent(options) ? "CONCURRENTLY " : ""}${isOn(options, "if_not_exists") ? "IF NOT EXISTS " : ""}`,
		`${nameOf(name)} ON ${tableName(table)}${using === undefined ? "" : ` USING ${using}`}`,
		` (${isExpression ? indexExpression(first) : elements.join(", ")})`,
		include.length > 0 ? ` INCLUDE ${nameList(include)}` : "",
		isOn(options, "nulls_not_distinct") ? " NULLS NOT DISTINCT" : "",
		where === undefined ? "" : ` WHERE ${where}`,
	].join("");
}

/** Rails puts the text as it is; a list of columns in one text is no single expression. */
function indexExpression(text: string): string {
	return /^[\w"]+\s*\(.*\)$|^\(|,|\s(?:asc|desc|\w+_ops)\b/i.test(text) ? text : `(${text})`;
}

/** Returns what names an index that is taken away or renamed. */
export function dropIndex(table: string, columns: readonly string[], options: Options): string {
	const given = optionList(options, "column");
	const name = option(options, "name") ?? indexName(table, given.length > 0 ? given : columns);
	const concurrently = isConcurrent(options) ? "CONCURRENTLY " : "";
	return `DROP INDEX ${concurrently}${isOn(options, "if_exists") ? "IF EXISTS " : ""}${nameOf(name)}`;
}

/** The columns of a foreign key and its name. */
function foreignKey(
	table: string,
	to: string | undefined,
	options: Options,
): { columns: readonly string[]; name: string } {
	const written = optionList(options, "column");
	const columns =
		written.length > 0
			? written
			: [to === undefined || hasHole(to) ? hole("column") : `${singularOf(to)}_id`];
	const name = option(options, "name") ?? hashedName("fk", table, columns.join("_"));
	return { columns, name };
}

/** Returns the constraint without ALTER TABLE. */
export function foreignKeyClause(table: string, to: string, options: Options): string {
	const { columns, name } = foreignKey(table, to, options);
	const keys = optionList(options, "primary_key");
	const onDelete = option(options, "on_delete");
	const onUpdate = option(options, "on_update");
	const deferrable = option(options, "deferrable");
	return [
		`CONSTRAINT ${nameOf(name)} FOREIGN KEY ${nameList(columns)}`,
		` REFERENCES ${tableName(to)} ${nameList(keys.length > 0 ? keys : ["id"])}`,
		onDelete === undefined ? "" : ` ON DELETE ${actions[onDelete] ?? onDelete}`,
		onUpdate === undefined ? "" : ` ON UPDATE ${actions[onUpdate] ?? onUpdate}`,
		deferrable === undefined || isOff(options, "deferrable")
			? ""
			: ` DEFERRABLE${deferrable === "deferred" ? " INITIALLY DEFERRED" : ""}`,
	].join("");
}

export function addForeignKey(table: string, to: string, options: Options): string {
	const late = isOff(options, "validate") ? " NOT VALID" : "";
	return `ALTER TABLE ${tableName(table)} ADD ${foreignKeyClause(table, to, options)}${late}`;
}

export function dropForeignKey(table: string, to: string | undefined, options: Options): string {
	const target = to ?? option(options, "to_table");
	return `ALTER TABLE ${tableName(table)} DROP CONSTRAINT ${nameOf(foreignKey(table, target, options).name)}`;
}

export function validateForeignKey(
	table: string,
	to: string | undefined,
	options: Options,
): string {
	const target = to ?? option(options, "to_table");
	return `ALTER TABLE ${tableName(table)} VALIDATE CONSTRAINT ${nameOf(foreignKey(table, target, options).name)}`;
}

function checkName(table: string, expression: string | undefined, options: Options): string {
	return nameOf(option(options, "name") ?? hashedName("chk", table, expression ?? hole("check")));
}

export function checkClause(table: string, expression: string, options: Options): string {
	return `CONSTRAINT ${checkName(table, expression, options)} CHECK (${expression})`;
}

export function addCheck(table: string, expression: string, options: Options): string {
	const late = isOff(options, "validate") ? " NOT VALID" : "";
	return `ALTER TABLE ${tableName(table)} ADD ${checkClause(table, expression, options)}${late}`;
}

export function onCheck(
	verb: "DROP" | "VALIDATE",
	table: string,
	expression: string | undefined,
	options: Options,
): string {
	return `ALTER TABLE ${tableName(table)} ${verb} CONSTRAINT ${checkName(table, expression, options)}`;
}

export function uniqueClause(table: string, columns: readonly string[], options: Options): string {
	const name = nameOf(option(options, "name") ?? hashedName("uniq", table, columns.join("_and_")));
	const index = option(options, "using_index");
	if (index !== undefined) return `CONSTRAINT ${name} UNIQUE USING INDEX ${nameOf(index)}`;
	const distinct = isOn(options, "nulls_not_distinct") ? " NULLS NOT DISTINCT" : "";
	return `CONSTRAINT ${name} UNIQUE${distinct} ${nameList(columns)}`;
}

function exclusionName(table: string, expression: string | undefined, options: Options): string {
	return nameOf(
		option(options, "name") ?? hashedName("excl", table, expression ?? hole("expression")),
	);
}

export function exclusionClause(table: string, expression: string, options: Options): string {
	const using = option(options, "using");
	const where = option(options, "where");
	const deferrable = option(options, "deferrable");
	return [
		`CONSTRAINT ${exclusionName(table, expression, options)} EXCLUDE`,
		using === undefined ? "" : ` USING ${using}`,
		` (${expression})`,
		where === undefined ? "" : ` WHERE (${where})`,
		deferrable === undefined ? "" : ` DEFERRABLE INITIALLY ${deferrable.toUpperCase()}`,
	].join("");
}

export function dropExclusion(
	table: string,
	expression: string | undefined,
	options: Options,
): string {
	return `ALTER TABLE ${tableName(table)} DROP CONSTRAINT ${exclusionName(table, expression, options)}`;
}

/** A column that refers to another table, and what comes with it (ReferenceDefinition). */
export interface Reference {
	readonly columns: readonly (readonly [name: string, type: string])[];
	/** The columns of the index, empty when there is none. */
	readonly indexed: readonly string[];
	readonly index: Options;
	readonly key: { readonly to: string; readonly options: Options } | undefined;
}

export function referenceOf(name: string, options: Options, version: number): Reference {
	const isPolymorphic = options.values.has("polymorphic") && !isOff(options, "polymorphic");
	const type = option(options, "type") ?? (version < 5.1 ? "integer" : "bigint");
	const id = `${name}_id`;
	const none: Options = { values: new Map(), scope: options.scope };
	const wantsIndex =
		version >= 5
			? !isOff(options, "index")
			: isOn(options, "index") || nested(options, "index") !== undefined;
	const key = nested(options, "foreign_key");
	const column = key?.values.has("column") === true ? {} : { column: [...textNode(id)] };
	return {
		columns: [...(isPolymorphic ? [[`${name}_type`, "string"] as const] : []), [id, type] as const],
		indexed: wantsIndex ? (isPolymorphic ? [`${name}_type`, id] : [id]) : [],
		index: nested(options, "index") ?? none,
		key: key && {
			to: option(key, "to_table") ?? pluralOf(name),
			options: { ...key, values: new Map([...Object.values(column).flat(), ...key.values]) },
		},
	};
}

function textNode(column: string): [
	[
		string,
		{
			kind: "text";
			parts: [{ kind: "characters"; text: string }];
			range: { start: number; end: number };
		},
	],
] {
	return [
		[
			"column",
			{ kind: "text", parts: [{ kind: "characters", text: column }], range: { start: 0, end: 0 } },
		],
	];
}

/** Returns the columns that a call names: a list, or one after the other. */
export function columnsOf(call: Call, from: number): readonly string[] {
	return call.node.args
		.slice(from)
		.filter((node) => node.kind !== "map")
		.flatMap((node) => textsOf(node, call.scope));
}

import { defineRule, listWords, type Column, type Fix, type OperationOf, type Table } from "#core";
import { quoteExpression, quoteString } from "../src/dialect/mysql/quote.ts";

type Redefinition = OperationOf<"redefineColumn">;

/** What the new definition leaves out: in words, and as SQL where it can stand at the end. */
interface Lost {
	readonly words: string;
	readonly sql?: string;
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function isInKey(table: Table, column: Column): boolean {
	return table.constraints.some(
		(constraint) =>
			constraint.type === "primaryKey" &&
			constraint.columns.some((name) => isSame(name, column.name)),
	);
}

function hasDefault({ default: value }: Pick<Column, "default">): boolean {
	return value !== undefined && !(value.kind === "literal" && value.type === "null");
}

/** NOT NULL and DEFAULT: whoever writes NULL, or a default of NULL, means it. */
function lostValues(column: Column, { definition }: Redefinition, table: Table): readonly Lost[] {
	const lost: Lost[] = [];
	const isNotNull = definition.constraints.some(
		({ type }) => type === "notNull" || type === "primaryKey",
	);
	const means = definition.nullable === true || definition.default !== undefined;
	if (column.notNull && !isNotNull && !isInKey(table, column) && !means) {
		lost.push({ words: "NOT NULL", sql: "NOT NULL" });
	}
	const keepsValue = definition.default !== undefined || definition.nullable === true;
	if (hasDefault(column) && !keepsValue && !definition.autoIncrement) {
		const text = column.default && quoteExpression(column.default);
		const isPlain = column.default?.kind === "literal";
		const words = `DEFAULT ${text ?? "value"}`;
		lost.push({ words, ...(text !== undefined && isPlain && { sql: words }) });
	}
	return lost;
}

/** What nobody leaves out on purpose in a statement that changes something else. */
function lostOthers(column: Column, { definition }: Redefinition): readonly Lost[] {
	const lost: Lost[] = [];
	if (column.onUpdate && !definition.onUpdate) {
		lost.push({ words: "ON UPDATE CURRENT_TIMESTAMP" });
	}
	if (column.autoIncrement && !definition.autoIncrement) {
		lost.push({ words: "AUTO_INCREMENT", sql: "AUTO_INCREMENT" });
	}
	if (column.comment !== undefined && column.comment !== "" && definition.comment === undefined) {
		lost.push({ words: "its COMMENT", sql: `COMMENT ${quoteString(column.comment)}` });
	}
	const set = column.type?.characterSet;
	const isText = definition.type !== undefined && /char|text|enum|set/.test(definition.type.name);
	const says = definition.type?.characterSet !== undefined || definition.collation !== undefined;
	if (isText && !says) {
		if (set !== undefined) lost.push({ words: `CHARACTER SET ${set}` });
		else if (column.collation) lost.push({ words: `COLLATE ${column.collation.name}` });
	}
	return lost;
}

const integer = /^(?:tinyint|smallint|mediumint|int|bigint)$/;

function hasSameType(column: Column, { definition: { type } }: Redefinition): boolean {
	if (!type || !column.type) return type === column.type;
	const isInteger = integer.test(type.name);
	return (
		type.name === column.type.name &&
		type.unsigned === column.type.unsigned &&
		(isInteger || type.modifiers.join() === column.type.modifiers.join())
	);
}

/** True when the statement does something else than to take an attribute away. */
function changesMore(column: Column, operation: Redefinition, isRenamed: boolean): boolean {
	const { definition, position } = operation;
	const isNotNull = definition.constraints.some(({ type }) => type === "notNull");
	return (
		isRenamed ||
		position !== undefined ||
		!hasSameType(column, operation) ||
		(isNotNull && !column.notNull) ||
		JSON.stringify(definition.default) !== JSON.stringify(column.default ?? definition.default) ||
		(definition.comment ?? column.comment) !== column.comment ||
		definition.autoIncrement !== (column.autoIncrement ?? definition.autoIncrement)
	);
}

function putBack(lost: readonly Lost[], { definition }: Redefinition): readonly Fix[] {
	const words = lost.map(({ sql }) => sql);
	if (words.includes(undefined)) return [];
	const { end } = definition.range;
	return [
		{
			title: `Keep ${listWords(lost.map((one) => one.words))}`,
			safety: "suggestion",
			changes: [{ kind: "replace", range: { start: end, end }, sql: ` ${words.join(" ")}` }],
		},
	];
}

export default defineRule({
	id: "no-lost-attribute",
	summary: "Disallow MODIFY and CHANGE that drop attributes of a column by leaving them out.",
	why: `MODIFY and CHANGE do not change what they name, they define the column anew: NOT NULL, DEFAULT, AUTO_INCREMENT, ON
UPDATE, COMMENT and CHARACTER SET that the statement does not repeat are gone, and nothing is said. A column that was to
become longer then takes NULL, or its INSERTs fail for want of a default. Silent where leaving it out is all that the
statement does, and where NULL is written. Source: MySQL Reference Manual 8.4, 15.1.9, "Renaming, Redefining, and
Reordering Columns".`,
	category: "schema",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Repeat everything that the column is to keep, or use ALTER COLUMN ... SET DEFAULT and RENAME COLUMN, which change one thing.",
	messages: {
		lost: "{column} loses {lost}: this defines the column anew, and does not repeat it.",
	},
	examples: [
		{
			before:
				"CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, email varchar(50) NOT NULL DEFAULT '');",
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders MODIFY email varchar(60);`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders MODIFY email varchar(60) NOT NULL DEFAULT '';`,
		},
		{
			before: `CREATE TABLE sessions (id bigint NOT NULL PRIMARY KEY,
  seen_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT 'last request');`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE sessions MODIFY seen_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP AFTER id;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE sessions MODIFY seen_at timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP COMMENT 'last request';`,
		},
	],
	on: {
		redefineColumn(operation, context) {
			const table = context.catalog.table(operation.table);
			if (!table || context.isNew(operation.table) || operation.definition.generated) return;
			const oldName = context.part.operations
				.flatMap((other) =>
					other.kind === "renameColumn" && isSame(other.to, operation.column) ? [other.column] : [],
				)
				.at(0);
			const column = table.columns.find(({ name }) => isSame(name, oldName ?? operation.column));
			if (!column || column.generated || context.madeHere(column.origin)) return;
			const values = lostValues(column, operation, table);
			const others = lostOthers(column, operation);
			const isRenamed = oldName !== undefined && !isSame(oldName, operation.column);
			const isMeant =
				!changesMore(column, operation, isRenamed) &&
				(others.length === 0 || values.length + others.length === 1);
			const lost = [...values, ...others];
			if (lost.length === 0 || isMeant) return;
			const isNote = lost.every(({ words }) => words === "its COMMENT");
			context.report({
				message: "lost",
				at: operation,
				table: operation.table,
				data: {
					column: `${operation.table.name}.${operation.column}`,
					lost: listWords(lost.map(({ words }) => words)),
				},
				fixes: putBack(lost, operation),
				...(isNote && { severity: "info" }),
			});
		},
	},
});

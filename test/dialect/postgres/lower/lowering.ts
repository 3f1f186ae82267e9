import { loadModule, parseSync } from "libpg-query";
import type { Operation } from "../../../../src/core/operation.ts";
import type { Range } from "../../../../src/core/source.ts";
import { createLowerSource } from "../../../../src/dialect/postgres/lower/source.ts";
import { lowerStatement } from "../../../../src/dialect/postgres/lower/statement.ts";
import { tokenize } from "../../../../src/dialect/postgres/tokenizer.ts";

await loadModule();

/** The operations of the one statement in `sql`, which stands in a file after `before`. */
export function lower(sql: string, before = ""): readonly Operation[] {
	const file = before + sql;
	const range = { start: before.length, end: file.length };
	const source = createLowerSource(sql, before.length, tokenize(file, range));
	const { stmts } = parseSync(sql);
	return lowerStatement(stmts![0]!.stmt!, source);
}

/** A short text of the operations of each statement: the fields that are set, and narrower places. */
export function lowered(...statements: string[]): string {
	return statements
		.map((sql) => [sql, ...lower(sql).map((operation) => `  ${render(operation, sql)}`)].join("\n"))
		.join("\n");
}

function render({ kind, range, ...fields }: Operation, sql: string): string {
	const place = range.start === 0 && range.end === sql.length ? "" : ` @ ${textAt(sql, range)}`;
	return `${kind} ${fieldsOf(fields)}${place}`.trimEnd();
}

function textAt(sql: string, range: Range): string {
	return `«${sql.slice(range.start, range.end)}»`;
}

function fieldsOf(fields: object): string {
	return Object.entries(fields)
		.filter(([name, value]) => name !== "range" && !isUnset(value))
		.map(([name, value]) => (value === true ? name : `${name}=${short(value)}`))
		.join(" ");
}

function isUnset(value: unknown): boolean {
	return value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}

function short(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(short).join(", ")}]`;
	if (typeof value !== "object" || value === null) return String(value);
	return shortName(value) ?? shortExpression(value) ?? `{${fieldsOf(value)}}`;
}

const nameFields = ["schema", "name", "range", "argumentTypes", "modifiers", "dimensions"];

function shortName(value: object): string | undefined {
	if (!("name" in value) || !Object.keys(value).every((key) => nameFields.includes(key))) {
		return undefined;
	}
	const schema = "schema" in value ? `${String(value.schema)}.` : "";
	const list = (items: unknown) => (items as unknown[]).map(short).join(", ");
	const signature = "argumentTypes" in value ? `(${list(value.argumentTypes)})` : "";
	const modifiers = "modifiers" in value ? list(value.modifiers) : "";
	const dimensions = "dimensions" in value ? "[]".repeat(Number(value.dimensions)) : "";
	return `${schema}${String(value.name)}${signature}${modifiers && `(${modifiers})`}${dimensions}`;
}

function shortExpression(value: object): string | undefined {
	if (!("kind" in value)) return undefined;
	if (value.kind === "column" && "path" in value) return (value.path as string[]).join(".");
	if (value.kind === "literal" && "value" in value) return `'${String(value.value)}'`;
	if (value.kind === "call" && "function" in value && "arguments" in value) {
		return `${short(value.function)}(${(value.arguments as unknown[]).map(short).join(", ")})`;
	}
	if (value.kind === "operator" && "operator" in value && "operands" in value) {
		return (value.operands as unknown[]).map(short).join(` ${String(value.operator)} `);
	}
	return undefined;
}

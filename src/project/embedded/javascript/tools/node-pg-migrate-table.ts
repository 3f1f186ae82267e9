import { nameOf, stringOf } from "../../sql-text.ts";
import { entry, isOn, Unknowable, wordList, wordsOf, type Value } from "../values.ts";
import { defaultText, objectName, plainName, typeText } from "./node-pg-migrate-value.ts";

/** The columns of a table as lines of its definition. */
export interface ColumnLines {
	readonly lines: readonly string[];
	/** A primary key of several columns. */
	readonly keys: readonly string[];
	readonly comments: readonly string[];
}

/** Returns the definitions of columns (src/operations/tables/shared.ts, parseColumns). */
export function columnLines(table: Value, columns: Value): ColumnLines {
	if (columns.kind !== "map") throw new Unknowable("its columns are not in the file");
	const all = [...columns.entries].map(([name, value]) => ({ name, ...definitionOf(value) }));
	const primary = all.filter(({ isPrimary }) => isPrimary).map(({ name }) => name);
	const isShared = primary.length > 1;
	const comments = all.flatMap(({ name, options }) => {
		const comment = entry(options, "comment");
		if (comment.kind !== "text") return [];
		return [`COMMENT ON COLUMN ${objectName(table)}.${nameOf(name)} IS ${stringOf(comment.text)}`];
	});
	return {
		lines: all.map(({ name, type, options, isPrimary }) =>
			columnLine(name, type, options, isPrimary && !isShared, table),
		),
		keys: isShared
			? [
					`CONSTRAINT ${nameOf(`${plainName(table)}_pkey`)} PRIMARY KEY (${primary.map(nameOf).join(", ")})`,
				]
			: [],
		comments,
	};
}

function definitionOf(value: Value): {
	readonly type: string;
	readonly options: Value;
	readonly isPrimary: boolean;
} {
	const written = value.kind === "map" ? entry(value, "type") : value;
	if (written.kind === "none") throw new Unknowable("the type of a column is not in the file");
	const type = written.kind === "map" ? objectName(written) : wordsOf(written);
	const primary = entry(value, "primaryKey");
	// `id` is short for a serial primary key.
	const isId = type === "id";
	return {
		type: isId ? "serial" : typeText(type),
		options: value,
		isPrimary: isOn(primary) || (isId && primary.kind === "none"),
	};
}

function columnLine(
	name: string,
	type: string,
	options: Value,
	isPrimary: boolean,
	table: Value,
): string {
	const text = (key: string): string | undefined => {
		const value = entry(options, key);
		return value.kind === "none" || value.kind === "null" ? undefined : wordsOf(value);
	};
	const parts: string[] = [nameOf(name), arrayType(type, entry(options, "array"))];
	const collation = text("collation");
	if (collation !== undefined) parts.push(`COLLATE ${collation}`);
	const fallback = entry(options, "default");
	if (fallback.kind !== "none") parts.push(`DEFAULT ${defaultText(fallback)}`);
	if (isOn(entry(options, "unique"))) parts.push("UNIQUE");
	if (isPrimary) parts.push("PRIMARY KEY");
	if (isOn(entry(options, "notNull"))) parts.push("NOT NULL");
	const check = text("check");
	if (check !== undefined) parts.push(`CHECK (${check})`);
	if (isOn(entry(options, "references"))) {
		const own = text("referencesConstraintName");
		const comment = text("referencesConstraintComment");
		const key = own ?? (comment === undefined ? undefined : `${plainName(table)}_fk_${name}`);
		parts.push(`${key === undefined ? "" : `CONSTRAINT ${nameOf(key)} `}${referencesOf(options)}`);
	}
	if (isOn(entry(options, "deferrable"))) parts.push(deferrableOf(options));
	const identity = entry(options, "sequenceGenerated");
	if (identity.kind === "map") {
		parts.push(`GENERATED ${wordsOf(entry(identity, "precedence"))} AS IDENTITY`);
	}
	const expression = text("expressionGenerated");
	if (expression !== undefined) parts.push(`GENERATED ALWAYS AS (${expression}) STORED`);
	return parts.join(" ");
}

function arrayType(type: string, array: Value): string {
	if (array.kind === "number") return `${type} ARRAY[${array.text}]`;
	return isOn(array) ? `${type} ARRAY` : type;
}

function deferrableOf(options: Value): string {
	return `DEFERRABLE INITIALLY ${isOn(entry(options, "deferred")) ? "DEFERRED" : "IMMEDIATE"}`;
}

function referencesOf(options: Value): string {
	const target = entry(options, "references");
	const isWritten = target.kind === "text" && /^"|\)$/.test(target.text);
	const clause = (key: string, words: string): string => {
		const value = entry(options, key);
		return value.kind === "none" || value.kind === "null" ? "" : ` ${words} ${wordsOf(value)}`;
	};
	const table = isWritten ? wordsOf(target) : objectName(target);
	return `REFERENCES ${table}${clause("match", "MATCH")}${clause("onDelete", "ON DELETE")}${clause("onUpdate", "ON UPDATE")}`;
}

/** Returns the constraints of a table as lines (src/operations/tables/shared.ts, parseConstraints). */
export function constraintLines(
	table: Value,
	options: Value,
	given: string | undefined,
): readonly string[] {
	if (options.kind === "none") return [];
	const lines: string[] = [];
	const named = (ending: string): string =>
		`CONSTRAINT ${nameOf(given ?? `${plainName(table)}_${ending}`)}`;
	const list = (value: Value): readonly Value[] =>
		value.kind === "none" ? [] : value.kind === "list" ? value.items : [value];
	const check = entry(options, "check");
	for (const [at, each] of list(check).entries()) {
		const ending = check.kind === "list" ? `chck_${String(at + 1)}` : "chck";
		lines.push(`${named(ending)} CHECK (${wordsOf(each)})`);
	}
	const unique = list(entry(options, "unique"));
	const sets = unique.some(({ kind }) => kind === "list")
		? unique.map(wordList)
		: unique.length === 0
			? []
			: [unique.map(wordsOf)];
	for (const columns of sets) {
		lines.push(`${named(`uniq_${columns.join("_")}`)} UNIQUE (${columns.map(nameOf).join(", ")})`);
	}
	const primary = wordList(entry(options, "primaryKey"));
	if (primary.length > 0) {
		lines.push(`${named("pkey")} PRIMARY KEY (${primary.map(nameOf).join(", ")})`);
	}
	for (const key of list(entry(options, "foreignKeys"))) {
		const columns = wordList(entry(key, "columns"));
		const own = entry(key, "referencesConstraintName");
		const name =
			own.kind === "none" ? named(`fk_${columns.join("_")}`) : `CONSTRAINT ${nameOf(wordsOf(own))}`;
		lines.push(`${name} FOREIGN KEY (${columns.map(nameOf).join(", ")}) ${referencesOf(key)}`);
	}
	const exclude = entry(options, "exclude");
	if (exclude.kind !== "none") lines.push(`${named("excl")} EXCLUDE ${wordsOf(exclude)}`);
	if (!isOn(entry(options, "deferrable"))) return lines;
	return lines.map((line) => `${line} ${deferrableOf(options)}`);
}

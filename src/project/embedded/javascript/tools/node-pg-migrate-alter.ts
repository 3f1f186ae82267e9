import { nameOf, stringOf } from "../../sql-text.ts";
import { entry, isOn, none, Unknowable, wordList, wordsOf, type Value } from "../values.ts";
import { columnLines, constraintLines } from "./node-pg-migrate-table.ts";
import { defaultText, objectName, option, typeText } from "./node-pg-migrate-value.ts";

/** Returns CREATE TABLE and its comments (src/operations/tables/createTable.ts). */
export function createTable([
	table = none,
	columns = none,
	options = none,
]: readonly Value[]): string {
	const { lines, comments, keys } = columnLines(table, columns);
	const constraints = constraintLines(table, entry(options, "constraints"), undefined);
	const like = entry(options, "like");
	const kind = `${option(options, "temporary", " TEMPORARY")}${option(options, "unlogged", " UNLOGGED")}`;
	const inherits = entry(options, "inherits");
	const partition = entry(options, "partition");
	const all = [
		...lines,
		...keys,
		...constraints,
		...(like.kind === "none"
			? []
			: [`LIKE ${objectName(like.kind === "map" ? entry(like, "table") : like)}`]),
	];
	const parts =
		partition.kind === "none"
			? ""
			: ` PARTITION BY ${wordsOf(entry(partition, "strategy"))} (${wordList(entry(partition, "columns")).join(", ")})`;
	const comment = entry(options, "comment");
	return [
		`CREATE${kind} TABLE${option(options, "ifNotExists", " IF NOT EXISTS")} ${objectName(table)} (${all.join(", ")})${inherits.kind === "none" ? "" : ` INHERITS (${objectName(inherits)})`}${parts}`,
		...comments,
		...(comment.kind === "text"
			? [`COMMENT ON TABLE ${objectName(table)} IS ${stringOf(comment.text)}`]
			: []),
	].join(";\n");
}

/** Returns ALTER TABLE ... ADD for each column. */
export function addColumns([
	table = none,
	columns = none,
	options = none,
]: readonly Value[]): string {
	const { lines, comments } = columnLines(table, columns);
	const add = `ADD ${option(options, "ifNotExists", "IF NOT EXISTS ")}`;
	const sql = `ALTER TABLE ${objectName(table)} ${lines.map((line) => add + line).join(", ")}`;
	return [sql, ...comments].join(";\n");
}

/** Returns ALTER TABLE ... DROP for each column. */
export function dropColumns([
	table = none,
	columns = none,
	options = none,
]: readonly Value[]): string {
	const names = columns.kind === "map" ? [...columns.entries.keys()] : wordList(columns);
	const exists = option(options, "ifExists", "IF EXISTS ");
	const cascade = option(options, "cascade", " CASCADE");
	const drops = names.map((name) => `DROP ${exists}${nameOf(name)}${cascade}`);
	return `ALTER TABLE ${objectName(table)} ${drops.join(", ")}`;
}

/** Returns what changes a column (src/operations/tables/alterColumn.ts). */
export function alterColumn([
	table = none,
	column = none,
	options = none,
]: readonly Value[]): string {
	const actions: string[] = [];
	const fallback = entry(options, "default");
	if (fallback.kind === "null") actions.push("DROP DEFAULT");
	else if (fallback.kind !== "none") actions.push(`SET DEFAULT ${defaultText(fallback)}`);
	const type = entry(options, "type");
	const using = entry(options, "using");
	if (type.kind !== "none") {
		const how = using.kind === "none" ? "" : ` USING ${wordsOf(using)}`;
		actions.push(`SET DATA TYPE ${typeText(wordsOf(type))}${how}`);
	}
	const notNull = entry(options, "notNull");
	if (isOn(notNull)) actions.push("SET NOT NULL");
	else if (notNull.kind === "boolean" || isOn(entry(options, "allowNull")))
		actions.push("DROP NOT NULL");
	const identity = entry(options, "sequenceGenerated");
	if (identity.kind === "map")
		actions.push(`ADD GENERATED ${wordsOf(entry(identity, "precedence"))} AS IDENTITY`);
	else if (identity.kind !== "none") actions.push("DROP IDENTITY");
	const queries: string[] = [];
	if (actions.length > 0) {
		const all = actions.map((action) => `ALTER ${nameOf(wordsOf(column))} ${action}`).join(", ");
		queries.push(`ALTER TABLE ${objectName(table)} ${all}`);
	}
	const comment = entry(options, "comment");
	if (comment.kind === "text") {
		queries.push(
			`COMMENT ON COLUMN ${objectName(table)}.${nameOf(wordsOf(column))} IS ${stringOf(comment.text)}`,
		);
	}
	return queries.join(";\n");
}

/** Returns ALTER TABLE ... ADD CONSTRAINT. */
export function addConstraint([table = none, name = none, what = none]: readonly Value[]): string {
	const own = name.kind === "null" || name.kind === "none" ? undefined : wordsOf(name);
	const start = own === undefined ? "" : `CONSTRAINT ${nameOf(own)} `;
	const lines =
		what.kind === "map" ? constraintLines(table, what, own) : [`${start}${wordsOf(what)}`];
	if (lines.length === 0) throw new Unknowable("the constraint is not in the file");
	return `ALTER TABLE ${objectName(table)} ${lines.map((line) => `ADD ${line}`).join(", ")}`;
}

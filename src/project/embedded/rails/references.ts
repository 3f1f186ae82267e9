import { hole, nameOf } from "../sql-text.ts";
import { columnSql, isOn, nested, option } from "./columns.ts";
import { addForeignKey, addIndex, dropForeignKey, referenceOf } from "./constraints.ts";
import { singularOf } from "./names.ts";
import { withoutReference } from "./table.ts";
import { type Change, alter } from "./change.ts";

export function addReference(change: Change): readonly string[] {
	const { table, options, text, version } = change;
	const { columns, indexed, index, key } = referenceOf(
		text(0) ?? hole("reference"),
		options,
		version,
	);
	return [
		...columns.map(
			([name, type]) =>
				`${alter(change)} ADD COLUMN ${columnSql(name, type, withoutReference(options), version)}`,
		),
		...(indexed.length > 0 ? [addIndex(table, indexed, index)] : []),
		...(key ? [addForeignKey(table, key.to, key.options)] : []),
	];
}

export function removeReference(change: Change): readonly string[] {
	const { table, options, text } = change;
	const name = text(0) ?? hole("reference");
	const key = nested(options, "foreign_key");
	const isPolymorphic = isOn(options, "polymorphic");
	const target = key && (option(key, "to_table") ?? `${singularOf(name)}s`);
	return [
		...(target === undefined ? [] : [dropForeignKey(table, target, key ?? options)]),
		...(isPolymorphic ? [`${alter(change)} DROP COLUMN ${nameOf(`${name}_type`)}`] : []),
		`${alter(change)} DROP COLUMN ${nameOf(`${name}_id`)}`,
	];
}

import {
	argument,
	itemsOf,
	named,
	namedText,
	textArgument,
	textsOf,
	wordOf,
	type Call,
} from "../arguments.ts";
import { lastName, type Node } from "../program.ts";
import { resolve } from "../scope.ts";
import { hole, nameList, nameOf } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { fieldOf, identityField, type Field } from "./fields.ts";
import { indexName } from "./names.ts";
import { columnsOf, modelNamed, tableOf, type Model, type Models } from "./state.ts";
import { createTable, linkTableName } from "./tables.ts";
import { type Sent, nothing, now, type Step, modelOf, tableName } from "./step.ts";
import { onField, removeField, renameField } from "./field-operations.ts";
import { addIndex, removeIndex, addConstraint, removeConstraint } from "./constraints.ts";

type Apply = (step: Step) => Sent | undefined;

const operations: Readonly<Record<string, Apply>> = {
	CreateModel: createModel,
	DeleteModel: deleteModel,
	RenameModel: renameModel,
	AlterModelTable: alterTableName,
	AlterModelOptions: () => nothing,
	AlterModelManagers: () => nothing,
	AlterOrderWithRespectTo: () => nothing,
	AddField: onField,
	AlterField: onField,
	RemoveField: removeField,
	RenameField: renameField,
	AlterUniqueTogether: alterTogether,
	AlterIndexTogether: () => undefined,
	AddIndex: (step) => addIndex(step, false),
	AddIndexConcurrently: (step) => addIndex(step, true),
	RemoveIndex: (step) => removeIndex(step, ""),
	RemoveIndexConcurrently: (step) => removeIndex(step, "CONCURRENTLY "),
	RenameIndex: (step) => {
		const { call } = step;
		const model = modelOf(step);
		const fields = textsOf(named(call, "old_fields"), call.scope);
		const found =
			model && fields.length > 0
				? indexName(model.table, columnsOf(model, fields), "_idx")
				: undefined;
		const [from, to] = [namedText(call, "old_name") ?? found, namedText(call, "new_name")];
		return from === undefined
			? undefined
			: now(`ALTER INDEX ${nameOf(from)} RENAME TO ${nameOf(to ?? hole("name"))}`);
	},
	AddConstraint: (step) => addConstraint(step, ""),
	AddConstraintNotValid: (step) => addConstraint(step, " NOT VALID"),
	ValidateConstraint: ({ call, app, models }) =>
		now(
			`ALTER TABLE ${tableName({ call, app, models })} VALIDATE CONSTRAINT ${nameOf(textArgument(call, 1, "name") ?? hole("constraint"))}`,
		),
	RemoveConstraint: removeConstraint,
	TrigramExtension: () => extension("pg_trgm"),
	UnaccentExtension: () => extension("unaccent"),
	HStoreExtension: () => extension("hstore"),
	CITextExtension: () => extension("citext"),
	BtreeGinExtension: () => extension("btree_gin"),
	BtreeGistExtension: () => extension("btree_gist"),
	CryptoExtension: () => extension("pgcrypto"),
	CreateExtension: ({ call }) => extension(textArgument(call, 0, "name") ?? hole("extension")),
};

/**
 * Returns what an operation sends to PostgreSQL and changes the models; undefined when it cannot be told
 * (django/db/migrations/operations, django/db/backends/base/schema.py).
 */
export function djangoSql(call: Call, app: string, models: Models): Sent | undefined {
	return operations[call.name]?.({ call, app, models });
}

function extension(name: string): Sent {
	return now(`CREATE EXTENSION IF NOT EXISTS ${nameOf(name)}`);
}

function optionsOf(call: Call): ReadonlyMap<string, Node> {
	const node = argument(call, 2, "options");
	const found = node && resolve(node, call.scope).node;
	if (found?.kind !== "map") return new Map();
	return new Map(
		found.entries.map(({ key, value }) => [textOf(key, call.scope)?.text ?? "", value]),
	);
}

function createModel({ call, app, models }: Step): Sent {
	const name = textArgument(call, 0, "name") ?? hole("model");
	const options = optionsOf(call);
	const is = (option: string): string | undefined => wordOf(options.get(option), call.scope);
	const written = options.get("db_table");
	const table = (written && textOf(written, call.scope)?.text) ?? `${app}_${name.toLowerCase()}`;
	const fields = new Map<string, Field>();
	for (const item of itemsOf(argument(call, 1, "fields"), call.scope)) {
		const pair = resolve(item.node, item.scope);
		if (pair.node.kind !== "list") continue;
		const [own, value] = pair.node.items;
		const fieldName = own && textOf(own, pair.scope)?.text;
		if (fieldName === undefined || !value || fieldName === "") continue;
		fields.set(fieldName, fieldOf(fieldName, value, pair.scope));
	}
	if (![...fields.values()].some(({ isKey }) => isKey)) fields.set("id", identityField());
	const isManaged = is("managed") !== "False" && is("proxy") !== "True";
	const model: Model = {
		name,
		table,
		isManaged,
		fields,
		indexConstraints: new Set(),
		together: new Set(),
	};
	models.set(`${app}.${name.toLowerCase()}`, model);
	if (!isManaged) return nothing;
	const made = createTable({ models, app, model });
	const unique = uniqueTogether(options.get("unique_together"), call, model);
	return { now: made.now, later: [...made.later, ...unique] };
}

/** `{("a", "b")}` or `("a", "b")`: notes the sets of fields and returns them. */
function setsOf(node: Node | undefined, call: Call): readonly (readonly string[])[] {
	const items = itemsOf(node, call.scope);
	const isOne =
		items.length > 0 && items.every((item) => textOf(item.node, item.scope) !== undefined);
	if (isOne) return [textsOf(node, call.scope)];
	return items.map((item) => textsOf(item.node, item.scope)).filter((fields) => fields.length > 0);
}

function addTogether(model: Model, fields: readonly string[]): string {
	const columns = columnsOf(model, fields);
	const name = nameOf(indexName(model.table, columns, "_uniq"));
	return `ALTER TABLE ${nameOf(model.table)} ADD CONSTRAINT ${name} UNIQUE ${nameList(columns)}`;
}

function uniqueTogether(node: Node | undefined, call: Call, model: Model): readonly string[] {
	return setsOf(node, call).map((fields) => {
		model.together.add(fields.join(","));
		return addTogether(model, fields);
	});
}

function alterTogether({ call, app, models }: Step): Sent | undefined {
	const model = modelNamed(models, app, textArgument(call, 0, "name") ?? "");
	if (!model) return undefined;
	const sets = setsOf(argument(call, 1, "unique_together"), call);
	const wanted = new Set(sets.map((fields) => fields.join(",")));
	const gone = [...model.together].filter((fields) => !wanted.has(fields));
	const added = sets.filter((fields) => !model.together.has(fields.join(",")));
	model.together.clear();
	for (const fields of wanted) model.together.add(fields);
	if (!model.isManaged) return nothing;
	return now(
		...gone.map((fields) => {
			const name = indexName(model.table, columnsOf(model, fields.split(",")), "_uniq");
			return `ALTER TABLE ${nameOf(model.table)} DROP CONSTRAINT ${nameOf(name)}`;
		}),
		...added.map((fields) => addTogether(model, fields)),
	);
}

function deleteModel({ call, app, models }: Step): Sent {
	const name = textArgument(call, 0, "name") ?? hole("model");
	const model = modelNamed(models, app, name);
	models.delete(`${app}.${name.toLowerCase()}`);
	if (model?.isManaged === false) return nothing;
	const links = [...(model?.fields ?? [])].flatMap(([field, one]) =>
		model && one.kind === "manyToMany" && !one.isThrough
			? [`DROP TABLE ${nameOf(linkTableName(model, field, one))} CASCADE`]
			: [],
	);
	const table = model?.table ?? tableOf(models, app, name);
	return now(...links, `DROP TABLE ${nameOf(table)} CASCADE`);
}

function renameModel({ call, app, models }: Step): Sent {
	const from = textArgument(call, 0, "old_name") ?? hole("model");
	const to = textArgument(call, 1, "new_name") ?? hole("model");
	const model = modelNamed(models, app, from);
	const oldTable = tableOf(models, app, from);
	const isOwnName = oldTable !== `${app}_${from.toLowerCase()}`;
	const table = isOwnName ? oldTable : `${app}_${to.toLowerCase()}`;
	if (model) {
		models.delete(`${app}.${from.toLowerCase()}`);
		models.set(`${app}.${to.toLowerCase()}`, { ...model, name: to, table });
	}
	return isOwnName ? nothing : now(`ALTER TABLE ${nameOf(oldTable)} RENAME TO ${nameOf(table)}`);
}

function alterTableName({ call, app, models }: Step): Sent {
	const name = textArgument(call, 0, "name") ?? hole("model");
	const model = modelNamed(models, app, name);
	const before = tableOf(models, app, name);
	const table = textArgument(call, 1, "table") ?? `${app}_${name.toLowerCase()}`;
	if (model) models.set(`${app}.${name.toLowerCase()}`, { ...model, table });
	return before === table
		? nothing
		: now(`ALTER TABLE ${nameOf(before)} RENAME TO ${nameOf(table)}`);
}

/** True for the functions that do nothing: RunPython.noop, RunSQL.noop. */
export function isNoop(node: Node | undefined): boolean {
	return node !== undefined && lastName(node) === "noop";
}

import { argument, textArgument } from "../arguments.ts";
import { hasHole, hole, nameOf } from "../sql-text.ts";
import { fieldOf } from "./fields.ts";
import { tableOf, type Model } from "./state.ts";
import { addField, alterField, linkTable, linkTableName } from "./tables.ts";
import { type Sent, nothing, now, type Step, modelOf, modelName, tableName } from "./step.ts";

export function onField(step: Step): Sent | undefined {
	const { call, app, models } = step;
	const name = textArgument(call, 1, "name");
	const node = argument(call, 2, "field");
	if (name === undefined || !node) return undefined;
	const after = fieldOf(name, node, call.scope);
	const known = modelOf(step);
	const own = modelName(call);
	const model: Model = known ?? {
		name: own,
		table: tableOf(models, app, own),
		isManaged: true,
		fields: new Map(),
		indexConstraints: new Set(),
		together: new Set(),
	};
	const before = model.fields.get(name);
	model.fields.set(name, after);
	if (!model.isManaged) return nothing;
	const place = { models, app, model };
	if (call.name === "AddField") {
		if (after.kind !== "manyToMany") return addField(place, after);
		return after.isThrough ? nothing : linkTable(place, name, after);
	}
	if (after.kind === "manyToMany") return nothing;
	// A field of the program's own: whether its type is another one cannot be told.
	const isKnown =
		before?.type === after.type ||
		![before?.type, after.type].some((type) => type === undefined || hasHole(type));
	return before && isKnown ? alterField(place, before, after) : undefined;
}

export function removeField(step: Step): Sent {
	const { call } = step;
	const name = textArgument(call, 1, "name") ?? hole("field");
	const model = modelOf(step);
	const field = model?.fields.get(name);
	model?.fields.delete(name);
	if (model?.isManaged === false) return nothing;
	if (model && field?.kind === "manyToMany") {
		return field.isThrough
			? nothing
			: now(`DROP TABLE ${nameOf(linkTableName(model, name, field))} CASCADE`);
	}
	return now(`ALTER TABLE ${tableName(step)} DROP COLUMN ${nameOf(field?.column ?? name)} CASCADE`);
}

export function renameField(step: Step): Sent {
	const { call } = step;
	const from = textArgument(call, 1, "old_name") ?? hole("field");
	const to = textArgument(call, 2, "new_name") ?? hole("field");
	const model = modelOf(step);
	const field = model?.fields.get(from);
	const before = field?.column ?? from;
	// A column that the model names keeps its name.
	const after = field
		? field.column === from
			? to
			: field.column === `${from}_id`
				? `${to}_id`
				: before
		: to;
	if (model && field) {
		model.fields.delete(from);
		model.fields.set(to, { ...field, column: after });
	}
	if (field?.kind === "manyToMany" || model?.isManaged === false || before === after)
		return nothing;
	return now(`ALTER TABLE ${tableName(step)} RENAME COLUMN ${nameOf(before)} TO ${nameOf(after)}`);
}

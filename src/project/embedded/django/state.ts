import { hasHole, hole, nameOf } from "../sql-text.ts";
import type { Field } from "./fields.ts";
import { foreignTable } from "./names.ts";

/** A model as earlier migrations left it. */
export interface Model {
	readonly name: string;
	readonly table: string;
	/** False for proxies and for tables that Django leaves alone. */
	readonly isManaged: boolean;
	readonly fields: Map<string, Field>;
	/** Unique constraints with a condition are indexes. */
	readonly indexConstraints: Set<string>;
	/** The fields that are unique together, each list joined by commas. */
	readonly together: Set<string>;
}

/** The models of all apps, by `app.model` in lower case. */
export type Models = Map<string, Model>;

export function copyOf(models: Models): Models {
	return new Map(
		[...models].map(([key, model]) => [
			key,
			{
				...model,
				fields: new Map(model.fields),
				indexConstraints: new Set(model.indexConstraints),
				together: new Set(model.together),
			},
		]),
	);
}

export function modelNamed(models: Models, app: string, name: string): Model | undefined {
	return models.get(`${app}.${name.toLowerCase()}`);
}

/** Returns the table of a model, also of one that no migration makes. */
export function tableOf(models: Models, app: string, name: string): string {
	if (hasHole(name)) return hole("table");
	return modelNamed(models, app, name)?.table ?? foreignTable(app, name.toLowerCase());
}

/** What a relation refers to. */
export interface Target {
	readonly table: string;
	readonly column: string;
	readonly type: string;
}

/** Returns the table, key and type that a relation of an app refers to. */
export function targetOf(models: Models, app: string, self: string, target: string): Target {
	if (hasHole(target)) return { table: hole("table"), column: "id", type: "bigint" };
	const [first = "", second] = target.split(".");
	const user = [...models].find(([key]) => key.endsWith(".user"))?.[0];
	const key =
		target === "self"
			? `${app}.${self.toLowerCase()}`
			: target === "AUTH_USER_MODEL"
				? (user ?? "auth.user")
				: (second === undefined ? `${app}.${first}` : target).toLowerCase();
	const model = models.get(key);
	const [own = "", name = ""] = key.split(".");
	if (!model) return { table: foreignTable(own, name), column: "id", type: "integer" };
	const field = [...model.fields.values()].find(({ isKey }) => isKey);
	if (!field) return { table: model.table, column: "id", type: "bigint" };
	const isLink =
		field.kind === "relation" && field.target !== undefined && key !== target.toLowerCase();
	const type = isLink ? targetOf(models, own, name, field.target ?? "").type : field.type;
	return { table: model.table, column: field.column, type: type === "" ? "bigint" : type };
}

/** Returns the type of a field's column, of a relation that of the key it refers to. */
export function columnType(models: Models, app: string, model: string, field: Field): string {
	if (field.kind !== "relation") return field.type;
	return targetOf(models, app, model, field.target ?? hole("model")).type;
}

/** Returns the columns of fields by name; `-created` is in falling order. */
export function columnsOf(model: Model | undefined, fields: readonly string[]): readonly string[] {
	return fields.map(
		(name) => model?.fields.get(name.replace(/^-/, ""))?.column ?? name.replace(/^-/, ""),
	);
}

export function orderedColumns(model: Model | undefined, fields: readonly string[]): string {
	const columns = columnsOf(model, fields);
	return fields
		.map(
			(field, index) => `${nameOf(columns[index] ?? field)}${field.startsWith("-") ? " DESC" : ""}`,
		)
		.join(", ");
}

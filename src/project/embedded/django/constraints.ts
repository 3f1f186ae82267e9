import { argument, callOf, flag, named, namedText, textArgument, textsOf } from "../arguments.ts";
import { hole, nameList, nameOf } from "../sql-text.ts";
import { columnsOf, orderedColumns } from "./state.ts";
import { type Sent, now, type Step, modelOf, tableName } from "./step.ts";

/** `models.Index(fields=["a", "-b"], name="x", condition=...)`, `GinIndex(...)`, `models.Index(Lower("a"), name="x")`. */
export function addIndex(step: Step, isConcurrent: boolean): Sent | undefined {
	const node = argument(step.call, 1, "index");
	const index = node && callOf(node, step.call.scope);
	if (!index) return undefined;
	const model = modelOf(step);
	const fields = textsOf(named(index, "fields"), index.scope);
	const elements =
		fields.length > 0
			? orderedColumns(model, fields)
			: index.node.args.map(() => `(${hole("expression")})`).join(", ");
	const method = /^(Gin|Gist|Brin|Hash|SpGist|Bloom)Index$/.exec(index.name)?.[1]?.toLowerCase();
	const name = namedText(index, "name") ?? hole("index");
	const include = columnsOf(model, textsOf(named(index, "include"), index.scope));
	const operators = textsOf(named(index, "opclasses"), index.scope);
	const withOperators =
		operators.length > 0 && operators.length === fields.length
			? columnsOf(model, fields)
					.map((column, at) => `${nameOf(column)} ${operators[at] ?? ""}`)
					.join(", ")
			: elements;
	return now(
		[
			`CREATE INDEX ${isConcurrent ? "CONCURRENTLY " : ""}${nameOf(name)} ON ${tableName(step)}`,
			method === undefined ? "" : ` USING ${method}`,
			` (${withOperators})`,
			include.length > 0 ? ` INCLUDE ${nameList(include)}` : "",
			named(index, "condition") ? ` WHERE ${hole("condition")}` : "",
		].join(""),
	);
}

export function removeIndex({ call }: Step, concurrently: string): Sent {
	const name = nameOf(textArgument(call, 1, "name") ?? hole("index"));
	return now(`DROP INDEX ${concurrently}IF EXISTS ${name}`);
}

export function addConstraint(step: Step, tail: string): Sent | undefined {
	const node = argument(step.call, 1, "constraint");
	const constraint = node && callOf(node, step.call.scope);
	if (!constraint) return undefined;
	const model = modelOf(step);
	const name = namedText(constraint, "name") ?? hole("constraint");
	const alter = `ALTER TABLE ${tableName(step)} ADD CONSTRAINT ${nameOf(name)}`;
	if (constraint.name === "CheckConstraint")
		return now(`${alter} CHECK (${hole("condition")})${tail}`);
	if (constraint.name !== "UniqueConstraint") return undefined;
	const fields = textsOf(named(constraint, "fields"), constraint.scope);
	const condition = named(constraint, "condition");
	const isIndex =
		condition !== undefined ||
		fields.length === 0 ||
		named(constraint, "include", "opclasses") !== undefined;
	if (!isIndex) {
		const distinct = flag(constraint, "nulls_distinct") === false ? " NULLS NOT DISTINCT" : "";
		return now(`${alter} UNIQUE${distinct} ${nameList(columnsOf(model, fields))}`);
	}
	model?.indexConstraints.add(name);
	const elements =
		fields.length > 0 ? nameList(columnsOf(model, fields)) : `((${hole("expression")}))`;
	const where = condition ? ` WHERE ${hole("condition")}` : "";
	return now(`CREATE UNIQUE INDEX ${nameOf(name)} ON ${tableName(step)} ${elements}${where}`);
}

export function removeConstraint(step: Step): Sent {
	const name = textArgument(step.call, 1, "name") ?? hole("constraint");
	if (modelOf(step)?.indexConstraints.has(name) === true)
		return now(`DROP INDEX IF EXISTS ${nameOf(name)}`);
	return now(`ALTER TABLE ${tableName(step)} DROP CONSTRAINT ${nameOf(name)}`);
}

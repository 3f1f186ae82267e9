import { replaceIn } from "../catalog/expression.ts";
import { makeObjectName } from "../catalog/naming.ts";
import type { Expression, QualifiedName } from "../core/expression.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName, quoteString } from "../dialect/postgres/quote.ts";

/** A trigger with its function, as SQL. */
export interface RowTrigger {
	readonly create: string;
	readonly drop: string;
}

/**
 * Returns a trigger that runs when a row is written, after all others that may still change it: those of
 * one moment fire in the order of their names.
 */
export function rowTrigger(
	table: QualifiedName,
	{
		subject,
		label,
		body,
	}: { readonly subject: string; readonly label: string; readonly body: readonly string[] },
): RowTrigger {
	const name = makeObjectName(`zzz_${table.name}`, subject, label);
	const routine = quoteName({ ...(table.schema !== undefined && { schema: table.schema }), name });
	const trigger = quoteIdentifier(name);
	const create = [
		`CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $$`,
		"BEGIN",
		...body.map((line) => `  ${line}`),
		"  RETURN new;",
		"END $$;",
		`CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${quoteName(table)}`,
		`  FOR EACH ROW EXECUTE FUNCTION ${routine}();`,
	].join("\n");
	const drop = `DROP TRIGGER ${trigger} ON ${quoteName(table)};\nDROP FUNCTION ${routine}();`;
	return { create, drop };
}

/**
 * Returns a trigger that computes a column from the others of its row whenever a row is written, and how
 * to drop it; undefined where the expression cannot be written as SQL. `guarded`: where a value cannot be
 * computed the column stays NULL, with a warning in the server's log, and the write succeeds. That costs a
 * subtransaction for each row.
 */
export function fillTrigger(
	table: QualifiedName,
	column: string,
	expression: Expression,
	{ guarded = false, label = "fill" } = {},
): RowTrigger | undefined {
	const ofRow = replaceIn(expression, {
		expression: (part) =>
			part.kind === "column" ? { kind: "column", path: ["new", part.path.at(-1) ?? ""] } : part,
	});
	const value = quoteExpression(ofRow);
	if (value === undefined) return undefined;
	const target = `new.${quoteIdentifier(column)}`;
	const assign = `${target} := ${value};`;
	const body = guarded
		? [
				"BEGIN",
				`  ${assign}`,
				"EXCEPTION WHEN others THEN",
				`  ${target} := NULL;`,
				`  RAISE WARNING ${quoteString(`${table.name}.${column} stays empty: %`)}, SQLERRM;`,
				"END;",
			]
		: [assign];
	return rowTrigger(table, { subject: column, label, body });
}

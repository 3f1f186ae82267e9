import { replaceIn } from "../catalog/expression.ts";
import { makeObjectName } from "../catalog/naming.ts";
import type { Expression, QualifiedName } from "../core/expression.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";

/**
 * Returns a trigger that computes a column from the others of its row whenever a row is written, and how
 * to drop it; undefined where the expression cannot be written as SQL.
 */
export function fillTrigger(
	table: QualifiedName,
	column: string,
	expression: Expression,
): { readonly create: string; readonly drop: string } | undefined {
	const ofRow = replaceIn(expression, {
		expression: (part) =>
			part.kind === "column" ? { kind: "column", path: ["new", part.path.at(-1) ?? ""] } : part,
	});
	const value = quoteExpression(ofRow);
	if (value === undefined) return undefined;
	const name = makeObjectName(table.name, column, "fill");
	const routine = quoteName({ ...table, name });
	const create = [
		`CREATE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $$`,
		"BEGIN",
		`  new.${quoteIdentifier(column)} := ${value};`,
		"  RETURN new;",
		"END $$;",
		`CREATE TRIGGER ${quoteIdentifier(name)} BEFORE INSERT OR UPDATE ON ${quoteName(table)}`,
		`  FOR EACH ROW EXECUTE FUNCTION ${routine}();`,
	].join("\n");
	const drop = `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteName(table)};\nDROP FUNCTION ${routine}();`;
	return { create, drop };
}

import type { Catalog } from "../catalog/catalog.ts";
import { closureOf } from "../catalog/dependencies.ts";
import { typeKey } from "../core/contract.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { RecipeStep } from "../core/finding.ts";
import { quoteIdentifier, quoteName, quoteString } from "../dialect/postgres/quote.ts";

/** Views run with the rights of their owner unless told otherwise, which PostgreSQL 15 brought. */
const securityInvoker = 15;

/** What keeps an old name alive, and what takes it away again. */
export interface StandIn {
	readonly create: string;
	readonly drop: string;
}

/** Returns a view with the old name of a table or view; undefined where the history does not know it. */
export function viewStandIn(
	old: QualifiedName,
	current: QualifiedName,
	{ catalog, version }: { readonly catalog: Catalog; readonly version: number },
): StandIn | undefined {
	const table = catalog.table(old);
	const view = catalog.view(old);
	if (!table && !view) return undefined;
	const names = table?.complete ? table.columns.map(({ name }) => name) : (view?.columns ?? []);
	const columns = names.length > 0 ? names.map(quoteIdentifier).join(", ") : "*";
	const options = version >= securityInvoker ? " WITH (security_invoker = true)" : "";
	const name = quoteName(old);
	return {
		create: `CREATE VIEW ${name}${options} AS SELECT ${columns} FROM ${quoteName(current)};`,
		drop: `DROP VIEW ${name};`,
	};
}

/**
 * Returns the steps that give a type another name. A domain with the old name takes the place of a renamed
 * domain: comparisons go by its base type. It does not for an enum: its operators refuse a domain over it
 * with 42883 (PostgreSQL 18, measured), so that gets a second one beside it, unless a column holds it.
 */
export function renameTypeSteps(
	old: QualifiedName,
	current: QualifiedName,
	{ catalog, action }: { readonly catalog: Catalog; readonly action: string },
): readonly RecipeStep[] | undefined {
	const type = catalog.type(old);
	const name = quoteName(old);
	const deploy: RecipeStep = {
		title: `Release code that names ${quoteName(current)} only`,
		transaction: "people",
		deploys: true,
	};
	if (type?.kind === "domain") {
		return [
			{
				title: "Change its name and put a domain over it in its place, in one transaction",
				sql: `ALTER DOMAIN ${name} ${action};\nCREATE DOMAIN ${name} AS ${quoteName(current)};`,
				transaction: "own",
			},
			deploy,
			{
				title: "Drop the old one in a later release",
				sql: `DROP DOMAIN ${name};`,
				transaction: "own",
			},
		];
	}
	const target = { kind: "type", key: typeKey(catalog, old) } as const;
	if (type?.kind !== "enum" || closureOf(catalog, [target], true).size > 1) return undefined;
	const values = type.values.map(({ value }) => quoteString(value)).join(", ");
	return [
		{
			title: "Create it beside the old one",
			sql: `CREATE TYPE ${quoteName(current)} AS ENUM (${values});`,
			transaction: "own",
		},
		deploy,
		{
			title: "Drop the old one in a later release, with a contract directive",
			sql: `DROP TYPE ${name};`,
			transaction: "own",
		},
	];
}

import { contractObject, defineRule } from "#core";
import type { Catalog, Table, TypeName } from "#core";
import { foreignKeysMadeBy, referencedBy } from "../src/catalog/foreign-keys.ts";

const serials: Readonly<Record<string, string>> = {
	smallserial: "int2",
	serial2: "int2",
	serial: "int4",
	serial4: "int4",
	bigserial: "int8",
	serial8: "int8",
};

/** varchar, text and char(n) share the functions of text: comparing them costs nothing. */
const texts: ReadonlySet<string> = new Set(["varchar", "text", "bpchar"]);

const shownNames: Readonly<Record<string, string>> = {
	int2: "smallint",
	int4: "integer",
	int8: "bigint",
};

function baseOf(catalog: Catalog, type: TypeName): string {
	const own = catalog.type(type);
	if (own?.kind === "domain") return baseOf(catalog, own.base);
	return serials[type.name] ?? (texts.has(type.name) ? "text" : type.name);
}

function typeOf(table: Table, column: string): TypeName | undefined {
	return table.columns.find(({ name }) => name === column)?.type;
}

export default defineRule({
	id: "no-foreign-key-type-mismatch",
	summary: "Disallow a foreign key whose column has another type than the column it points to.",
	why: `PostgreSQL allows a foreign key between types that it can compare, integer and bigint for instance. When the
referencing column is the narrower one, INSERTs fail with 22003 as soon as the referenced key outgrows it, and
widening it then writes the whole table anew. Each join compares across types, which rules out some plans:
hash joins of numeric with integer, partition-wise joins.`,
	category: "schema",
	dialects: ["postgres"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Give both columns the same type.",
	messages: {
		differs: "{column} is {type} and points to {referenced}, which is {referencedType}.",
	},
	examples: [
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer REFERENCES customers (id));
CREATE INDEX orders_customer_idx ON orders (customer_id);`,
			good: `SET lock_timeout = '2s';
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers (id));
CREATE INDEX orders_customer_idx ON orders (customer_id);`,
		},
	],
	on: {
		releaseEnd({ entries }, context) {
			const { catalog } = context;
			for (const entry of entries) {
				const made = foreignKeysMadeBy(entry.operation, catalog);
				for (const foreignKey of made?.foreignKeys ?? []) {
					const target = referencedBy(foreignKey, catalog);
					if (!made || !target) continue;
					for (const [at, name] of foreignKey.columns.entries()) {
						const referenced = target.columns[at];
						const type = typeOf(made.table, name);
						const other = referenced === undefined ? undefined : typeOf(target.table, referenced);
						if (!type || !other || referenced === undefined) continue;
						const [own, wanted] = [baseOf(catalog, type), baseOf(catalog, other)];
						if (own === wanted) continue;
						const key = catalog.resolve(made.table);
						context.report(entry, {
							message: "differs",
							at: entry.operation,
							table: made.table,
							data: {
								column: contractObject(catalog, key, name).shown,
								type: shownNames[own] ?? own,
								referenced: contractObject(catalog, target.key, referenced).shown,
								referencedType: shownNames[wanted] ?? wanted,
							},
						});
					}
				}
			}
		},
	},
});

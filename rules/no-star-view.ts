import { defineRule, type DialectId, type FromItem, type Query } from "#core";

/** The relation or subquery that a name in FROM stands for. */
function itemsOf(from: readonly FromItem[]): readonly FromItem[] {
	return from.flatMap((item) => (item.kind === "join" ? itemsOf([item.left, item.right]) : [item]));
}

function nameOf(item: FromItem): string | undefined {
	if (item.kind === "join") return undefined;
	return item.alias ?? (item.kind === "table" ? item.name.name : undefined);
}

/** Returns the table of which a `*` of the result takes all columns; columns written in a subquery are safe. */
function starredTable(
	query: Query,
	above: ReadonlyMap<string, Query | undefined>,
): string | undefined {
	const ctes = new Map(above);
	for (const { name, query: body } of query.ctes) ctes.set(name, body);
	for (const side of query.combined) {
		const found = starredTable(side, ctes);
		if (found !== undefined) return found;
	}
	for (const { expression } of query.targets) {
		if (expression.kind !== "column" || expression.path.at(-1) !== "*") continue;
		const owner = expression.path.at(-2);
		for (const item of itemsOf(query.from)) {
			if (owner !== undefined && nameOf(item) !== owner) continue;
			const found = tableBehind(item, ctes);
			if (found !== undefined) return found;
		}
	}
	return undefined;
}

function tableBehind(
	item: FromItem,
	ctes: ReadonlyMap<string, Query | undefined>,
): string | undefined {
	if (item.kind === "query") return starredTable(item.query, ctes);
	if (item.kind !== "table") return undefined;
	const { schema, name } = item.name;
	if (schema !== undefined || !ctes.has(name)) return name;
	const inner = ctes.get(name);
	// A recursive WITH names itself: what it selects from the table is seen at the other side.
	const others = new Map(ctes);
	others.set(name, undefined);
	return inner && starredTable(inner, others);
}

/** PostgreSQL refuses to drop what a view names; the others let the view break. */
function starIn(dialect: DialectId): "star" | "frozen" {
	return dialect === "postgres" ? "star" : "frozen";
}

export default defineRule({
	id: "no-star-view",
	summary: "Disallow SELECT * in views.",
	why: `The server expands * once, when the view is created: columns that are added to the table later do not appear. The view then
depends on every column, so that none can be dropped or change its type without the view, also those that nobody
reads. And running CREATE OR REPLACE VIEW again fails with 42P16 when a column came into the middle of the list, as it does
with joins. Source: postgresql.org/docs/current/sql-createview.html.`,
	category: "schema",
	notes: {
		mysql: `The columns are noted when the view is made. Once one of them is dropped or renamed every query of the view fails with 1356.`,
		mariadb: `The columns are noted when the view is made. Once one of them is dropped or renamed every query of the view fails with 1356.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Name the columns that readers of the view need.",
	messages: {
		frozen:
			"{view} names every column that {table} has now: once one of them is gone all queries of the view fail, and new ones do not appear.",
		star: "{view} holds every column of {table} fast: none can be dropped or change its type without it, and new ones do not appear.",
	},
	examples: [
		{
			before: "CREATE TABLE orders (id bigint PRIMARY KEY, status text);",
			bad: `SET lock_timeout = '2s';
CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';`,
			good: `SET lock_timeout = '2s';
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, status varchar(20));`,
			bad: `CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';`,
			good: `CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
		},
	],
	on: {
		createView(operation, context) {
			const table = operation.temporary ? undefined : starredTable(operation.query, new Map());
			if (table === undefined) return;
			const data = { view: operation.view.name, table };
			context.report({ message: starIn(context.dialect), at: operation, data });
		},
		createMaterializedView(operation, context) {
			const table = starredTable(operation.query, new Map());
			if (table === undefined) return;
			const data = { view: operation.view.name, table };
			context.report({ message: "star", at: operation, data });
		},
	},
});

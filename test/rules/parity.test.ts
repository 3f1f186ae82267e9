import { describe, expect, test } from "vitest";
import type { DialectId } from "../../src/core/dialect.ts";
import { loadDialect } from "../../src/dialect/load.ts";
import { lintSql } from "../lint-sql.ts";

/**
 * Hazards that all databases share, each written once as people write it there. What is said differs: each database
 * does it in its own way, and there is another way out of it.
 */
interface Hazard {
	readonly title: string;
	readonly before: string;
	readonly change: string | Readonly<Partial<Record<DialectId, string>>>;
	/** The rule that reports it; none where the database does it without harm. */
	readonly rule: string | Readonly<Partial<Record<DialectId, string | undefined>>>;
}

const customers = "CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);";
const orders =
	"CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint, status varchar(20), quantity int);";

const hazards: readonly Hazard[] = [
	{
		title: "a table that code may use is dropped",
		before: orders,
		change: "DROP TABLE orders;",
		rule: "no-drop-table",
	},
	{
		title: "a table that code may use is renamed",
		before: orders,
		change: "ALTER TABLE orders RENAME TO purchases;",
		rule: "no-rename-table",
	},
	{
		title: "a column that code may use is dropped",
		before: orders,
		change: "ALTER TABLE orders DROP COLUMN status;",
		rule: "no-drop-column",
	},
	{
		title: "a column that code may use is renamed",
		before: orders,
		change: "ALTER TABLE orders RENAME COLUMN status TO state;",
		rule: "no-rename-column",
	},
	{
		title: "a column is added that code does not write and that must be written",
		before: orders,
		change: "ALTER TABLE orders ADD COLUMN currency varchar(3) NOT NULL;",
		rule: "no-add-required-column",
	},
	{
		title: "every row is changed in one statement",
		before: orders,
		change: `UPDATE orders SET status = 'open';
-- lockkeeper:verify orders_open
-- SELECT count(*) = 0 FROM orders WHERE status <> 'open' OR status IS NULL;`,
		rule: "require-batched-change",
	},
	{
		title: "rows are deleted by a condition in one statement",
		before: orders,
		change: `DELETE FROM orders WHERE status = 'lost';
-- lockkeeper:verify orders_lost_gone
-- SELECT count(*) = 0 FROM orders WHERE status = 'lost';`,
		rule: "require-batched-change",
	},
	{
		title: "nothing proves a change of rows",
		before: orders,
		change: {
			postgres: "UPDATE orders SET status = 'open' WHERE id IN (SELECT id FROM orders LIMIT 1000);",
			mysql: "UPDATE orders SET status = 'open' WHERE status IS NULL LIMIT 1000;",
			mariadb: "UPDATE orders SET status = 'open' WHERE status IS NULL LIMIT 1000;",
			sqlite: "UPDATE orders SET status = 'open' WHERE id IN (SELECT id FROM orders LIMIT 1000);",
		},
		// A batch by LIMIT is bounded, and needs no proof.
		rule: {},
	},
	{
		title: "a column gets another type",
		before: orders,
		change: {
			postgres: "ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;",
			mysql: "ALTER TABLE orders MODIFY quantity bigint;",
			mariadb: "ALTER TABLE orders MODIFY quantity bigint;",
		},
		rule: {
			postgres: "no-type-change-rewrite",
			mysql: "no-blocking-alter",
			mariadb: "no-blocking-alter",
		},
	},
	{
		title: "an index is built",
		before: orders,
		change: "CREATE INDEX orders_status ON orders (status);",
		// MySQL and MariaDB build it beside reads and writes; SQLite has one writer at a time anyway.
		rule: { postgres: "require-concurrent-index" },
	},
	{
		title: "a foreign key is added",
		before: `${customers}\n${orders}`,
		change: {
			postgres:
				"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
			mysql:
				"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
			mariadb:
				"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
		},
		rule: {
			postgres: "require-not-valid-constraint",
			mysql: "no-blocking-alter",
			mariadb: "no-blocking-alter",
		},
	},
	{
		title: "a view that code may use is dropped",
		before: `${orders}\nCREATE VIEW open_orders AS SELECT id FROM orders WHERE status = 'open';`,
		change: "DROP VIEW open_orders;",
		rule: "no-drop-view",
	},
	{
		title: "a condition compares with NULL",
		before: orders,
		change: "SELECT id FROM orders WHERE status = NULL;",
		rule: "no-null-comparison",
	},
	{
		title: "all rows are thrown away",
		before: orders,
		change: {
			postgres: "TRUNCATE TABLE orders;",
			mysql: "TRUNCATE TABLE orders;",
			mariadb: "TRUNCATE TABLE orders;",
		},
		rule: "no-truncate",
	},
	{
		title: "a unique index that UPSERT may need is dropped",
		before: `${orders}\nCREATE UNIQUE INDEX orders_status ON orders (status);`,
		change: {
			postgres: "DROP INDEX CONCURRENTLY orders_status;",
			mysql: "DROP INDEX orders_status ON orders;",
			mariadb: "DROP INDEX orders_status ON orders;",
			sqlite: "DROP INDEX orders_status;",
		},
		rule: "no-drop-constraint",
	},
	{
		title: "a table has columns that nothing reads",
		before: orders,
		change: "ALTER TABLE orders ADD COLUMN note varchar(100);",
		rule: {},
	},
];

const limits: Readonly<Record<DialectId, string>> = {
	postgres: "SET lock_timeout = '2s';\n",
	mysql: "SET SESSION lock_wait_timeout = 5;\n",
	mariadb: "SET SESSION lock_wait_timeout = 5;\n",
	sqlite: "",
};

async function findingsOf(hazard: Hazard, id: DialectId, change: string) {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: hazard.before },
			{ id: "0002_change", sql: `${limits[id]}${change}` },
		],
		{ dialect: await loadDialect(id) },
	);
	return findings;
}

const dialects: readonly DialectId[] = ["postgres", "mysql", "mariadb", "sqlite"];

const cases = hazards.flatMap((hazard) =>
	dialects.flatMap((id) => {
		const { change, rule } = hazard;
		const sql = typeof change === "string" ? change : change[id];
		const expected = typeof rule === "string" ? rule : rule[id];
		return sql === undefined ? [] : [{ title: hazard.title, id, hazard, sql, expected }];
	}),
);

test.for(cases)("$id: $title", async ({ hazard, id, sql, expected }) => {
	const found = await findingsOf(hazard, id, sql);
	expect([...new Set(found.map(({ rule }) => rule))]).toEqual(
		expected === undefined ? [] : [expected],
	);
});

describe("each database has a way out of its own", () => {
	async function wayOut(title: string, id: DialectId): Promise<string | undefined> {
		const one = cases.find((other) => other.title === title && other.id === id);
		const [finding] = one ? await findingsOf(one.hazard, id, one.sql) : [];
		return finding?.recipe?.id;
	}

	test.for([
		[
			"a column gets another type",
			{
				postgres: "change-type-in-new-column",
				mysql: "mysql-shadow-column",
				mariadb: "mysql-shadow-column",
			},
		],
		[
			"a foreign key is added",
			{
				postgres: "add-constraint-in-two-steps",
				mysql: "mysql-add-foreign-key",
				mariadb: "mysql-add-foreign-key",
			},
		],
		[
			"every row is changed in one statement",
			{
				postgres: "change-in-batches",
				mysql: "mysql-change-in-batches",
				mariadb: "mysql-change-in-batches",
				sqlite: "change-in-batches-by-rowid",
			},
		],
		[
			"a table that code may use is renamed",
			{ postgres: "rename-table", mysql: "mysql-rename-table", mariadb: "mysql-rename-table" },
		],
		[
			"a table that code may use is dropped",
			{ postgres: "drop-table", mysql: "mysql-drop-table", mariadb: "mysql-drop-table" },
		],
		[
			"a column that code may use is dropped",
			{ postgres: "drop-column", mysql: "mysql-drop-column", mariadb: "mysql-drop-column" },
		],
		[
			"a column that code may use is renamed",
			{ postgres: "rename-column", mysql: "mysql-rename-column", mariadb: "mysql-rename-column" },
		],
		[
			"a column is added that code does not write and that must be written",
			{
				postgres: "add-required-column",
				mysql: "mysql-add-required-column",
				mariadb: "mysql-add-required-column",
			},
		],
	] as const)("%s", async ([title, recipes]) => {
		for (const [id, recipe] of Object.entries(recipes)) {
			const dialect = dialects.find((each) => each === id);
			expect(dialect && (await wayOut(title, dialect))).toBe(recipe);
		}
	});
});

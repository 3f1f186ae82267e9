import { describe, expect, test } from "vitest";
import { discover, ids, onlyProject } from "./fixture.ts";
import { tree } from "./tree.ts";

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";
const invoices = "CREATE TABLE invoices (id bigint PRIMARY KEY);\n";

describe("folders that are named for versions", () => {
	test("are one history: 0.9 comes before 0.10, then the numbers of the files", async () => {
		const project = await onlyProject(
			tree({
				"store/migration/0.10/00__invoices.sql": invoices,
				"store/migration/0.9/10__orders_total.sql": "ALTER TABLE orders ADD total numeric;\n",
				"store/migration/0.9/2__orders.sql": orders,
				"store/migration/LATEST.sql": orders + invoices,
			}),
		);
		expect(project).toMatchObject({
			root: "store/migration",
			layout: { id: "version-folders", why: "numbered files in folders like 0.9" },
		});
		expect(ids(project)).toEqual(["0.9/2__orders", "0.9/10__orders_total", "0.10/00__invoices"]);
	});

	test("are one history for each database that has a folder", async () => {
		const projects = await discover(
			tree({
				"migration/mysql/0.9/1__orders.sql": orders,
				"migration/mysql/0.10/1__invoices.sql": invoices,
				"migration/postgres/0.9/1__orders.sql": orders,
				"migration/postgres/0.10/1__invoices.sql": invoices,
			}),
		);
		expect(projects.map(({ root, dialect }) => [root, dialect])).toEqual([
			["migration/mysql", "mysql"],
			["migration/postgres", "postgres"],
		]);
	});

	test("a file in one belongs to the whole history", async () => {
		const root = tree({
			"migration/0.9/1__orders.sql": orders,
			"migration/0.10/1__invoices.sql": invoices,
		});
		const project = await onlyProject(root, ["migration/0.10/1__invoices.sql"]);
		expect(project).toMatchObject({ root: "migration", layout: { id: "version-folders" } });
		expect(ids(project)).toEqual(["0.9/1__orders", "0.10/1__invoices"]);
	});

	test("with a manifest run what it lists, in its order", async () => {
		const project = await onlyProject(
			tree({
				"schema/postgresql/versioned/v1.2/manifest.json": `{"CurrVersion": "1.2", "SchemaUpdateCqlFiles": ["invoices.sql", "a_total.sql"]}`,
				"schema/postgresql/versioned/v1.2/invoices.sql": invoices,
				"schema/postgresql/versioned/v1.2/a_total.sql": "ALTER TABLE orders ADD total numeric;\n",
				"schema/postgresql/versioned/v1.2/draft.sql": "DROP TABLE orders;\n",
				"schema/postgresql/versioned/v1.10/manifest.json": `{"CurrVersion": "1.10", "SchemaUpdateCqlFiles": null}`,
				"schema/postgresql/versioned/v1.0/manifest.json": `{"CurrVersion": "1.0", "SchemaUpdateCqlFiles": ["schema.sql"]}`,
				"schema/postgresql/versioned/v1.0/schema.sql": orders,
			}),
		);
		expect(project).toMatchObject({
			root: "schema/postgresql/versioned",
			layout: { id: "temporal" },
			dialect: "postgres",
			problems: [],
		});
		const names = project.migrations.map(({ id, up }) => [
			id,
			...up.map(({ file }) => file.path.slice(file.path.lastIndexOf("/") + 1)),
		]);
		expect(names).toEqual([
			["v1.0", "schema.sql"],
			["v1.2", "invoices.sql", "a_total.sql"],
			["v1.10"],
		]);
	});
});

test("a word for a change may stand before the number", async () => {
	const project = await onlyProject(
		tree({
			"db/zm_update-1.9.0.sql": orders,
			"db/zm_update-1.10.0.sql": invoices,
		}),
	);
	expect(project.layout.id).toBe("plain");
	expect(ids(project)).toEqual(["zm_update-1.9.0", "zm_update-1.10.0"]);
});

describe("the database is told by what only it reads", () => {
	const dialect = async (sql: string): Promise<string> => {
		const project = await onlyProject(tree({ "migrations/1_orders.sql": sql }));
		return `${project.dialect}: ${project.dialectWhy}`;
	};

	test.each([
		["ALTER TABLE orders MODIFY total decimal(12, 2) NOT NULL;", "mysql: MODIFY"],
		["alter table orders add index orders_total (total);", "mysql: ADD INDEX"],
		["DROP INDEX orders_total ON orders;", "mysql: DROP INDEX ... ON"],
		[
			"alter table orders add column note varchar(20) default null after total;",
			"mysql: ADD COLUMN ... AFTER",
		],
		["CREATE TABLE orders (note longtext);", "mysql: LONGTEXT"],
		["create table orders (note varchar collate nocase, data jsonb);", "sqlite: COLLATE NOCASE"],
		["DELETE FROM sqlite_sequence WHERE name = 'orders';", "sqlite: sqlite_master"],
		["ALTER TABLE orders ADD COLUMN note text;", "postgres: nothing says otherwise"],
		[
			"CREATE TRIGGER t AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION f();",
			"postgres: nothing says otherwise",
		],
	])("%s", async (sql, expected) => {
		expect(await dialect(sql)).toBe(expected);
	});
});

describe("the database of a program is told by its driver", () => {
	const program = `exports.up = (knex) => knex.schema.createTable("orders", (t) => t.increments());`;
	const dialect = async (files: Readonly<Record<string, string>>): Promise<string> => {
		const project = await onlyProject(tree({ "migrations/1_orders.js": program, ...files }));
		return `${project.dialect}: ${project.dialectWhy}`;
	};

	test.each([
		[
			"the only client of the settings",
			{ "knexfile.js": `module.exports = { client: "mysql2", connection: {} };` },
			"mysql: mysql2 in knexfile.js",
		],
		[
			"SQLite is for development where another one is named too",
			{
				"knexfile.ts": `export default {
	development: { client: "better-sqlite3" },
	production: { client: "mysql" },
};`,
			},
			"mysql: mysql in knexfile.ts",
		],
		[
			"the package of the driver, where the settings are put together",
			{
				"knexfile.js": `module.exports = { client: process.env.CLIENT };`,
				"package.json": `{ "dependencies": { "knex": "3.1.0", "better-sqlite3": "11.0.0", "pg-boss": "10" } }`,
			},
			"sqlite: better-sqlite3 in package.json",
		],
		[
			"two drivers say nothing",
			{ "package.json": `{ "dependencies": { "mysql2": "3", "pg": "8" } }` },
			"postgres: nothing says otherwise",
		],
	])("%s", async (_, files, expected) => {
		expect(await dialect(files)).toBe(expected);
	});

	test("the folder says it before the driver", async () => {
		const project = await onlyProject(
			tree({
				"mysql/migrations/1_orders.js": program,
				"knexfile.js": `module.exports = { client: "pg" };`,
			}),
		);
		expect(`${project.dialect}: ${project.dialectWhy}`).toBe("mysql: the folder mysql");
	});
});

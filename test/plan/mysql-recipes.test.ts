import { expect, test } from "vitest";
import { lintSql } from "../lint-sql.ts";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";

async function stepsFor(
	flavor: "mysql" | "mariadb",
	before: string,
	sql: string,
): Promise<readonly string[]> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: before },
			{ id: "0002_change", sql },
		],
		{ dialect: loadMysql(flavor), only: ["no-blocking-alter"] },
	);
	return findings.flatMap(({ recipe }) => recipe?.steps.map(({ title }) => title) ?? []);
}

const orders =
	"CREATE TABLE shop.orders (id bigint NOT NULL PRIMARY KEY, net int, status varchar(20)) CHARSET=latin1;";

test("a tool gets the change in one line, with database and table", async () => {
	const steps = await stepsFor(
		"mysql",
		orders,
		"ALTER TABLE shop.orders\n  CONVERT TO CHARACTER SET utf8mb4,\n  ALGORITHM=COPY;\n",
	);
	expect(steps).toEqual([]);
	expect(
		await stepsFor(
			"mysql",
			orders,
			"ALTER TABLE shop.orders\n  CONVERT TO CHARACTER SET utf8mb4,\n  ADD COLUMN note text;",
		),
	).toMatchInlineSnapshot(`
		[
		  "Take one of these in place of the statement: each copies orders in pieces while reads and writes go on",
		  "With gh-ost: gh-ost --database=shop --table=orders --alter='CONVERT TO CHARACTER SET utf8mb4, ADD COLUMN note text' --max-lag-millis=1500 --max-load=Threads_running=25 --execute",
		  "With pt-online-schema-change: pt-online-schema-change --alter 'CONVERT TO CHARACTER SET utf8mb4, ADD COLUMN note text' --max-lag 2 --max-load Threads_running=25 --execute D=shop,t=orders",
		  "With spirit: spirit migrate --database shop --table orders --alter 'CONVERT TO CHARACTER SET utf8mb4, ADD COLUMN note text'",
		  "In Vitess: SET @@ddl_strategy = 'vitess'; ALTER TABLE \`shop\`.\`orders\` CONVERT TO CHARACTER SET utf8mb4, ADD COLUMN note text;",
		]
	`);
});

test("gh-ost and spirit take no table with foreign keys, pt-online-schema-change does", async () => {
	const before = `CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY);
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint, status varchar(20), FOREIGN KEY (customer_id) REFERENCES customers (id)) CHARSET=latin1;`;
	const steps = await stepsFor(
		"mysql",
		before,
		"ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4;",
	);
	expect(steps.filter((step) => step.startsWith("Not with"))).toMatchInlineSnapshot(`
		[
		  "Not with gh-ost here: it takes no table with foreign keys",
		  "Not with spirit here: it takes no table with foreign keys",
		]
	`);
});

test("no tool takes a table with triggers", async () => {
	const before = `${orders.replace("shop.", "")}
CREATE TRIGGER orders_audit BEFORE UPDATE ON orders FOR EACH ROW SET NEW.status = 'changed';`;
	const steps = await stepsFor("mariadb", before, "ALTER TABLE orders ENGINE=Aria;");
	expect(steps).toMatchInlineSnapshot(`
		[
		  "No tool copies orders as it is: run the statement when nobody writes, or take out of the way what is named here",
		  "Not with gh-ost here: it takes no table with triggers",
		  "Not with pt-online-schema-change here: it needs triggers of its own, and the table has some",
		  "Not with spirit here: it is for MySQL 8.0 and later",
		]
	`);
});

test("a column of a key goes to a tool, not beside itself", async () => {
	const steps = await stepsFor(
		"mysql",
		"CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT PRIMARY KEY);",
		"ALTER TABLE orders MODIFY id bigint NOT NULL AUTO_INCREMENT;",
	);
	expect(steps[1]).toContain(
		"gh-ost --database='<database>' --table=orders --alter='MODIFY id bigint NOT NULL AUTO_INCREMENT'",
	);
});

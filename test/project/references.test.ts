import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CodeObject } from "../../src/core/reference.ts";
import { codeSearch } from "../../src/project/references/search.ts";

type Contents = Readonly<Record<string, string>>;

function repository(contents: Contents, withGit = false): string {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(root, { recursive: true, force: true });
	});
	if (withGit) execFileSync("git", ["init", "-q"], { cwd: root });
	else mkdirSync(path.join(root, ".git"));
	for (const [name, content] of Object.entries(contents)) {
		mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		writeFileSync(path.join(root, name), content);
	}
	return root;
}

function found(contents: Contents, object: CodeObject) {
	const search = codeSearch(repository(contents), {
		directory: ".",
		without: ["db/migrations"],
	});
	const { references } = search!(object);
	const show = (certain: boolean): string[] =>
		references
			.filter((reference) => reference.certain === certain)
			.map(({ file, start }) => `${file}:${start.line}`);
	return { certain: show(true), possible: show(false) };
}

const table = (name: string): CodeObject => ({ kind: "table", schema: "public", name });
const column = (of: string, name: string): CodeObject => ({
	kind: "column",
	schema: "public",
	table: of,
	name,
});

describe("SQL in strings", () => {
	const code = {
		"src/orders.ts": `// orders.status was removed from orders
export const open = sql\`SELECT o.id, o.status, c.name FROM orders o JOIN customers c ON c.id = o.customer_id\`;
export const all = "SELECT id, status " +
	"FROM orders WHERE status = 'open'";
export const other = "SELECT status FROM invoices";
export const mixed = \`SELECT status FROM orders o JOIN customers c ON c.id = o.customer_id\`;
const from = \`SELECT id FROM orders WHERE id = \${status}\`;
`,
		"app/report.py": `def report(db):
    return db.execute("""
        SELECT status, count(*)
        FROM sales.orders
        GROUP BY status
    """)
`,
		"internal/store.go":
			"package store\n\nconst q = `UPDATE orders SET status = $1 WHERE id = $2`\n",
		"src/query.rs": `sqlx::query!(r#"SELECT "status" FROM orders WHERE id = $1"#, id);\n`,
		"db/migrations/0001.sql": "ALTER TABLE orders ADD COLUMN status text;\n",
		"queries/orders.sql": "-- name: ListOrders :many\nSELECT id, status FROM orders;\n",
	};

	test("a column counts where its own table is read or written", () => {
		expect(found(code, column("orders", "status"))).toEqual({
			certain: [
				"internal/store.go:3",
				"queries/orders.sql:2",
				"src/orders.ts:2",
				"src/orders.ts:3",
				"src/orders.ts:4",
				"src/query.rs:1",
			],
			possible: ["src/orders.ts:6"],
		});
	});

	test("a column of another table in the same statement does not count", () => {
		expect(found(code, column("orders", "name"))).toEqual({ certain: [], possible: [] });
		expect(found(code, column("customers", "name")).certain).toEqual(["src/orders.ts:2"]);
	});

	test("a table counts in its own schema", () => {
		expect(found(code, table("orders")).certain).toEqual([
			"internal/store.go:3",
			"queries/orders.sql:2",
			"src/orders.ts:2",
			"src/orders.ts:4",
			"src/orders.ts:6",
			"src/orders.ts:7",
			"src/query.rs:1",
		]);
	});

	test("prose and imports are no SQL", () => {
		const prose = {
			"src/mail.ts": `import { orders } from "./orders";\nsend("Update from orders team");\nconst orders = list("from orders");\n`,
		};
		expect(found(prose, table("orders")).certain).toEqual([]);
	});
});

describe("models", () => {
	test("Prisma: the mapped field, and the client's calls by its attribute", () => {
		const code = {
			"prisma/schema.prisma": `model Customer {
  id           Int    @id
  shippingCity String @map("shipping_city")
  @@map("customers")
}

model Order {
  id           Int    @id
  shippingCity String @map("shipping_city")
  state        String @map("status")

  @@map("orders")
}
`,
			"src/orders.ts": `export const list = () =>
	prisma.order.findMany({ where: { shippingCity: "Bonn" }, select: { id: true } });
export const customers = () => prisma.customer.findMany({ where: { shippingCity: "Bonn" } });
export const open = () => prisma.order.count({ where: { state: "open" } });
`,
		};
		expect(found(code, column("orders", "shipping_city")).certain).toEqual([
			"prisma/schema.prisma:9",
			"src/orders.ts:2",
		]);
		expect(found(code, column("orders", "status")).certain).toEqual([
			"prisma/schema.prisma:10",
			"src/orders.ts:4",
		]);
		expect(found(code, table("orders")).certain).toEqual(["prisma/schema.prisma:12"]);
	});

	test("TypeORM, Sequelize, Drizzle", () => {
		const code = {
			"src/order.entity.ts": `@Entity({ name: "orders" })
export class Order {
	@Column({ name: "shipping_city" })
	city!: string;

	@Column()
	status!: string;
}
`,
			"src/invoice.ts": `export const Invoice = sequelize.define("invoices", {
	shippingCity: DataTypes.STRING,
});
`,
			"src/schema.ts": `export const sessions = pgTable("sessions", {
	id: uuid("id").primaryKey(),
	ipAddress: text("ip_address"),
});
export const devices = pgTable("devices", { ipAddress: text("ip_address") });
`,
			"src/login.ts": `export const seen = db.select().from(sessions).where(eq(sessions.ipAddress, ip));
export const device = db.select().from(devices).where(eq(devices.ipAddress, ip));
`,
		};
		expect(found(code, column("orders", "shipping_city")).certain).toEqual([
			"src/order.entity.ts:3",
		]);
		expect(found(code, column("orders", "status")).certain).toEqual(["src/order.entity.ts:7"]);
		expect(found(code, column("invoices", "shipping_city")).certain).toEqual(["src/invoice.ts:2"]);
		expect(found(code, column("sessions", "ip_address")).certain).toEqual([
			"src/login.ts:1",
			"src/schema.ts:3",
		]);
		expect(found(code, table("sessions")).certain).toEqual(["src/schema.ts:1"]);
	});

	test("SQLAlchemy, Django, ActiveRecord", () => {
		const code = {
			"app/models.py": `class Order(Base):
    __tablename__ = "orders"

    id = Column(Integer, primary_key=True)
    status = Column(String)


class Customer(Base):
    __tablename__ = "customers"
    status = Column(String)
`,
			"app/views.py": `def open_orders(session):
    return session.query(Order).filter(Order.status == "open")
`,
			"shop/models.py": `from django.db import models


class Invoice(models.Model):
    paid_at = models.DateTimeField(null=True)
`,
			"app/models/session.rb": `class Session < ApplicationRecord
  validates :ip_address, presence: true
end
`,
		};
		expect(found(code, column("orders", "status")).certain).toEqual([
			"app/models.py:5",
			"app/views.py:2",
		]);
		expect(found(code, column("shop_invoice", "paid_at")).certain).toEqual(["shop/models.py:5"]);
		expect(found(code, table("shop_invoice")).certain).toEqual(["shop/models.py:4"]);
		expect(found(code, column("sessions", "ip_address")).certain).toEqual([
			"app/models/session.rb:2",
		]);
	});

	test("query builders", () => {
		const code = {
			"src/store.ts": `const rows = await supabase.from("orders").select("id, status").eq("id", id);
const more = await knex("customers").where({ status: "new" });
const kysely = db.selectFrom("orders").select(["orders.status"]);
`,
		};
		expect(found(code, column("orders", "status")).certain).toEqual([
			"src/store.ts:1",
			"src/store.ts:3",
		]);
	});
});

test("types, values and functions", () => {
	const code = {
		"src/orders.ts": `export const statuses = pgEnum("order_status", ["open", "payed"]);
const pay = sql\`UPDATE orders SET status = 'payed'::order_status WHERE id = \${id}\`;
const total = sql\`SELECT order_total(\${id})\`;
const label = { payed: "Payed" };
const remote = supabase.rpc("order_total", { id });
`,
		"src/other.ts": `if (state === "payed") order_total(1);\n`,
	};
	const names = { schema: "public", name: "order_status" };
	expect(found(code, { kind: "type", ...names }).certain).toEqual([
		"src/orders.ts:1",
		"src/orders.ts:2",
	]);
	const value = {
		kind: "enumValue",
		schema: "public",
		type: "order_status",
		name: "payed",
	} as const;
	expect(found(code, { ...value, tables: ["orders"] }).certain).toEqual([
		"src/orders.ts:1",
		"src/orders.ts:2",
	]);
	expect(found(code, { kind: "function", schema: "public", name: "order_total" }).certain).toEqual([
		"src/orders.ts:3",
		"src/orders.ts:5",
	]);
});

test("what git ignores, tests, vendored and generated files are not searched", () => {
	const sql = 'export const q = "SELECT status FROM orders";\n';
	const root = repository(
		{
			".gitignore": "ignored/\n",
			"ignored/a.ts": sql,
			"node_modules/a/a.ts": sql,
			"src/orders.test.ts": sql,
			"src/api.generated.ts": sql,
			"db/migrations/0001.ts": sql,
			"package-lock.json": "{}",
			"src/orders.ts": sql,
		},
		true,
	);
	const search = codeSearch(root, { directory: root, without: ["db/migrations"] })!(
		column("orders", "status"),
	);
	expect(search).toEqual({
		files: 1,
		references: [{ file: "src/orders.ts", start: { line: 1, column: 26 }, certain: true }],
	});
});

test("there is no search outside a repository", () => {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(root, { recursive: true });
	});
	expect(codeSearch(root, { directory: root, without: [] })).toBeUndefined();
});

test("the config says which code uses the database", () => {
	const sql = 'export const q = "SELECT status FROM orders";\n';
	const root = repository({ "api/src/orders.ts": sql, "billing/src/orders.ts": sql });
	const only = (globs: readonly string[]) =>
		codeSearch(path.join(root, "api"), {
			directory: path.join(root, "api"),
			only: globs,
			without: [],
		});
	expect(only(["."])!(table("orders")).references.map(({ file }) => file)).toEqual([
		"src/orders.ts",
	]);
	expect(only(["../billing/**"])!(table("orders")).references.map(({ file }) => file)).toEqual([
		"../billing/src/orders.ts",
	]);
	expect(only([])).toBeUndefined();
});

test("a constraint is named by ON CONFLICT ON CONSTRAINT and by what builders make of it", () => {
	const code = {
		"src/orders.ts": `import { db } from "./db";
export const add = "INSERT INTO orders (number) VALUES ($1) ON CONFLICT ON CONSTRAINT orders_number_key DO NOTHING";
export const put = db.insertInto("orders").onConflict((oc) => oc.constraint("orders_number_key").doNothing());
export const twice = (error) => error.constraint === "orders_number_key";
export const other = "ON CONFLICT ON CONSTRAINT orders_number_key_2 DO NOTHING";
const constraint = "orders_number_key";
`,
		"app/orders.py": `statement = insert(orders).on_conflict_do_nothing(constraint="orders_number_key")\n`,
		"lib/orders.ex": `Repo.insert(order, on_conflict: :nothing, conflict_target: {:constraint, :orders_number_key})\n`,
	};
	const object: CodeObject = {
		kind: "constraint",
		schema: "public",
		table: "orders",
		name: "orders_number_key",
	};
	expect(found(code, object)).toEqual({
		certain: ["app/orders.py:1", "lib/orders.ex:1", "src/orders.ts:2", "src/orders.ts:3"],
		possible: ["src/orders.ts:4", "src/orders.ts:6"],
	});
});

test("files that a program has written are not searched", () => {
	const sql = 'export const q = "SELECT status FROM orders";\n';
	const root = repository({
		"src/orders.ts": sql,
		"src/bundle.js": `${"a=1;".repeat(4000)}${sql}`,
		"src/rows.ts": `${"// a line of data\n".repeat(40_000)}${sql}`,
		"src/long.ts": `${"// a line of code\n".repeat(2000)}${sql}`,
	});
	const search = codeSearch(root, { directory: root, without: [] })!(column("orders", "status"));
	expect(search.files).toBe(2);
	expect(search.references.map(({ file }) => file)).toEqual(["src/long.ts", "src/orders.ts"]);
});

import { beforeAll, describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/mutable.ts";
import { loadParser } from "../../src/dialect/postgres/parser.ts";
import { formatType } from "./catalog-schema.ts";
import { replaySql } from "./replay-sql.ts";

beforeAll(loadParser);

describe("a table that the history did not make", () => {
	it("is a stub with what the statements prove", () => {
		const catalog = replaySql(`
			alter table invoices add column due date;
			alter table invoices alter column total set not null;
			alter table invoices add constraint paid_known check (paid in ('yes', 'no'));
			create index on invoices (customer_id);
		`);
		const invoices = catalog.table({ name: "invoices" })!;
		expect(invoices).toMatchObject({ complete: false, empty: false });
		expect(invoices.origin).toBeUndefined();
		expect(
			invoices.columns.map(({ name, type, notNull }) => `${name} ${formatType(type)} ${notNull}`),
		).toEqual(["due date false", "total ? true", "paid ? false", "customer_id ? false"]);
		expect(invoices.constraints.map(({ name }) => name)).toEqual([
			"invoices_total_not_null",
			"paid_known",
		]);
		expect(invoices.indexes.map(({ name }) => name)).toEqual(["invoices_customer_id_idx"]);
	});

	it("is not made by statements that may find nothing", () => {
		const catalog = replaySql(`
			alter table if exists invoices add column due date;
			drop table if exists orders;
			insert into sessions (id) values (1);
			create view totals as select total from invoices;
		`);
		expect([...catalog.tables()]).toEqual([]);
		expect([...catalog.views()][0]).toMatchObject({
			dependsOn: ["public.invoices"],
			dependsOnColumns: ["public.invoices.total"],
		});
	});

	it("has its new name after a rename, and gives way to a CREATE TABLE", () => {
		const catalog = replaySql("alter table invoices rename to bills");
		expect(catalog.table({ name: "bills" })?.complete).toBe(false);
		replaySql("create table bills (id int)", catalog);
		expect(catalog.table({ name: "bills" })).toMatchObject({ complete: true, empty: true });
	});

	it("leaves the parent's partition incomplete", () => {
		const catalog = replaySql("create table events_1 partition of events for values in (1)");
		expect(catalog.table({ name: "events_1" })).toMatchObject({
			complete: false,
			partitionOf: { parent: "public.events" },
		});
	});

	it("gives an enum without origin for a value that is added", () => {
		const catalog = replaySql("alter type state add value 'paid'");
		const state = catalog.type({ name: "state" })!;
		expect(state.origin).toBeUndefined();
		expect(state).toMatchObject({ kind: "enum", values: [{ value: "paid" }] });
	});
});

describe("an empty table", () => {
	const isEmpty = (sql: string, name = "orders") =>
		replaySql(`create table orders (id int); ${sql}`).table({ name })?.empty;

	it.each([
		["select 1 from orders", true],
		["update orders set id = 1", true],
		["create index on orders (id)", true],
		["insert into orders values (1)", false],
		["insert into orders values (1); truncate orders", false],
		["copy orders from stdin", false],
		["with moved as (insert into orders values (1) returning id) select * from moved", false],
		["merge into orders using orders o on true when not matched then insert values (1)", false],
	])("after %s: %s", (sql, expected) => {
		expect(isEmpty(sql)).toBe(expected);
	});

	it("stays empty as CREATE TABLE AS ... WITH NO DATA and has rows otherwise", () => {
		expect(isEmpty("create table copied as select * from orders", "copied")).toBe(false);
		expect(isEmpty("create table copied as table orders with no data", "copied")).toBe(true);
	});

	it("may have rows once its release ends", () => {
		const catalog = replaySql("create table orders (id int)");
		catalog.endRelease();
		expect(catalog.table({ name: "orders" })?.empty).toBe(false);
	});

	it("gets rows through its partitions and gives them rows", () => {
		const partitioned = `create table events (id int) partition by list (id);
			create table events_1 partition of events for values in (1);
			create table events_2 (id int);`;
		expect(isEmpty(`${partitioned} insert into events_1 values (1)`, "events")).toBe(false);
		expect(isEmpty(`${partitioned} insert into events values (1)`, "events_1")).toBe(false);
		expect(
			isEmpty(
				`${partitioned} insert into events_2 values (2);
				alter table events attach partition events_2 for values in (2)`,
				"events",
			),
		).toBe(false);
	});
});

describe("what refers to what", () => {
	it("finds foreign keys, views, partitions, children and users of a type", () => {
		const catalog = replaySql(`
			create type state as enum ('open');
			create table customers (id int primary key);
			create table orders (id int, customer_id int references customers, state state, states state[]);
			create view open_orders as select id from orders where state = 'open';
			create table events (id int) partition by list (id);
			create table events_1 partition of events for values in (1) partition by list (id);
			create table events_1_1 partition of events_1 for values in (1);
			create table old_orders () inherits (orders);
		`);
		const names = (tables: readonly { readonly name: string }[]) => tables.map(({ name }) => name);
		expect(catalog.referencesTo("public.customers")).toMatchObject([
			{ table: { name: "orders" }, constraint: "orders_customer_id_fkey" },
		]);
		expect(names(catalog.viewsOn("public.orders"))).toEqual(["open_orders"]);
		expect(names(catalog.partitionsOf("public.events"))).toEqual(["events_1"]);
		expect(names(catalog.partitionsOf("public.events", true))).toEqual(["events_1", "events_1_1"]);
		expect(names(catalog.childrenOf("public.orders"))).toEqual(["old_orders"]);
		expect(
			catalog.tablesUsingType("public.state").map(({ table, column }) => `${table.name}.${column}`),
		).toEqual(["orders.state", "orders.states", "old_orders.state", "old_orders.states"]);
	});

	it("finds columns of a type that the history did not make", () => {
		const catalog = replaySql("create table orders (id int, state order_state)");
		expect(catalog.tablesUsingType("public.order_state")).toHaveLength(1);
	});
});

describe("a fork", () => {
	it("and its original do not see each other's changes", () => {
		const catalog = replaySql(
			"create table customers (id int primary key); create table orders (id int references customers)",
		);
		const fork = catalog.fork();
		replaySql("create table bills (id int references customers); drop table orders", fork);
		replaySql("create table sessions (id int references customers)", catalog);
		const users = (of: typeof catalog) =>
			of.referencesTo("public.customers").map(({ table }) => table.name);
		expect(users(catalog)).toEqual(["orders", "sessions"]);
		expect(users(fork)).toEqual(["bills"]);
	});
});

describe("the search path", () => {
	it.each([
		["set search_path to sales, public", ["sales", "public"]],
		['set search_path = "$user", "Mixed Case"', ["Mixed Case"]],
		["set search_path = sales; reset search_path", ["public"]],
		["set search_path = sales; reset all", ["public"]],
		["begin; set local search_path = sales", ["sales"]],
		["begin; set local search_path = sales; rollback", ["public"]],
		["select pg_catalog.set_config('search_path', '', false)", []],
	])("after %s", (sql, expected) => {
		expect(replaySql(sql).searchPath).toEqual(expected);
	});

	it.each([
		"set search_path = sales",
		"begin; set local search_path = sales",
		"select pg_catalog.set_config('search_path', '', false)",
	])("is the first one again in a session after %s", (sql) => {
		const catalog = replaySql(sql, createCatalog({ searchPath: ["app"] }));
		catalog.startSession();
		catalog.endTransaction();
		expect(catalog.searchPath).toEqual(["app"]);
	});

	it("counts as public when it is empty", () => {
		const catalog = replaySql("set search_path = ''; create table orders (id int)");
		expect(catalog.resolve({ name: "orders" })).toBe("public.orders");
	});

	it("can begin elsewhere", () => {
		const catalog = createCatalog({ searchPath: ["app"] });
		replaySql("create table orders (id int)", catalog);
		expect([...catalog.tables()][0]?.schema).toBe("app");
	});
});

describe("the origin", () => {
	it("of a replaced view or function is the first one's", () => {
		const catalog = replaySql("create view one as select 1 as n");
		const first = catalog.view({ name: "one" })?.origin;
		replaySql("   create or replace view one as select 2 as n", catalog);
		expect(catalog.view({ name: "one" })?.origin).toBe(first);
	});

	it("of an enum value is the statement that added it", () => {
		const catalog = replaySql(
			"create type state as enum ('open'); alter type state add value 'paid'",
		);
		const state = catalog.type({ name: "state" });
		const starts =
			state?.kind === "enum" ? state.values.map(({ origin }) => origin?.range.start) : [];
		expect(starts).toEqual([0, 36]);
	});
});

import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("other objects", () => {
	test("sequences know their owner", () => {
		expect(
			lowered(
				"CREATE TEMP SEQUENCE IF NOT EXISTS nr AS int START 5 INCREMENT BY -2 CACHE 10 NO CYCLE OWNED BY shop.orders.nr",
				"ALTER SEQUENCE IF EXISTS nr OWNED BY NONE RESTART WITH 5 NO MAXVALUE",
				"ALTER SEQUENCE nr AS bigint",
			),
		).toMatchInlineSnapshot(`
			"CREATE TEMP SEQUENCE IF NOT EXISTS nr AS int START 5 INCREMENT BY -2 CACHE 10 NO CYCLE OWNED BY shop.orders.nr
			  createSequence sequence=nr temporary ifNotExists ownedBy={table=shop.orders column=nr} parameters=[{name=as value=int4}, {name=start value=5}, {name=increment value=-2}, {name=cache value=10}, {name=cycle value=false}]
			ALTER SEQUENCE IF EXISTS nr OWNED BY NONE RESTART WITH 5 NO MAXVALUE
			  alterSequence sequence=nr ifExists ownedBy=null parameters=[{name=restart value=5}, maxvalue]
			ALTER SEQUENCE nr AS bigint
			  alterSequence sequence=nr parameters=[{name=as value=int8}]"
		`);
	});

	test("schemas, extensions, comments and labels name their object", () => {
		expect(
			lowered(
				"CREATE SCHEMA IF NOT EXISTS shop",
				"CREATE SCHEMA AUTHORIZATION app",
				"CREATE SCHEMA shop CREATE TABLE orders (id int) CREATE VIEW totals AS SELECT 1 CREATE INDEX ON orders (id)",
				"CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA shop",
				"ALTER EXTENSION hstore UPDATE TO '1.8'",
				"ALTER EXTENSION hstore ADD TABLE orders",
				"COMMENT ON TABLE shop.orders IS 'x'",
				"COMMENT ON COLUMN shop.orders.total IS 'x'",
				"COMMENT ON CONSTRAINT positive ON shop.orders IS 'x'",
				"COMMENT ON CONSTRAINT positive ON DOMAIN price IS 'x'",
				"COMMENT ON FUNCTION total(int) IS NULL",
				"COMMENT ON TRIGGER audit ON orders IS 'x'",
				"SECURITY LABEL FOR dummy ON TABLE orders IS 'secret'",
			),
		).toMatchInlineSnapshot(`
			"CREATE SCHEMA IF NOT EXISTS shop
			  createSchema schema=shop ifNotExists
			CREATE SCHEMA AUTHORIZATION app
			  createSchema schema=app
			CREATE SCHEMA shop CREATE TABLE orders (id int) CREATE VIEW totals AS SELECT 1 CREATE INDEX ON orders (id)
			  createSchema schema=shop
			  createTable table=shop.orders persistence=permanent columns=[{name=id type=int4}]
			  createView view=shop.totals query={targets=[{expression='1'}]}
			  createIndex table=shop.orders method=btree elements=[{expression=id}]
			CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA shop
			  createExtension extension=hstore ifNotExists schema=shop
			ALTER EXTENSION hstore UPDATE TO '1.8'
			  alterObject object=extension name=hstore action=update to 1.8
			ALTER EXTENSION hstore ADD TABLE orders
			  alterObject tables=[orders] object=extension name=hstore action=add table orders
			COMMENT ON TABLE shop.orders IS 'x'
			  comment object=table name=shop.orders
			COMMENT ON COLUMN shop.orders.total IS 'x'
			  comment object=column name=total table=shop.orders
			COMMENT ON CONSTRAINT positive ON shop.orders IS 'x'
			  comment object=constraint name=positive table=shop.orders
			COMMENT ON CONSTRAINT positive ON DOMAIN price IS 'x'
			  comment object=domainConstraint name=positive table=price
			COMMENT ON FUNCTION total(int) IS NULL
			  comment object=function name=total(int4)
			COMMENT ON TRIGGER audit ON orders IS 'x'
			  comment object=trigger name=audit table=orders
			SECURITY LABEL FOR dummy ON TABLE orders IS 'secret'
			  securityLabel object=table name=orders"
		`);
	});

	test("privileges and roles name who gets what", () => {
		expect(
			lowered(
				"GRANT SELECT (id, note), UPDATE ON orders, shop.invoices TO app, PUBLIC WITH GRANT OPTION",
				"GRANT ALL ON ALL TABLES IN SCHEMA shop, archive TO app",
				"REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC",
				"GRANT USAGE ON SCHEMA shop TO app",
				"GRANT reader, writer TO app WITH ADMIN OPTION",
				"REVOKE reader FROM app",
				"ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader",
				"CREATE ROLE app LOGIN PASSWORD 'x'",
				"ALTER ROLE app NOLOGIN",
				"ALTER ROLE app SET lock_timeout = '5s'",
				"ALTER ROLE ALL RESET ALL",
				"DROP OWNED BY app",
				"REASSIGN OWNED BY app TO admin",
			),
		).toMatchInlineSnapshot(`
			"GRANT SELECT (id, note), UPDATE ON orders, shop.invoices TO app, PUBLIC WITH GRANT OPTION
			  grant object=table objects=[orders, shop.invoices] privileges=[select, update] roles=[app, public] withGrantOption
			GRANT ALL ON ALL TABLES IN SCHEMA shop, archive TO app
			  grant object=table objects=[shop, archive] allInSchema roles=[app]
			REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC
			  revoke object=function objects=[total(int4)] privileges=[execute] roles=[public]
			GRANT USAGE ON SCHEMA shop TO app
			  grant object=schema objects=[shop] privileges=[usage] roles=[app]
			GRANT reader, writer TO app WITH ADMIN OPTION
			  grant object=role objects=[reader, writer] roles=[app] withGrantOption
			REVOKE reader FROM app
			  revoke object=role objects=[reader] roles=[app]
			ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader
			  alterObject object=defaultPrivileges name=shop action=grant select on every new table to reader granted={object=table privileges=[select] roles=[reader]}
			CREATE ROLE app LOGIN PASSWORD 'x'
			  createObject object=role name=app role={password=plain}
			ALTER ROLE app NOLOGIN
			  alterObject object=role name=app action=set canlogin
			ALTER ROLE app SET lock_timeout = '5s'
			  alterObject object=role name=app action=set lock_timeout = 5s
			ALTER ROLE ALL RESET ALL
			  alterObject object=role name=all action=reset all
			DROP OWNED BY app
			  alterObject object=role name=app action=drop owned
			REASSIGN OWNED BY app TO admin
			  alterObject object=role name=app action=reassign owned to admin"
		`);
	});
});

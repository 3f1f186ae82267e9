import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("objects without an operation of their own", () => {
	test("objects outside the model keep their type and name", () => {
		expect(
			lowered(
				"CREATE STATISTICS shop.orders_stats (ndistinct) ON a, b FROM shop.orders",
				"CREATE STATISTICS ON a, b FROM orders",
				"ALTER STATISTICS shop.orders_stats SET STATISTICS 500",
				"CREATE COLLATION german (provider = icu, locale = 'de')",
				"ALTER COLLATION german REFRESH VERSION",
				"CREATE CAST (text AS mood) WITH INOUT",
				"CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
				"ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel)",
				"CREATE OPERATOR CLASS ops FOR TYPE int USING btree AS OPERATOR 1 <",
				"CREATE OPERATOR FAMILY fam USING btree",
				"ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (int, int)",
				"CREATE CONVERSION myconv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
				"CREATE TRANSFORM FOR hstore LANGUAGE plpython3u (FROM SQL WITH FUNCTION f(internal))",
				"CREATE TEXT SEARCH CONFIGURATION german (COPY = simple)",
				"ALTER TEXT SEARCH CONFIGURATION german ADD MAPPING FOR word WITH simple",
				"ALTER TEXT SEARCH DICTIONARY words (stopwords = german)",
				"CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
				"CREATE LANGUAGE plperl",
				"CREATE DATABASE shop",
				"ALTER DATABASE shop SET timezone TO 'UTC'",
				"ALTER DATABASE shop CONNECTION LIMIT 5",
				"ALTER DATABASE shop REFRESH COLLATION VERSION",
				"ALTER SYSTEM SET work_mem = '1GB'",
				"CREATE TABLESPACE fast LOCATION '/mnt/fast'",
				"ALTER TABLESPACE fast SET (random_page_cost = 1)",
				"ALTER TABLE ALL IN TABLESPACE fast SET TABLESPACE slow",
				"CREATE PUBLICATION pub FOR TABLE shop.orders, invoices WHERE (total > 0)",
				"CREATE PUBLICATION pub FOR ALL TABLES",
				"ALTER PUBLICATION pub ADD TABLE orders, TABLES IN SCHEMA shop",
				"ALTER PUBLICATION pub SET (publish = 'insert')",
				"CREATE SUBSCRIPTION sub CONNECTION 'host=x' PUBLICATION pub",
				"ALTER SUBSCRIPTION sub REFRESH PUBLICATION",
				"CREATE FOREIGN DATA WRAPPER wrap",
				"ALTER FOREIGN DATA WRAPPER wrap OPTIONS (ADD a 'b')",
				"CREATE SERVER other FOREIGN DATA WRAPPER wrap",
				"ALTER SERVER other OPTIONS (SET host 'x')",
				"CREATE USER MAPPING FOR app SERVER other",
				"ALTER USER MAPPING FOR app SERVER other OPTIONS (SET password 'x')",
				"IMPORT FOREIGN SCHEMA public FROM SERVER other INTO remote",
				"ALTER TRIGGER audit ON orders DEPENDS ON EXTENSION hstore",
				"ALTER INDEX orders_pk NO DEPENDS ON EXTENSION hstore",
			),
		).toMatchInlineSnapshot(`
			"CREATE STATISTICS shop.orders_stats (ndistinct) ON a, b FROM shop.orders
			  createStatistics statistics=shop.orders_stats table=shop.orders
			CREATE STATISTICS ON a, b FROM orders
			  createStatistics table=orders
			ALTER STATISTICS shop.orders_stats SET STATISTICS 500
			  alterObject object=statistics name=shop.orders_stats action=set statistics
			CREATE COLLATION german (provider = icu, locale = 'de')
			  createObject object=collation name=german
			ALTER COLLATION german REFRESH VERSION
			  alterObject object=collation name=german action=refresh version
			CREATE CAST (text AS mood) WITH INOUT
			  createObject object=cast name=text AS mood
			CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)
			  createObject object=operator name====
			ALTER OPERATOR === (int, int) SET (RESTRICT = eqsel)
			  alterObject object=operator name====(int4, int4) action=set restrict
			CREATE OPERATOR CLASS ops FOR TYPE int USING btree AS OPERATOR 1 <
			  createObject object=operatorClass name=ops
			CREATE OPERATOR FAMILY fam USING btree
			  createObject object=operatorFamily name=fam
			ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (int, int)
			  alterObject object=operatorFamily name=fam action=add members
			CREATE CONVERSION myconv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1
			  createObject object=conversion name=myconv
			CREATE TRANSFORM FOR hstore LANGUAGE plpython3u (FROM SQL WITH FUNCTION f(internal))
			  createObject object=transform name=hstore LANGUAGE plpython3u
			CREATE TEXT SEARCH CONFIGURATION german (COPY = simple)
			  createObject object=textSearchConfiguration name=german
			ALTER TEXT SEARCH CONFIGURATION german ADD MAPPING FOR word WITH simple
			  alterObject object=textSearchConfiguration name=german action=change mapping
			ALTER TEXT SEARCH DICTIONARY words (stopwords = german)
			  alterObject object=textSearchDictionary name=words action=set stopwords
			CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler
			  createObject object=accessMethod name=heap2
			CREATE LANGUAGE plperl
			  createExtension extension=plperl
			CREATE DATABASE shop
			  createObject object=database name=shop
			ALTER DATABASE shop SET timezone TO 'UTC'
			  alterObject object=database name=shop action=set timezone = UTC
			ALTER DATABASE shop CONNECTION LIMIT 5
			  alterObject object=database name=shop action=set connection_limit
			ALTER DATABASE shop REFRESH COLLATION VERSION
			  alterObject object=database name=shop action=refresh collation version
			ALTER SYSTEM SET work_mem = '1GB'
			  alterObject object=system name= action=set work_mem = 1GB
			CREATE TABLESPACE fast LOCATION '/mnt/fast'
			  createObject object=tablespace name=fast
			ALTER TABLESPACE fast SET (random_page_cost = 1)
			  alterObject object=tablespace name=fast action=set random_page_cost
			ALTER TABLE ALL IN TABLESPACE fast SET TABLESPACE slow
			  alterObject object=tablespace name=fast action=move every table to slow
			CREATE PUBLICATION pub FOR TABLE shop.orders, invoices WHERE (total > 0)
			  createObject object=publication name=pub tables=[shop.orders, invoices]
			CREATE PUBLICATION pub FOR ALL TABLES
			  createObject object=publication name=pub
			ALTER PUBLICATION pub ADD TABLE orders, TABLES IN SCHEMA shop
			  alterObject tables=[orders] object=publication name=pub action=add tables
			ALTER PUBLICATION pub SET (publish = 'insert')
			  alterObject object=publication name=pub action=set options
			CREATE SUBSCRIPTION sub CONNECTION 'host=x' PUBLICATION pub
			  createObject object=subscription name=sub
			ALTER SUBSCRIPTION sub REFRESH PUBLICATION
			  alterObject object=subscription name=sub action=refresh
			CREATE FOREIGN DATA WRAPPER wrap
			  createObject object=foreignDataWrapper name=wrap
			ALTER FOREIGN DATA WRAPPER wrap OPTIONS (ADD a 'b')
			  alterObject object=foreignDataWrapper name=wrap action=set a
			CREATE SERVER other FOREIGN DATA WRAPPER wrap
			  createObject object=server name=other
			ALTER SERVER other OPTIONS (SET host 'x')
			  alterObject object=server name=other action=set host
			CREATE USER MAPPING FOR app SERVER other
			  createObject object=userMapping name=app
			ALTER USER MAPPING FOR app SERVER other OPTIONS (SET password 'x')
			  alterObject object=userMapping name=app action=set password role={password=plain}
			IMPORT FOREIGN SCHEMA public FROM SERVER other INTO remote
			  alterObject object=schema name=remote action=import foreign schema from other
			ALTER TRIGGER audit ON orders DEPENDS ON EXTENSION hstore
			  alterObject tables=[orders] object=trigger name=audit action=depends on extension hstore
			ALTER INDEX orders_pk NO DEPENDS ON EXTENSION hstore
			  alterObject tables=[orders_pk] object=index name=orders_pk action=no longer depends on extension hstore"
		`);
	});

	test("roles and user mappings tell what passes by all privileges, and never the password", () => {
		expect(
			lowered(
				"CREATE USER shop PASSWORD 'blue-heron'",
				"ALTER ROLE shop PASSWORD NULL",
				"ALTER ROLE shop PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy'",
				"CREATE ROLE admin SUPERUSER BYPASSRLS NOCREATEDB",
				"ALTER ROLE admin NOSUPERUSER",
				"CREATE USER MAPPING FOR shop SERVER archive OPTIONS (user 'shop', password 'blue-heron')",
			),
		).toMatchInlineSnapshot(`
			"CREATE USER shop PASSWORD 'blue-heron'
			  createObject object=role name=shop role={password=plain}
			ALTER ROLE shop PASSWORD NULL
			  alterObject object=role name=shop action=set password
			ALTER ROLE shop PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy'
			  alterObject object=role name=shop action=set password role={password=hashed}
			CREATE ROLE admin SUPERUSER BYPASSRLS NOCREATEDB
			  createObject object=role name=admin role={powers=[superuser, bypassRowSecurity]}
			ALTER ROLE admin NOSUPERUSER
			  alterObject object=role name=admin action=set superuser
			CREATE USER MAPPING FOR shop SERVER archive OPTIONS (user 'shop', password 'blue-heron')
			  createObject object=userMapping name=shop role={password=plain}"
		`);
	});

	test("default privileges tell who gets what", () => {
		expect(
			lowered(
				"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC WITH GRANT OPTION",
				"ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
			),
		).toMatchInlineSnapshot(`
			"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO PUBLIC WITH GRANT OPTION
			  alterObject object=defaultPrivileges name=public action=grant all on every new table to public granted={object=table roles=[public] withGrantOption}
			ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
			  alterObject object=defaultPrivileges name= action=revoke execute on every new function from public"
		`);
	});
});

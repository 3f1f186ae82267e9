import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("DROP", () => {
	test("DROP has one operation for each object, at its name", () => {
		expect(
			lowered(
				"DROP TABLE orders",
				'DROP TABLE IF EXISTS shop.orders, "Invoices" CASCADE',
				"DROP FOREIGN TABLE remote",
				"DROP VIEW totals",
				"DROP MATERIALIZED VIEW IF EXISTS totals CASCADE",
				"DROP SEQUENCE orders_id_seq",
				"DROP TYPE mood, address",
				"DROP DOMAIN price",
				"DROP FUNCTION total, shop.total(int, text)",
				"DROP PROCEDURE IF EXISTS archive(int)",
				"DROP AGGREGATE total(*)",
				"DROP ROUTINE total",
				"DROP TRIGGER IF EXISTS audit ON shop.orders CASCADE",
				"DROP RULE redirect ON orders",
				"DROP POLICY own ON orders",
				"DROP SCHEMA shop CASCADE",
				"DROP EXTENSION IF EXISTS hstore CASCADE",
				"DROP CAST (text AS shop.mood)",
				"DROP OPERATOR CLASS ops USING btree",
				"DROP OPERATOR + (int, int)",
				"DROP STATISTICS shop.orders_stats",
				"DROP COLLATION german",
				"DROP TRANSFORM FOR hstore LANGUAGE plpython3u",
				"DROP TEXT SEARCH CONFIGURATION english",
				"DROP ROLE IF EXISTS app, reader",
				"DROP DATABASE shop WITH (FORCE)",
				"DROP TABLESPACE fast",
				"DROP SUBSCRIPTION sub",
				"DROP PUBLICATION pub",
				"DROP USER MAPPING FOR app SERVER other",
				"DROP SERVER other",
				"DROP LANGUAGE plperl",
			),
		).toMatchInlineSnapshot(`
			"DROP TABLE orders
			  dropTable table=orders
			DROP TABLE IF EXISTS shop.orders, "Invoices" CASCADE
			  dropTable ifExists cascade table=shop.orders @ «shop.orders»
			  dropTable ifExists cascade table=Invoices @ «"Invoices"»
			DROP FOREIGN TABLE remote
			  dropTable table=remote foreign
			DROP VIEW totals
			  dropView view=totals
			DROP MATERIALIZED VIEW IF EXISTS totals CASCADE
			  dropView ifExists cascade view=totals materialized
			DROP SEQUENCE orders_id_seq
			  dropSequence sequence=orders_id_seq
			DROP TYPE mood, address
			  dropType type=mood @ «mood»
			  dropType type=address @ «address»
			DROP DOMAIN price
			  dropType type=price domain
			DROP FUNCTION total, shop.total(int, text)
			  dropFunction function=total routine=function @ «total»
			  dropFunction function=shop.total(int4, text) routine=function @ «shop.total»
			DROP PROCEDURE IF EXISTS archive(int)
			  dropFunction ifExists function=archive(int4) routine=procedure
			DROP AGGREGATE total(*)
			  dropFunction function=total() routine=aggregate
			DROP ROUTINE total
			  dropFunction function=total routine=routine
			DROP TRIGGER IF EXISTS audit ON shop.orders CASCADE
			  dropTrigger trigger=audit table=shop.orders ifExists cascade
			DROP RULE redirect ON orders
			  dropRule rule=redirect table=orders
			DROP POLICY own ON orders
			  dropPolicy policy=own table=orders
			DROP SCHEMA shop CASCADE
			  dropSchema cascade schema=shop
			DROP EXTENSION IF EXISTS hstore CASCADE
			  dropExtension ifExists cascade extension=hstore
			DROP CAST (text AS shop.mood)
			  dropObject object=cast name=text AS shop.mood
			DROP OPERATOR CLASS ops USING btree
			  dropObject object=operatorClass name=ops
			DROP OPERATOR + (int, int)
			  dropObject object=operator name=+(int4, int4)
			DROP STATISTICS shop.orders_stats
			  dropObject object=statistics name=shop.orders_stats
			DROP COLLATION german
			  dropObject object=collation name=german
			DROP TRANSFORM FOR hstore LANGUAGE plpython3u
			  dropObject object=transform name=hstore LANGUAGE plpython3u
			DROP TEXT SEARCH CONFIGURATION english
			  dropObject object=textSearchConfiguration name=english
			DROP ROLE IF EXISTS app, reader
			  dropObject object=role name=app ifExists @ «app»
			  dropObject object=role name=reader ifExists @ «reader»
			DROP DATABASE shop WITH (FORCE)
			  dropObject object=database name=shop
			DROP TABLESPACE fast
			  dropObject object=tablespace name=fast
			DROP SUBSCRIPTION sub
			  dropObject object=subscription name=sub
			DROP PUBLICATION pub
			  dropObject object=publication name=pub
			DROP USER MAPPING FOR app SERVER other
			  dropObject object=userMapping name=app
			DROP SERVER other
			  dropObject object=server name=other
			DROP LANGUAGE plperl
			  dropObject object=language name=plperl"
		`);
	});
});

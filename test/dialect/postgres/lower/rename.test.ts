import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("new relations, names, schemas and owners", () => {
	test("relations that are no tables say so", () => {
		expect(
			lowered(
				"ALTER VIEW totals ALTER COLUMN n SET DEFAULT 1",
				"ALTER VIEW totals SET (security_barrier)",
				"ALTER VIEW totals OWNER TO app",
				"ALTER MATERIALIZED VIEW totals SET TABLESPACE fast",
				"ALTER SEQUENCE orders_id_seq OWNER TO app",
				"ALTER SEQUENCE orders_id_seq SET UNLOGGED",
				"ALTER INDEX orders_pk SET TABLESPACE fast",
				"ALTER INDEX orders_lower ALTER COLUMN 1 SET STATISTICS 500",
				"ALTER INDEX IF EXISTS orders_pk SET (fillfactor = 70)",
				"ALTER INDEX events_idx ATTACH PARTITION shop.events_2026_idx",
				"ALTER TYPE address ADD ATTRIBUTE zip text CASCADE, DROP ATTRIBUTE IF EXISTS city, ALTER ATTRIBUTE street TYPE varchar(80)",
			),
		).toMatchInlineSnapshot(`
			"ALTER VIEW totals ALTER COLUMN n SET DEFAULT 1
			  setDefault table=totals relation=view column=n default='1'
			ALTER VIEW totals SET (security_barrier)
			  setTableParameters table=totals relation=view parameters=[security_barrier]
			ALTER VIEW totals OWNER TO app
			  setTableOwner table=totals relation=view owner=app
			ALTER MATERIALIZED VIEW totals SET TABLESPACE fast
			  setTablespace table=totals relation=materializedView tablespace=fast
			ALTER SEQUENCE orders_id_seq OWNER TO app
			  setTableOwner table=orders_id_seq relation=sequence owner=app
			ALTER SEQUENCE orders_id_seq SET UNLOGGED
			  setPersistence table=orders_id_seq relation=sequence persistence=unlogged
			ALTER INDEX orders_pk SET TABLESPACE fast
			  setTablespace table=orders_pk relation=index tablespace=fast
			ALTER INDEX orders_lower ALTER COLUMN 1 SET STATISTICS 500
			  setColumnStatistics table=orders_lower relation=index column=1 target=500
			ALTER INDEX IF EXISTS orders_pk SET (fillfactor = 70)
			  setIndexParameters index=orders_pk parameters=[{name=fillfactor value=70}]
			ALTER INDEX events_idx ATTACH PARTITION shop.events_2026_idx
			  attachIndex index=events_idx partitionIndex=shop.events_2026_idx
			ALTER TYPE address ADD ATTRIBUTE zip text CASCADE, DROP ATTRIBUTE IF EXISTS city, ALTER ATTRIBUTE street TYPE varchar(80)
			  alterCompositeType type=address action=addAttribute attribute=zip attributeType=text cascade @ «ADD ATTRIBUTE zip text CASCADE»
			  alterCompositeType type=address action=dropAttribute attribute=city @ «DROP ATTRIBUTE IF EXISTS city»
			  alterCompositeType type=address action=alterAttribute attribute=street attributeType=varchar(80) @ «ALTER ATTRIBUTE street TYPE varchar(80)»"
		`);
	});

	test("names, schemas and owners change", () => {
		expect(
			lowered(
				"ALTER TABLE IF EXISTS orders RENAME TO purchases",
				"ALTER TABLE ONLY orders RENAME COLUMN note TO remark",
				"ALTER TABLE orders RENAME CONSTRAINT positive TO total_positive",
				"ALTER VIEW totals RENAME TO sums",
				"ALTER MATERIALIZED VIEW totals RENAME COLUMN n TO m",
				"ALTER FOREIGN TABLE remote RENAME TO faraway",
				"ALTER INDEX IF EXISTS orders_pk RENAME TO purchases_pk",
				"ALTER SEQUENCE orders_id_seq RENAME TO purchases_id_seq",
				"ALTER TYPE address RENAME ATTRIBUTE zip TO postcode CASCADE",
				"ALTER DOMAIN price RENAME CONSTRAINT positive TO not_negative",
				"ALTER DOMAIN price RENAME TO amount",
				"ALTER TYPE shop.mood RENAME TO feeling",
				"ALTER FUNCTION shop.total(int, text[]) RENAME TO sum_up",
				"ALTER TRIGGER audit ON shop.orders RENAME TO log",
				"ALTER POLICY own ON orders RENAME TO mine",
				"ALTER SCHEMA shop RENAME TO store",
				"ALTER ROLE app RENAME TO application",
				"ALTER OPERATOR CLASS shop.ops USING btree RENAME TO other",
				"ALTER TABLE orders SET SCHEMA archive",
				"ALTER MATERIALIZED VIEW totals SET SCHEMA archive",
				"ALTER FUNCTION total(int) SET SCHEMA archive",
				"ALTER SEQUENCE s SET SCHEMA archive",
				"ALTER TYPE shop.mood OWNER TO app",
				"ALTER AGGREGATE total(*) OWNER TO app",
				"ALTER LARGE OBJECT 5 OWNER TO app",
			),
		).toMatchInlineSnapshot(`
			"ALTER TABLE IF EXISTS orders RENAME TO purchases
			  renameTable table=orders ifTableExists relation=table to=purchases
			ALTER TABLE ONLY orders RENAME COLUMN note TO remark
			  renameColumn table=orders only relation=table column=note to=remark
			ALTER TABLE orders RENAME CONSTRAINT positive TO total_positive
			  renameConstraint table=orders relation=table constraint=positive to=total_positive
			ALTER VIEW totals RENAME TO sums
			  renameTable table=totals relation=view to=sums
			ALTER MATERIALIZED VIEW totals RENAME COLUMN n TO m
			  renameColumn table=totals relation=materializedView column=n to=m
			ALTER FOREIGN TABLE remote RENAME TO faraway
			  renameTable table=remote relation=foreignTable to=faraway
			ALTER INDEX IF EXISTS orders_pk RENAME TO purchases_pk
			  renameIndex index=orders_pk to=purchases_pk ifExists
			ALTER SEQUENCE orders_id_seq RENAME TO purchases_id_seq
			  renameObject object=sequence name=orders_id_seq to=purchases_id_seq
			ALTER TYPE address RENAME ATTRIBUTE zip TO postcode CASCADE
			  alterCompositeType type=address action=renameAttribute attribute=zip to=postcode cascade
			ALTER DOMAIN price RENAME CONSTRAINT positive TO not_negative
			  alterDomain domain=price action={kind=renameConstraint constraint=positive to=not_negative}
			ALTER DOMAIN price RENAME TO amount
			  renameObject object=domain name=price to=amount
			ALTER TYPE shop.mood RENAME TO feeling
			  renameObject object=type name=shop.mood to=feeling
			ALTER FUNCTION shop.total(int, text[]) RENAME TO sum_up
			  renameObject object=function name=shop.total(int4, text[]) to=sum_up
			ALTER TRIGGER audit ON shop.orders RENAME TO log
			  renameObject object=trigger name=audit table=shop.orders to=log
			ALTER POLICY own ON orders RENAME TO mine
			  renameObject object=policy name=own table=orders to=mine
			ALTER SCHEMA shop RENAME TO store
			  renameObject object=schema name=shop to=store
			ALTER ROLE app RENAME TO application
			  renameObject object=role name=app to=application
			ALTER OPERATOR CLASS shop.ops USING btree RENAME TO other
			  renameObject object=operatorClass name=shop.ops to=other
			ALTER TABLE orders SET SCHEMA archive
			  setTableSchema table=orders relation=table schema=archive
			ALTER MATERIALIZED VIEW totals SET SCHEMA archive
			  setTableSchema table=totals relation=materializedView schema=archive
			ALTER FUNCTION total(int) SET SCHEMA archive
			  setObjectSchema object=function name=total(int4) schema=archive
			ALTER SEQUENCE s SET SCHEMA archive
			  setObjectSchema object=sequence name=s schema=archive
			ALTER TYPE shop.mood OWNER TO app
			  setObjectOwner object=type name=shop.mood owner=app
			ALTER AGGREGATE total(*) OWNER TO app
			  setObjectOwner object=aggregate name=total() owner=app
			ALTER LARGE OBJECT 5 OWNER TO app
			  setObjectOwner object=largeObject name=5 owner=app"
		`);
	});
});

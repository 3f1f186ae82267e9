import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("routines and triggers", () => {
	test("routines keep their signature and rights", () => {
		expect(
			lowered(
				"CREATE FUNCTION total(a int, b text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
				"CREATE OR REPLACE FUNCTION shop.total(a int, INOUT b text DEFAULT 'x', VARIADIC c int[], OUT d int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop, pg_temp AS $$ BEGIN END $$",
				"CREATE FUNCTION lines() RETURNS TABLE (id int) LANGUAGE sql STABLE AS 'SELECT 1'",
				"CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT 1; END",
				"CREATE PROCEDURE archive(days int DEFAULT 30) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
				"CREATE AGGREGATE total(int) (SFUNC = int4_sum, STYPE = int8)",
				"CREATE AGGREGATE total(BASETYPE = int, SFUNC = int4_sum, STYPE = int8)",
				"ALTER FUNCTION total(int) SECURITY DEFINER STABLE SET search_path TO shop",
				"CALL archive(30)",
				"DO $$ BEGIN PERFORM 1; END $$",
				"DO LANGUAGE plperl 'x'",
			),
		).toMatchInlineSnapshot(`
			"CREATE FUNCTION total(a int, b text) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'
			  createFunction function=total routine=function argumentTypes=[int4, text] argumentNames=[a, b] defaults=0 returns=int4 language=sql volatility=immutable
			CREATE OR REPLACE FUNCTION shop.total(a int, INOUT b text DEFAULT 'x', VARIADIC c int[], OUT d int) LANGUAGE plpgsql SECURITY DEFINER SET search_path = shop, pg_temp AS $$ BEGIN END $$
			  createFunction function=shop.total routine=function orReplace argumentTypes=[int4, text, int4[]] argumentNames=[a, b, c] defaults=1 language=plpgsql volatility=volatile securityDefiner settings=[{name=search_path value=shop, pg_temp}]
			CREATE FUNCTION lines() RETURNS TABLE (id int) LANGUAGE sql STABLE AS 'SELECT 1'
			  createFunction function=lines routine=function defaults=0 returns=int4 language=sql volatility=stable
			CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT 1; END
			  createFunction function=one routine=function defaults=0 returns=int4 language=sql volatility=volatile
			CREATE PROCEDURE archive(days int DEFAULT 30) LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$
			  createFunction function=archive routine=procedure argumentTypes=[int4] argumentNames=[days] defaults=1 language=plpgsql volatility=volatile
			CREATE AGGREGATE total(int) (SFUNC = int4_sum, STYPE = int8)
			  createFunction function=total routine=aggregate argumentTypes=[int4] argumentNames=[undefined] defaults=0 language=internal volatility=immutable
			CREATE AGGREGATE total(BASETYPE = int, SFUNC = int4_sum, STYPE = int8)
			  createFunction function=total routine=aggregate argumentTypes=[int4] argumentNames=[undefined] defaults=0 language=internal volatility=immutable
			ALTER FUNCTION total(int) SECURITY DEFINER STABLE SET search_path TO shop
			  alterFunction function=total(int4) volatility=stable securityDefiner settings=[{name=search_path value=shop}]
			CALL archive(30)
			  callProcedure call=archive('30')
			DO $$ BEGIN PERFORM 1; END $$
			  doBlock language=plpgsql
			DO LANGUAGE plperl 'x'
			  doBlock language=plperl"
		`);
	});

	test("triggers, rules and policies name their table", () => {
		expect(
			lowered(
				"CREATE TRIGGER audit BEFORE INSERT OR UPDATE OF total, note ON shop.orders FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION shop.log()",
				"CREATE OR REPLACE TRIGGER audit INSTEAD OF DELETE ON totals FOR EACH ROW EXECUTE FUNCTION log()",
				"CREATE CONSTRAINT TRIGGER same AFTER UPDATE ON orders FROM invoices DEFERRABLE FOR EACH ROW EXECUTE FUNCTION check_it()",
				"CREATE TRIGGER audit AFTER UPDATE ON orders REFERENCING OLD TABLE AS gone EXECUTE FUNCTION log()",
				"CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION log()",
				"ALTER EVENT TRIGGER guard DISABLE",
				"CREATE RULE redirect AS ON INSERT TO orders DO INSTEAD NOTHING",
				"CREATE POLICY own ON orders AS RESTRICTIVE FOR UPDATE TO app, PUBLIC USING (owner = CURRENT_USER) WITH CHECK (true)",
				"CREATE POLICY every ON orders",
				"ALTER POLICY own ON orders TO reader",
			),
		).toMatchInlineSnapshot(`
			"CREATE TRIGGER audit BEFORE INSERT OR UPDATE OF total, note ON shop.orders FOR EACH ROW WHEN (NEW.total > 0) EXECUTE FUNCTION shop.log()
			  createTrigger trigger=audit table=shop.orders timing=before events=[insert, update] columns=[total, note] forEach=row function=shop.log when=new.total > '0'
			CREATE OR REPLACE TRIGGER audit INSTEAD OF DELETE ON totals FOR EACH ROW EXECUTE FUNCTION log()
			  createTrigger trigger=audit table=totals orReplace timing=insteadOf events=[delete] forEach=row function=log
			CREATE CONSTRAINT TRIGGER same AFTER UPDATE ON orders FROM invoices DEFERRABLE FOR EACH ROW EXECUTE FUNCTION check_it()
			  createTrigger trigger=same table=orders constraint timing=after events=[update] forEach=row function=check_it references=invoices
			CREATE TRIGGER audit AFTER UPDATE ON orders REFERENCING OLD TABLE AS gone EXECUTE FUNCTION log()
			  createTrigger trigger=audit table=orders timing=after events=[update] forEach=statement function=log
			CREATE EVENT TRIGGER guard ON ddl_command_start EXECUTE FUNCTION log()
			  createObject object=eventTrigger name=guard
			ALTER EVENT TRIGGER guard DISABLE
			  alterObject object=eventTrigger name=guard action=disable
			CREATE RULE redirect AS ON INSERT TO orders DO INSTEAD NOTHING
			  createRule rule=redirect table=orders event=insert
			CREATE POLICY own ON orders AS RESTRICTIVE FOR UPDATE TO app, PUBLIC USING (owner = CURRENT_USER) WITH CHECK (true)
			  createPolicy policy=own table=orders roles=[app, public] using=owner = current_user() withCheck='true' command=update
			CREATE POLICY every ON orders
			  createPolicy policy=every table=orders roles=[public] command=all permissive
			ALTER POLICY own ON orders TO reader
			  alterPolicy policy=own table=orders roles=[reader] command=all permissive"
		`);
	});
});

import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../src/dialect/postgres/parser.ts";
import { bodyOf, operationsIn, read } from "./rendering.ts";

beforeAll(loadParser);

function block(statements: string, declarations = ""): string {
	return bodyOf(
		`DO $$ ${declarations === "" ? "" : `DECLARE ${declarations} `}BEGIN ${statements} END $$`,
	);
}

describe("how the statements of a DO block are reached", () => {
	it("the block is a part, then each statement of its body", () => {
		const text = "DO $$ BEGIN DROP TABLE orders; END $$";
		expect(read(text).statements[0]?.parts.map(({ operations }) => operations[0]?.kind)).toEqual([
			"doBlock",
			"dropTable",
		]);
	});

	it("branches, loops and handlers are conditional, a plain block is not", () => {
		expect(
			[
				"IF a THEN DROP TABLE b; ELSIF c THEN DROP TABLE d; ELSE DROP TABLE e; END IF; DROP TABLE f;",
				"CASE WHEN a THEN DROP TABLE b; ELSE DROP TABLE c; END CASE;",
				"CASE x WHEN 1 THEN DROP TABLE b; ELSE NULL; END CASE;",
				"BEGIN DROP TABLE a; EXCEPTION WHEN undefined_table THEN DROP TABLE b; WHEN others THEN NULL; END;",
				"FOR i IN 1..3 LOOP DROP TABLE a; END LOOP;",
				"FOR r IN SELECT * FROM orders LOOP DELETE FROM b; COMMIT; END LOOP;",
				"WHILE true LOOP UPDATE a SET b = 1; IF x THEN COMMIT AND CHAIN; END IF; END LOOP;",
				"LOOP DELETE FROM a; EXIT WHEN NOT found; DELETE FROM b; END LOOP;",
				"LOOP LOOP DELETE FROM a; END LOOP; COMMIT; END LOOP;",
				"IF a THEN RETURN; END IF; DROP TABLE b;",
				"IF a THEN RAISE EXCEPTION 'no'; END IF; DROP TABLE b;",
				"DROP TABLE a; ROLLBACK;",
			]
				.map((statements) => block(statements, "r record; x int; a bool; c bool;"))
				.join("\n--\n"),
		).toMatchInlineSnapshot(`
			"doBlock+if dropTable b <- DROP TABLE b
			doBlock+if dropTable d <- DROP TABLE d
			doBlock+if dropTable e <- DROP TABLE e
			doBlock dropTable f <- DROP TABLE f
			--
			doBlock+if dropTable b <- DROP TABLE b
			doBlock+if dropTable c <- DROP TABLE c
			--
			doBlock+if dropTable b <- DROP TABLE b
			--
			doBlock dropTable a <- DROP TABLE a
			doBlock+if dropTable b <- DROP TABLE b
			--
			doBlock+if+loop dropTable a <- DROP TABLE a
			--
			doBlock select <- SELECT * FROM orders
			doBlock+if+loop+commits delete b <- DELETE FROM b
			doBlock+if+loop+commits commit <- COMMIT
			--
			doBlock+if+loop+commits update a <- UPDATE a SET b = 1
			doBlock+if+loop+commits commit <- COMMIT
			--
			doBlock+loop delete a <- DELETE FROM a
			doBlock+if+loop delete b <- DELETE FROM b
			--
			doBlock+loop+commits delete a <- DELETE FROM a
			doBlock+loop+commits commit <- COMMIT
			--
			doBlock+if dropTable b <- DROP TABLE b
			--
			doBlock dropTable b <- DROP TABLE b
			--
			doBlock dropTable a <- DROP TABLE a
			doBlock rollback <- ROLLBACK"
		`);
	});

	it("every kind of static SQL is read, INTO and PERFORM too", () => {
		expect(
			[
				"PERFORM migrate_orders(1); perform  setval('a', 1);",
				"SELECT count(*) INTO n FROM orders WHERE id = 1;",
				"SELECT a, b\n INTO STRICT n, n FROM orders;",
				"INSERT INTO orders VALUES (1) RETURNING id INTO n;",
				"CALL archive_orders();",
				"WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone;",
				"OPEN c FOR SELECT * FROM orders;",
				"n := 1; RAISE NOTICE 'x'; NULL; GET DIAGNOSTICS n = ROW_COUNT; ASSERT true;",
				"CREATE TABLE a (id int); CREATE INDEX ON a (id);",
			]
				.map((statements) => block(statements, "n int; c refcursor;"))
				.join("\n--\n"),
		).toMatchInlineSnapshot(`
			"doBlock select <- PERFORM migrate_orders(1)
			doBlock select <- perform setval('a', 1)
			--
			doBlock select <- SELECT count(*) INTO n FROM orders WHERE id = 1
			--
			doBlock select <- SELECT a, b INTO STRICT n, n FROM orders
			--
			doBlock insert orders <- INSERT INTO orders VALUES (1) RETURNING id
			--
			doBlock callProcedure <- CALL archive_orders()
			--
			doBlock delete a, insert b <- WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone
			--
			doBlock select <- SELECT * FROM orders
			--

			--
			doBlock createTable a <- CREATE TABLE a (id int)
			doBlock createIndex a <- CREATE INDEX ON a (id)"
		`);
	});
});

describe("EXECUTE", () => {
	const known: readonly [string, string?][] = [
		["EXECUTE 'DROP TABLE orders';"],
		["EXECUTE 'DROP TABLE ' || 'orders';"],
		["EXECUTE 'DROP ' || 'TABLE ' || quote_ident('Orders') || ' CASCADE';"],
		["EXECUTE concat('DROP TABLE ', 'orders');"],
		["EXECUTE format('DROP TABLE %I.%I', 'shop', 'orders');"],
		["EXECUTE format('DROP TABLE %2$s.%1$I', 'orders', 'shop');"],
		["EXECUTE format('DELETE FROM orders WHERE a LIKE %L AND b = ''100%%''', 'it''s');"],
		["EXECUTE format('DROP TABLE %-10s', 'orders');"],
		["EXECUTE 'DROP TABLE a; DROP TABLE b';"],
		["EXECUTE $q$DROP TABLE orders$q$;"],
		["EXECUTE E'DROP\\tTABLE orders';"],
		["EXECUTE ('DROP TABLE orders')::text;"],
		["EXECUTE 'DELETE FROM orders WHERE id = $1' USING 1;"],
		["EXECUTE 'SELECT 1' INTO n;"],
		["EXECUTE sql;", "sql text := 'DROP TABLE orders';"],
		["sql := 'DROP TABLE orders'; EXECUTE sql;", "sql text;"],
		[
			"sql := 'DROP TABLE ' || quote_ident(t); EXECUTE sql;",
			"sql text; t constant text := 'orders';",
		],
		[
			"IF n > 1 THEN sql := 'DROP TABLE a'; ELSE sql := 'DROP TABLE b'; END IF; EXECUTE sql;",
			"sql text; n int;",
		],
		[
			"FOREACH t IN ARRAY ARRAY['a', 'b'] LOOP EXECUTE format('DROP TABLE %I', t); END LOOP;",
			"t text;",
		],
		[
			"FOREACH t IN ARRAY names LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;",
			"t text; names text[] := '{a,b}';",
		],
		[
			"FOR t IN SELECT unnest(ARRAY['a', 'b']) LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;",
			"t text;",
		],
		[
			"FOR t IN SELECT * FROM unnest(ARRAY['a'::text]) LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;",
			"t text;",
		],
		["FOR r IN EXECUTE 'SELECT 1' LOOP NULL; END LOOP;", "r record;"],
		["EXECUTE 'DO $x$ BEGIN DROP TABLE orders; END $x$';"],
		["EXECUTE 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''SELECT 1''';"],
	];

	it("of constants is read", () => {
		const rendered = known.map(([statements, declarations = "n int;"]) =>
			block(statements, declarations),
		);
		expect(rendered.join("\n--\n")).toMatchInlineSnapshot(`
			"dynamic dropTable orders <- EXECUTE 'DROP TABLE orders'
			--
			dynamic dropTable orders <- EXECUTE 'DROP TABLE ' || 'orders'
			--
			dynamic dropTable Orders <- EXECUTE 'DROP ' || 'TABLE ' || quote_ident('Orders') || ' CASCADE'
			--
			dynamic dropTable orders <- EXECUTE concat('DROP TABLE ', 'orders')
			--
			dynamic dropTable shop.orders <- EXECUTE format('DROP TABLE %I.%I', 'shop', 'orders')
			--
			dynamic dropTable shop.orders <- EXECUTE format('DROP TABLE %2$s.%1$I', 'orders', 'shop')
			--
			dynamic delete orders <- EXECUTE format('DELETE FROM orders WHERE a LIKE %L AND b = ''100%%''', 'it''s')
			--
			dynamic dropTable orders <- EXECUTE format('DROP TABLE %-10s', 'orders')
			--
			dynamic dropTable a <- EXECUTE 'DROP TABLE a; DROP TABLE b'
			dynamic dropTable b <- EXECUTE 'DROP TABLE a; DROP TABLE b'
			--
			dynamic dropTable orders <- EXECUTE $q$DROP TABLE orders$q$
			--
			dynamic dropTable orders <- EXECUTE E'DROP\\tTABLE orders'
			--
			dynamic dropTable orders <- EXECUTE ('DROP TABLE orders')::text
			--
			dynamic delete orders <- EXECUTE 'DELETE FROM orders WHERE id = $1'
			--
			dynamic select <- EXECUTE 'SELECT 1'
			--
			dynamic dropTable orders <- EXECUTE sql
			--
			dynamic dropTable orders <- EXECUTE sql
			--
			dynamic dropTable orders <- EXECUTE sql
			--
			dynamic+if dropTable a <- EXECUTE sql
			dynamic+if dropTable b <- EXECUTE sql
			--
			dynamic+loop dropTable a <- EXECUTE format('DROP TABLE %I', t)
			dynamic+loop dropTable b <- EXECUTE format('DROP TABLE %I', t)
			--
			dynamic+loop dropTable a <- EXECUTE 'DROP TABLE ' || t
			dynamic+loop dropTable b <- EXECUTE 'DROP TABLE ' || t
			--
			doBlock select <- SELECT unnest(ARRAY['a', 'b'])
			dynamic+loop dropTable a <- EXECUTE 'DROP TABLE ' || t
			dynamic+loop dropTable b <- EXECUTE 'DROP TABLE ' || t
			--
			doBlock select <- SELECT * FROM unnest(ARRAY['a'::text])
			dynamic+loop dropTable a <- EXECUTE 'DROP TABLE ' || t
			--
			dynamic select <- EXECUTE 'SELECT 1'
			--
			dynamic doBlock <- EXECUTE 'DO $x$ BEGIN DROP TABLE orders; END $x$'
			dynamic dropTable orders <- EXECUTE 'DO $x$ BEGIN DROP TABLE orders; END $x$'
			--
			dynamic createFunction <- EXECUTE 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''SELECT 1'''"
		`);
	});

	const unknown: readonly [string, string?][] = [
		["EXECUTE 'DROP TABLE ' || r.name;", "r record;"],
		["EXECUTE format('ALTER TABLE %I ADD COLUMN a int', current_schema());"],
		[
			"FOR r IN SELECT tablename FROM pg_tables LOOP EXECUTE format('DROP TABLE %I', r.tablename); END LOOP;",
			"r record;",
		],
		[
			"FOR t IN SELECT unnest(ARRAY['a', 'b']) WHERE n > 1 LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;",
			"t text; n int;",
		],
		["SELECT 'DROP TABLE a' INTO sql; EXECUTE sql;", "sql text;"],
		["sql := sql || 'DROP TABLE a'; EXECUTE sql;", "sql text := '';"],
		["EXECUTE CASE WHEN true THEN 'DROP TABLE a' END;"],
		["EXECUTE 'DROP TABEL orders';"],
		["EXECUTE format('DROP TABLE %I');"],
		["DECLARE sql text := 'DROP TABLE b'; BEGIN EXECUTE sql; END;", "sql text := 'DROP TABLE a';"],
	];

	it("of what is known only at run time says on what it depends", () => {
		const rendered = unknown.map(([statements, declarations]) => block(statements, declarations));
		expect(rendered.join("\n--\n")).toMatchInlineSnapshot(`
			"dynamic unanalyzable: EXECUTE runs SQL that depends on r.name and is known only at run time, it begins with "DROP TABLE" <- EXECUTE 'DROP TABLE ' || r.name
			--
			dynamic unanalyzable: EXECUTE runs SQL that depends on current_schema() and is known only at run time, it begins with "ALTER TABLE %I ADD COLUMN a int" <- EXECUTE format('ALTER TABLE %I ADD COLUMN a int', current_schema())
			--
			doBlock select <- SELECT tablename FROM pg_tables
			dynamic+if+loop unanalyzable: EXECUTE runs SQL that depends on r.tablename and is known only at run time, it begins with "DROP TABLE %I" <- EXECUTE format('DROP TABLE %I', r.tablename)
			--
			doBlock select <- SELECT unnest(ARRAY['a', 'b']) WHERE n > 1
			dynamic+if+loop unanalyzable: EXECUTE runs SQL that depends on t and is known only at run time, it begins with "DROP TABLE" <- EXECUTE 'DROP TABLE ' || t
			--
			doBlock select <- SELECT 'DROP TABLE a'
			dynamic unanalyzable: EXECUTE runs SQL that depends on sql and is known only at run time <- EXECUTE sql
			--
			dynamic unanalyzable: EXECUTE runs SQL that depends on sql and is known only at run time <- EXECUTE sql
			--
			dynamic unanalyzable: EXECUTE runs SQL that depends on an expression and is known only at run time <- EXECUTE CASE WHEN true THEN 'DROP TABLE a' END
			--
			dynamic unanalyzable: this SQL cannot be read: syntax error at or near "TABEL" <- EXECUTE 'DROP TABEL orders'
			--
			dynamic unanalyzable: EXECUTE runs SQL that depends on an argument of format() and is known only at run time <- EXECUTE format('DROP TABLE %I')
			--
			dynamic unanalyzable: EXECUTE runs SQL that depends on sql and is known only at run time <- EXECUTE sql"
		`);
	});

	it("of a query, a setting or a grant is no reason to worry", () => {
		expect(
			[
				"EXECUTE 'SELECT count(*) FROM ' || r.name INTO n;",
				"EXECUTE format('GRANT CONNECT ON DATABASE %I TO app', current_database());",
				"EXECUTE 'SET search_path = ' || r.name;",
				"EXECUTE format('ALTER DATABASE %I SET timezone = ''UTC''', current_database());",
			].map((statements) => block(statements, "r record; n int;")),
		).toEqual(["", "", "", ""]);
	});
});

describe("places", () => {
	it("are those of the file, whatever stands before", () => {
		const text =
			"\uFEFF-- é 🎉\r\nDO $body$\r\nBEGIN\r\n\t-- ALTER TABLE é\r\n\tALTER TABLE \"é🎉\" ADD COLUMN b int;\r\n\tEXECUTE 'DROP TABLE é';\r\n\tPERFORM f('é');\r\n\tCOMMIT;\r\nEND\r\n$body$;";
		expect(bodyOf(text)).toMatchInlineSnapshot(`
			"doBlock addColumn é🎉 <- ALTER TABLE "é🎉" ADD COLUMN b int
			dynamic dropTable é <- EXECUTE 'DROP TABLE é'
			doBlock select <- PERFORM f('é')
			doBlock commit <- COMMIT"
		`);
	});

	it("are found in quoted bodies, through their escapes", () => {
		expect(bodyOf("DO 'BEGIN DELETE FROM orders WHERE state = ''old''; DROP TABLE é; END'"))
			.toMatchInlineSnapshot(`
			"doBlock delete orders <- DELETE FROM orders WHERE state = ''old''
			doBlock dropTable é <- DROP TABLE é"
		`);
		expect(bodyOf("DO E'BEGIN\\n DELETE FROM orders WHERE state = \\'old\\'; DROP TABLE é; END'"))
			.toMatchInlineSnapshot(`
			"doBlock delete orders <- DELETE FROM orders WHERE state = \\'old\\'
			doBlock dropTable é <- DROP TABLE é"
		`);
	});

	it("are the whole string where its pieces cannot be told apart", () => {
		expect(bodyOf("DO 'BEGIN '\n'DROP TABLE orders; END'")).toMatchInlineSnapshot(
			`"doBlock dropTable orders <- 'BEGIN ' 'DROP TABLE orders; END'"`,
		);
	});

	it("the same statement on two lines has two places", () => {
		expect(bodyOf("DO $$ BEGIN\nDELETE FROM a;\nDELETE  FROM b;\nDELETE FROM a;\nEND $$"))
			.toMatchInlineSnapshot(`
			"doBlock delete a <- DELETE FROM a
			doBlock delete b <- DELETE FROM b
			doBlock delete a <- DELETE FROM a"
		`);
	});
});

describe("functions", () => {
	it("plpgsql bodies are read", () => {
		expect(
			bodyOf(
				"CREATE FUNCTION clean(p_table text) RETURNS SETOF orders LANGUAGE plpgsql AS $$ BEGIN DELETE FROM a; EXECUTE 'TRUNCATE ' || p_table; RETURN QUERY SELECT * FROM orders; RETURN QUERY EXECUTE 'SELECT 1'; END $$",
			),
		).toMatchInlineSnapshot(`
			"function delete a <- DELETE FROM a
			dynamic unanalyzable: EXECUTE runs SQL that depends on p_table and is known only at run time, it begins with "TRUNCATE" <- EXECUTE 'TRUNCATE ' || p_table
			function select <- SELECT * FROM orders
			dynamic select <- EXECUTE 'SELECT 1'"
		`);
	});

	it("trigger functions are read", () => {
		expect(
			bodyOf(
				"CREATE FUNCTION stamp() RETURNS trigger AS $$ BEGIN IF NEW.total IS NULL THEN NEW.total := 0; END IF; INSERT INTO audit VALUES (NEW.id); RETURN NEW; END $$ LANGUAGE plpgsql",
			),
		).toMatchInlineSnapshot(`"function insert audit <- INSERT INTO audit VALUES (NEW.id)"`);
	});

	it("SQL bodies are read in both spellings", () => {
		expect(bodyOf("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM a; SELECT 1; $$"))
			.toMatchInlineSnapshot(`
			"function delete a <- DELETE FROM a
			function select <- SELECT 1"
		`);
		expect(
			bodyOf(
				"CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM a; INSERT INTO b VALUES (CASE WHEN true THEN 1 END); END",
			),
		).toMatchInlineSnapshot(`
			"function delete a <- DELETE FROM a
			function insert b <- INSERT INTO b VALUES (CASE WHEN true THEN 1 END)"
		`);
		expect(bodyOf("CREATE FUNCTION f() RETURNS int RETURN 1 + 1")).toMatchInlineSnapshot(
			`"function select <- CREATE FUNCTION f() RETURNS int RETURN 1 + 1"`,
		);
	});

	it("bodies in other languages are left alone, a block in one is not", () => {
		expect(bodyOf("CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'return 1'")).toBe("");
		expect(
			bodyOf("DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE a'); $$"),
		).toMatchInlineSnapshot(
			`"doBlock unanalyzable: its body is written in plperl <- DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE a'); $$"`,
		);
	});

	it("a body that plpgsql refuses is reported with its reason", () => {
		expect(bodyOf("DO $$ BEGIN DROP TABEL a; x := 1; END $$")).toMatchInlineSnapshot(
			`"doBlock unanalyzable: its body cannot be read: syntax error at or near "TABEL" <- DO $$ BEGIN DROP TABEL a; x := 1; END $$"`,
		);
		expect(bodyOf("DO $$ BEGIN IF true THEN END $$")).toMatchInlineSnapshot(
			`"doBlock unanalyzable: its body cannot be read: syntax error at end of input <- DO $$ BEGIN IF true THEN END $$"`,
		);
	});

	it("what a function's body does is no operation of the statement", () => {
		expect(
			operationsIn("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DROP TABLE a'").map(
				({ kind }) => kind,
			),
		).toEqual(["createFunction"]);
	});
});

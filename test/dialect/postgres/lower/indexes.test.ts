import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("indexes and views", () => {
	test("indexes keep what decides their cost", () => {
		expect(
			lowered(
				"CREATE INDEX ON orders (total)",
				"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS orders_nr ON ONLY shop.orders USING btree (nr DESC, lower(note) text_pattern_ops) INCLUDE (total) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE total > 0",
				"CREATE INDEX docs_embedding ON docs USING hnsw (embedding vector_cosine_ops) WITH (m = 16)",
				"CREATE INDEX docs_body ON docs USING gin (body jsonb_path_ops)",
				"CREATE INDEX orders_day ON orders ((created_at::date))",
				'CREATE INDEX orders_name ON orders (name COLLATE "de_DE")',
				"DROP INDEX CONCURRENTLY IF EXISTS shop.orders_nr",
				"REINDEX INDEX orders_nr",
				"REINDEX (CONCURRENTLY) TABLE shop.orders",
				"REINDEX (CONCURRENTLY false) SCHEMA shop",
				"REINDEX SYSTEM",
				"CLUSTER orders USING orders_pk",
				"CLUSTER",
				"VACUUM FULL orders",
				"VACUUM (FULL false, ANALYZE) orders, shop.invoices",
				"VACUUM",
				"ANALYZE orders (total)",
			),
		).toMatchInlineSnapshot(`
			"CREATE INDEX ON orders (total)
			  createIndex table=orders method=btree elements=[{expression=total}]
			CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS orders_nr ON ONLY shop.orders USING btree (nr DESC, lower(note) text_pattern_ops) INCLUDE (total) NULLS NOT DISTINCT WITH (fillfactor = 70) WHERE total > 0
			  createIndex index=shop.orders_nr table=shop.orders only unique concurrently ifNotExists method=btree elements=[{expression=nr descending}, {expression=lower(note) operatorClass=text_pattern_ops}] include=[total] where=total > '0' nullsNotDistinct parameters=[{name=fillfactor value=70}]
			CREATE INDEX docs_embedding ON docs USING hnsw (embedding vector_cosine_ops) WITH (m = 16)
			  createIndex index=docs_embedding table=docs method=hnsw elements=[{expression=embedding operatorClass=vector_cosine_ops}] parameters=[{name=m value=16}]
			CREATE INDEX docs_body ON docs USING gin (body jsonb_path_ops)
			  createIndex index=docs_body table=docs method=gin elements=[{expression=body operatorClass=jsonb_path_ops}]
			CREATE INDEX orders_day ON orders ((created_at::date))
			  createIndex index=orders_day table=orders method=btree elements=[{expression={kind=cast type=date operand=created_at}}]
			CREATE INDEX orders_name ON orders (name COLLATE "de_DE")
			  createIndex index=orders_name table=orders method=btree elements=[{expression=name collation=de_DE}]
			DROP INDEX CONCURRENTLY IF EXISTS shop.orders_nr
			  dropIndex ifExists index=shop.orders_nr concurrently
			REINDEX INDEX orders_nr
			  reindex target=index name=orders_nr
			REINDEX (CONCURRENTLY) TABLE shop.orders
			  reindex target=table name=shop.orders concurrently
			REINDEX (CONCURRENTLY false) SCHEMA shop
			  reindex target=schema name=shop
			REINDEX SYSTEM
			  reindex target=system
			CLUSTER orders USING orders_pk
			  cluster table=orders index=orders_pk
			CLUSTER
			  cluster
			VACUUM FULL orders
			  vacuum full table=orders
			VACUUM (FULL false, ANALYZE) orders, shop.invoices
			  vacuum analyze table=orders @ «orders»
			  vacuum analyze table=shop.invoices @ «shop.invoices»
			VACUUM
			  vacuum
			ANALYZE orders (total)
			  analyze table=orders"
		`);
	});

	test("views are created and refreshed", () => {
		expect(
			lowered(
				"CREATE VIEW totals AS SELECT 1",
				"CREATE OR REPLACE TEMP VIEW totals (n) WITH (security_invoker = true) AS SELECT 1 WITH LOCAL CHECK OPTION",
				"REFRESH MATERIALIZED VIEW CONCURRENTLY shop.totals",
				"REFRESH MATERIALIZED VIEW totals WITH NO DATA",
			),
		).toMatchInlineSnapshot(`
			"CREATE VIEW totals AS SELECT 1
			  createView view=totals query={targets=[{expression='1'}]}
			CREATE OR REPLACE TEMP VIEW totals (n) WITH (security_invoker = true) AS SELECT 1 WITH LOCAL CHECK OPTION
			  createView view=totals orReplace temporary columns=[n] query={targets=[{expression='1'}]} parameters=[{name=security_invoker value=true}, {name=check_option value=local}]
			REFRESH MATERIALIZED VIEW CONCURRENTLY shop.totals
			  refreshMaterializedView view=shop.totals concurrently withData
			REFRESH MATERIALIZED VIEW totals WITH NO DATA
			  refreshMaterializedView view=totals"
		`);
	});
});

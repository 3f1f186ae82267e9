import { expect, test } from "vitest";
import { explain } from "../../../src/core/engine/explain.ts";
import type { Migration } from "../../../src/core/migration.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";

async function explained(sql: string) {
	const file = { path: "change.sql", text: sql };
	const migration: Migration = {
		id: "change",
		name: "change",
		layout: "plain",
		order: 0,
		release: "change",
		candidate: true,
		up: [{ file, range: { start: 0, end: sql.length }, transaction: "file" }],
		down: [],
		verify: [],
		placeholders: [],
	};
	return explain({ migrations: [migration], dialect: await loadPostgres(), version: 14 });
}

test("a statement that the grammar cannot read is explained as refused, in its place", async () => {
	const explanations = await explained("ALTER TABEL orders ADD note text;\nDROP TABLE invoices;\n");
	expect(
		explanations.map(({ statement, effect }) => [statement.range.start, effect.fails?.code]),
	).toEqual([
		[0, "42601"],
		[34, undefined],
	]);
});

test("locks are held through what follows in the transaction, and what grows with a table is told", async () => {
	const [alter, index, comment] = await explained(
		"ALTER TABLE orders ADD COLUMN note text;\nCREATE INDEX ON invoices (id);\nCOMMENT ON TABLE orders IS 'x';\n",
	);
	expect(alter?.heldThrough).toEqual([index?.statement, comment?.statement]);
	expect(alter?.slowWhileHeld).toEqual([index?.statement]);
});

test("what a statement makes itself is not among the relations it locks", async () => {
	const [block] = await explained(
		"DO $$ BEGIN CREATE TABLE carts (id bigint); ALTER TABLE carts ADD COLUMN note text; DROP TABLE sessions; END $$;",
	);
	expect(block?.effect.locks.map(({ relation }) => relation)).toEqual(["public.sessions"]);
});

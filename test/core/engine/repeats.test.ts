import { expect, test } from "vitest";
import { lintSql, type SqlMigration } from "../../lint-sql.ts";

const create = { id: "0001_create", sql: "CREATE TABLE orders (id bigint PRIMARY KEY);" };
const note: SqlMigration = {
	id: "0002_note",
	sql: "ALTER TABLE orders ADD COLUMN note text;",
	candidate: true,
};
const paid: SqlMigration = {
	id: "0003_paid",
	sql: "ALTER TABLE orders ADD COLUMN paid boolean;",
	candidate: true,
};

async function limitsMissing(...migrations: readonly SqlMigration[]) {
	const { findings, counts } = await lintSql([create, ...migrations], {
		also: ["unused-ignore"],
	});
	return {
		found: findings.map(
			({ rule, severity, file, because }) =>
				`${severity} ${rule} ${file}${because
					.slice(1)
					.map((words) => `: ${words}`)
					.join("")}`,
		),
		ignored: counts.ignored,
	};
}

test("what is missing all over a history is said once, where it can still be mended", async () => {
	expect((await limitsMissing(note, paid)).found).toEqual([
		"warning require-lock-timeout migrations/0003_paid.sql: 1 earlier migration of this history set no limit either.",
	]);
});

test("each migration of the release under review hears it", async () => {
	const found = await limitsMissing({ ...note, release: "next" }, { ...paid, release: "next" });
	expect(found.found).toEqual([
		"warning require-lock-timeout migrations/0002_note.sql",
		"warning require-lock-timeout migrations/0003_paid.sql",
	]);
});

test("an ignore comment of an earlier migration is no vain one, and hands the word back", async () => {
	const ignored = `-- lockkeeper:ignore require-lock-timeout: sent at night\n${paid.sql}`;
	expect(await limitsMissing(note, { ...paid, sql: ignored })).toEqual({
		found: ["warning require-lock-timeout migrations/0002_note.sql"],
		ignored: 1,
	});
	expect(await limitsMissing({ ...note, sql: ignored }, { ...paid, sql: note.sql })).toEqual({
		found: ["warning require-lock-timeout migrations/0003_paid.sql"],
		ignored: 1,
	});
});

test("of what is said once in a migration the gravest stays", async () => {
	const refund = "CREATE TABLE refunds (order_id bigint REFERENCES orders);";
	const only = (sql: string) => limitsMissing({ id: "0002_change", sql, candidate: true });
	expect((await only(refund)).found).toEqual([
		"info require-lock-timeout migrations/0002_change.sql",
	]);
	expect((await only(`${refund} ${note.sql}`)).found).toEqual([
		"warning require-lock-timeout migrations/0002_change.sql",
	]);
});

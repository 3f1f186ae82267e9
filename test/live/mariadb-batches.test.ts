import { createConnection, type Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadMysql } from "../../src/dialect/mysql/dialect.ts";
import { mysqlBatches } from "../../src/run/engines/mysql-batches.ts";
import { batchedBy, randomChanges, randomOf } from "../plan/batching/random-changes.ts";
import { lintSql } from "../lint-sql.ts";
import { findMariadb, startMariadb, type MariadbServer } from "./mariadb-server.ts";

const schema =
	"CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(20), note char(8), total decimal(8, 2), quantity int NOT NULL, paid tinyint(1));";

let server: MariadbServer | undefined;
let connection: Connection;

beforeAll(async () => {
	server = await startMariadb();
	if (!server) return;
	connection = await createConnection({ uri: server.url });
	await connection.query("ALTER DATABASE app CHARACTER SET utf8mb4");
	await connection.query(schema);
}, 60_000);

afterAll(async () => {
	if (!server) return;
	await connection.end();
	await server.close();
});

async function look(): Promise<unknown> {
	const [rows] = await connection.query("SELECT * FROM orders ORDER BY id");
	return rows;
}

/** How many rows a statement changed. */
async function changedBy(sql: string): Promise<number> {
	const [answer] = await connection.query(sql);
	return "affectedRows" in answer ? answer.affectedRows : 0;
}

function rowsOf(random: () => number): string {
	const one = (...list: string[]): string => list[Math.floor(random() * list.length)] ?? "";
	const status = () => one("'open'", "'paid'", "'Paid'", "'paid '", "''", "NULL");
	const rows = Array.from(
		{ length: 9 },
		(_, id) =>
			`(${id + 1}, ${status()}, ${status()}, ${one("0", "1", "2", "3", "NULL")}, ${one("0", "1", "2")}, ${one("1", "0", "NULL")})`,
	);
	return `INSERT INTO orders VALUES ${rows.join(", ")}`;
}

test.skipIf(!findMariadb())(
	"whatever MariaDB is asked to change, batches end and leave the same rows, in upper and lower case",
	async () => {
		const words = {
			differs: (left: string, right: string) => `NOT (${left} <=> ${right})`,
			random: "uuid()",
			isTrue: "1",
		};
		const dialect = loadMysql("mariadb");
		const random = randomOf(5);
		let batched = 0;
		for (const sql of randomChanges(17, words)) {
			if (batched >= 40) break;
			const plan = await batchedBy(schema, sql, dialect);
			if (!plan) continue;
			batched++;
			await connection.query("DELETE FROM orders");
			await connection.query(rowsOf(random));
			await connection.query("BEGIN");
			const plain = await connection.query(sql).then(look, () => undefined);
			await connection.query("ROLLBACK");
			if (plain === undefined) continue;
			const size = 1 + Math.floor(random() * 3);
			const batches = mysqlBatches(plan.rows);
			const from = Math.floor(random() * 9);
			const range = { after: [String(from)], upTo: [String(from + size)] };
			let changed = 1;
			for (let rounds = 0; rounds < 40 && changed > 0; rounds++) {
				await connection.query("BEGIN");
				await connection.query(batches.change(range));
				const again = batches.again?.(range);
				if (again !== undefined) expect((await connection.query(again))[0], sql).toEqual([]);
				await connection.query(random() < 0.5 ? "ROLLBACK" : "COMMIT");
				changed = await changedBy(plan.sql.replace("LIMIT 1000", `LIMIT ${size}`));
			}
			expect(changed, `${sql} ends`).toBe(0);
			if (plan.rows.set?.includes("uuid") !== true) expect(await look(), sql).toEqual(plain);
		}
	},
);

/** Runs the steps of a recipe up to its first one for people, batches until they change no row. */
async function follow(before: string, change: string): Promise<void> {
	const dialect = loadMysql("mariadb");
	const { findings } = await lintSql(
		[
			{ id: "0001", sql: before },
			{ id: "0002", sql: change },
		],
		{ dialect },
	);
	const steps = findings.find(({ recipe }) => recipe)?.recipe?.steps ?? [];
	expect(steps.length).toBeGreaterThan(3);
	for (const { sql, transaction } of steps) {
		if (sql === undefined) return;
		if (transaction === "batches") {
			let rounds = 0;
			while ((await changedBy(sql)) > 0) expect(++rounds).toBeLessThan(9);
			continue;
		}
		const { statements } = dialect.read({ path: "step.sql", text: sql }, { placeholders: [] });
		for (const { range } of statements) {
			await connection.query(sql.slice(range.start, range.end));
		}
	}
}

test.skipIf(!findMariadb())(
	"a column with two names keeps what is written in letters of another case",
	async () => {
		const people =
			"CREATE TABLE people (id bigint PRIMARY KEY, name varchar(40) COLLATE utf8mb4_general_ci);";
		await connection.query(people);
		await connection.query("INSERT INTO people VALUES (1, 'ada'), (2, NULL)");
		await follow(people, "ALTER TABLE people RENAME COLUMN name TO full_name;");
		await connection.query("UPDATE people SET full_name = 'Ada' WHERE id = 1");
		const [rows] = await connection.query("SELECT name, full_name FROM people ORDER BY id");
		expect(rows).toEqual([
			{ name: "Ada", full_name: "Ada" },
			{ name: null, full_name: null },
		]);
	},
);

test.skipIf(!findMariadb())(
	"a column that is filled with rounded values is filled once",
	async () => {
		const scores = "CREATE TABLE scores (id bigint PRIMARY KEY, points decimal(6, 2));";
		await connection.query(scores);
		await connection.query("INSERT INTO scores VALUES (1, 1.5), (2, 2.25), (3, NULL)");
		await follow(scores, "ALTER TABLE scores MODIFY points int;");
		const [rows] = await connection.query("SELECT points FROM scores ORDER BY id");
		expect(rows).toEqual([{ points: 2 }, { points: 2 }, { points: null }]);
	},
);

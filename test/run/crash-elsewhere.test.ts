import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findMariadb, startMariadb, type MariadbServer } from "../live/mariadb-server.ts";
import { MariadbShop } from "../live/runner/mariadb-shop.ts";
import { randomFrom } from "../live/runner/random.ts";
import { SqliteShop } from "../live/runner/sqlite-shop.ts";

// The short form of test/live/crash-mariadb.ts and test/live/crash-sqlite.ts.
const random = randomFrom(20_261_121);

describe.skipIf(!findMariadb())("on MariaDB", () => {
	let server: MariadbServer | undefined;
	let shop: MariadbShop;

	beforeAll(async () => {
		server = await startMariadb();
		if (server) shop = new MariadbShop(server, 2000, random);
	}, 60_000);

	afterAll(() => server?.close());

	test("runners that are killed and a server that is killed leave nothing half done", async () => {
		let turn = 0;
		const pick = () => (++turn % 3 === 0 ? shop.restart() : shop.kill());
		expect((await shop.run(5, pick)).faults).toEqual([]);
	}, 300_000);

	test("of two runners only one is at work", async () => {
		expect(await shop.pair()).toEqual([]);
	}, 120_000);
});

describe("on SQLite", () => {
	let shop: SqliteShop;

	beforeAll(() => {
		shop = new SqliteShop(2000, random);
	}, 60_000);

	test("runners that are killed leave nothing half done", async () => {
		expect((await shop.run(5)).faults).toEqual([]);
	}, 300_000);

	test("of two runners only one is at work", async () => {
		expect(await shop.pair()).toEqual([]);
	}, 120_000);
});

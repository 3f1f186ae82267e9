import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import {
	approvedPlan,
	clientOf,
	go,
	plain,
	planOf,
	run,
	serverStep,
	shopOn,
	testServer,
} from "./shop.ts";

const server = testServer();

describe("what is refused before anything is changed", () => {
	const step = serverStep({
		id: "expand-1",
		sql: ["ALTER TABLE orders ADD COLUMN note text;"],
		locks: [{ relation: "public.orders", mode: "AccessExclusiveLock", waits: "readsAndWrites" }],
	});

	async function refusal(
		plan: Plan,
		change: (cwd: string, url: string) => Promise<string | undefined> | string | undefined,
		expires?: string,
	): Promise<string> {
		const { url, client } = await shopOn(server);
		const cwd = approvedPlan(plan, expires);
		const address = (await change(cwd, url)) ?? url;
		const ran = await go(cwd, address);
		expect(await run(client, "SELECT to_regnamespace('lockkeeper') IS NULL")).toEqual([["t"]]);
		return `${ran.code} ${plain(ran.stderr)}`;
	}

	test("a plan that nobody approved, whose approval expired, or that was edited", async () => {
		const none = await refusal(planOf([step]), (cwd) => {
			writeFileSync(path.join(cwd, "plan.approvals/ada.json"), "{}");
			return undefined;
		});
		expect(none).toContain("2 lockkeeper:");
		expect(await refusal(planOf([step]), () => undefined, "2026-11-20T00:00:00Z")).toContain(
			"1 lockkeeper: The plan is not approved as it is.\n  the approval of ada expired at <time>",
		);
		const edited = await refusal(planOf([step]), (cwd) => {
			const file = path.join(cwd, "plan.json");
			writeFileSync(file, readFileSync(file, "utf8").replace("note text", "note bytea"));
			return undefined;
		});
		expect(edited).toContain("the plan was changed after ada approved it");
		const migration = await refusal(planOf([step]), (cwd) => {
			writeFileSync(path.join(cwd, "migrations/0002_orders.sql"), "DROP TABLE orders;");
			return undefined;
		});
		expect(migration).toContain("migrations/0002_orders.sql was changed since the plan was made");
	});

	test("another version, another schema", async () => {
		const version = await refusal(planOf([step], { serverVersion: 15 }), () => undefined);
		expect(version).toContain("1 lockkeeper: The plan is made for version 15");
		const starts = [
			"column public.orders.id bigint not null",
			"table public.orders table permanent",
		];
		expect(await refusal(planOf([step], { starts }), () => undefined)).toMatchInlineSnapshot(`
			"1 lockkeeper: The tables are not what the plan starts from (- planned, + found).
			  + column public.orders.status text
			  + column public.orders.total integer not null default
			  + constraint public.orders.orders_pkey primaryKey (id)
			  + index public.orders_pkey on orders unique btree (id) constraint orders_pkey
			  Bring the migrations and the database together and make the plan again, or say --accept-drift when the difference does no harm.
			"
		`);
	});

	test("a user without the rights, a user who may only read, nobody there", async () => {
		const noRights = await refusal(planOf([step]), async (_, url) => {
			const client = await clientOf(url);
			await run(client, "DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN");
			return url.replace("postgres@", "clerk@");
		});
		expect(noRights).toMatchInlineSnapshot(`
			"1 lockkeeper: The user lacks rights that the plan needs.
			  clerk may not make the schema lockkeeper: GRANT CREATE ON DATABASE, or make it with AUTHORIZATION clerk
			  clerk does not own public.orders: postgres does
			  Give them, or run as the owner of the tables.
			"
		`);
		const reader = await refusal(planOf([step]), async (_, url) => {
			const client = await clientOf(url);
			await run(
				client,
				"DROP ROLE IF EXISTS reader",
				"CREATE ROLE reader LOGIN SUPERUSER",
				"ALTER ROLE reader SET default_transaction_read_only = on",
			);
			return url.replace("postgres@", "reader@");
		});
		expect(reader).toContain("takes no changes: it is a replica, or its user is read-only");
		const secret = await refusal(planOf([step]), () => "postgres://eve:hushhush@127.0.0.1:1/shop");
		expect(secret).toContain("2 lockkeeper: Nothing answers on 127.0.0.1:5432.");
		expect(secret).not.toContain("hush");
		const wrong = await refusal(planOf([step]), () => "mysql://eve:hushhush@localhost:1/shop");
		expect(wrong).toContain("There is no answer from MySQL on localhost:");
		expect(wrong).not.toContain("hush");
	});

	test("what the migration tool has run already", async () => {
		const { url, client } = await shopOn(server);
		await run(
			client,
			"CREATE TABLE schema_migrations (version text PRIMARY KEY)",
			"INSERT INTO schema_migrations VALUES ('0001_orders'), ('0002_orders')",
		);
		const ran = await go(approvedPlan(planOf([step])), url);
		expect(ran.code).toBe(1);
		expect(ran.stderr).toContain(
			"public.schema_migrations says that 0002_orders is applied already",
		);
	});
});

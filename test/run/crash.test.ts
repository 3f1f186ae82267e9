import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCrashPlan, type CrashPlan } from "../live/runner/crash-shop.ts";
import { network, restart, terminate } from "../live/runner/disturbances.ts";
import { disturbedRuns, killAt, type Series, type Tally } from "../live/runner/kill-rounds.ts";
import { Proxy } from "../live/runner/proxy.ts";
import { randomFrom } from "../live/runner/random.ts";
import { RestartableServer } from "../live/runner/restartable-server.ts";

// The short form of `npm run prove:run`.
let server: RestartableServer;
let planned: CrashPlan;

beforeAll(async () => {
	const started = await RestartableServer.start();
	if (!started) throw new Error("the package of PostgreSQL 18 is not installed");
	server = started;
	planned = makeCrashPlan(18);
}, 120_000);

afterAll(() => server.close());

const random = randomFrom(20_261_121);

const disturb = (more: Pick<Series, "disturbances" | "pick" | "addressOf">): Promise<Tally> =>
	disturbedRuns({ server, planned, rows: 5000, random, ...more });

test("runners that are killed at random instants leave nothing half done", async () => {
	const { faults } = await disturb({ disturbances: 14, pick: () => killAt(random) });
	expect(faults).toEqual([]);
}, 600_000);

test("neither do connections that are ended, a server that is shut down, a network that fails", async () => {
	const proxy = await Proxy.to(server.port);
	const ways = [
		terminate(random, "one"),
		restart(random, server),
		network(random, proxy, "drop"),
		terminate(random, "all"),
		network(random, proxy, "client"),
		network(random, proxy, "server"),
	];
	let turn = 0;
	const { faults } = await disturb({
		disturbances: ways.length,
		pick: () => ways[turn++ % ways.length] ?? killAt(random),
		addressOf: (database) => server.url(database, proxy.port),
	});
	await proxy.close();
	expect(faults).toEqual([]);
}, 600_000);

import { faultsOf, makeShop, schemaOf, type CrashPlan } from "./crash-shop.ts";
import { randomInstant } from "./kill-rounds.ts";
import { ask, RestartableServer } from "./restartable-server.ts";
import { RunnerProcess } from "./runner-process.ts";
import { SmallDisk } from "./small-disk.ts";

/** What came of runs on disks that were full. */
export interface DiskTally {
	fillings: number;
	plans: number;
	/** Runs that stopped and said that there is no room. */
	stopped: number;
	/** Runs whose server broke down. */
	lost: number;
	readonly faults: string[];
}

/** How runs on a full disk are tried. */
export interface DiskSeries {
	readonly planned: CrashPlan;
	readonly major: number;
	readonly random: () => number;
	readonly say: (line: string) => void;
	readonly fillings: number;
	/** What the disk holds: tables and books, or the log of the server too, without which it breaks down. */
	readonly holds: "tables" | "all";
}

const megabytes = { tables: 120, all: 400 };

const rows = 20_000;

async function shopOn(server: RestartableServer, database: string, tables?: string): Promise<void> {
	await ask(
		server.url(),
		`CREATE DATABASE ${database} ${tables === undefined ? "" : "TABLESPACE small"}`,
	);
	await makeShop(server.url(database), rows);
}

/** Runs a plan on a disk that is filled anew before each run, until it is through. */
async function onePlan(
	{ planned, random, say, fillings, holds }: DiskSeries,
	{ server, disk, tally }: { server: RestartableServer; disk: SmallDisk; tally: DiskTally },
): Promise<void> {
	await ask(server.url(), "CHECKPOINT");
	const database = `shop${tally.plans}`;
	await shopOn(server, "calm", holds === "tables" ? disk.tables : undefined);
	await shopOn(server, database, holds === "tables" ? disk.tables : undefined);
	const args = [...planned.flags, "--url"];
	const calm = new RunnerProcess(planned.directory, [...args, server.url("calm")]);
	if ((await calm.ended) !== 0) throw new Error(`${calm.errors} ${calm.end?.why ?? ""}`);
	const expected = await schemaOf(server.url("calm"));
	await ask(server.url(), "DROP DATABASE calm WITH (FORCE)");
	for (let isFull = true; ; isFull = tally.fillings < fillings) {
		const left = Math.floor(random() * 4000);
		const isAtOnce = random() < 0.5;
		if (isFull && isAtOnce) disk.fill(left);
		const runner = new RunnerProcess(planned.directory, [...args, server.url(database)]);
		if (isFull && !isAtOnce) {
			await randomInstant(runner, random);
			disk.fill(left);
		}
		const code = await runner.ended;
		disk.free();
		await server.up();
		if (isFull) tally.fillings += 1;
		if (code === 0) break;
		const said = `${runner.errors} ${JSON.stringify(runner.end ?? {})}`;
		if (/No space|disk space|no room|wrote only/.test(said)) tally.stopped += 1;
		else if (runner.end?.is === "lost" || code === 2) tally.lost += 1;
		else tally.faults.push(`exit ${code}: ${said.slice(-400)}`);
		say(`exit ${code}: ${(runner.end?.why ?? runner.errors).trim().slice(-160)}`);
		if (!isFull) {
			tally.faults.push("does not end though there is room");
			break;
		}
	}
	tally.faults.push(...(await faultsOf(server.url(database), planned, expected)));
	await ask(server.url(), `DROP DATABASE ${database} WITH (FORCE)`);
	tally.plans += 1;
}

/** Runs plans on disks that are full again and again; undefined: this user may not mount. */
export async function fullDisks(series: DiskSeries): Promise<DiskTally | undefined> {
	const { holds, major, fillings } = series;
	const disk = await SmallDisk.make(megabytes[holds]);
	if (!disk) return undefined;
	// Without old files of the log that are used again, each new one needs room.
	const settings = { max_wal_size: "64MB", min_wal_size: "32MB", wal_recycle: "off" };
	const server = await RestartableServer.start(major, settings, { disk, holds });
	if (!server) throw new Error(`PostgreSQL ${major} is not on this machine.`);
	const tally: DiskTally = { fillings: 0, plans: 0, stopped: 0, lost: 0, faults: [] };
	try {
		if (holds === "tables") {
			await ask(server.url(), `CREATE TABLESPACE small LOCATION '${disk.tables}'`);
		}
		while (tally.fillings < fillings) await onePlan(series, { server, disk, tally });
		return tally;
	} finally {
		await server.close();
		disk.close();
	}
}

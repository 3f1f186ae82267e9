import { makeCrashPlan } from "./runner/crash-shop.ts";
import { freeze, gap, hang, network, restart, silence, terminate } from "./runner/disturbances.ts";
import { fullDisks } from "./runner/full-disks.ts";
import { disturbedRuns, killAt, tallyText, type Disturbance } from "./runner/kill-rounds.ts";
import { meetings, pairsOfRunners, pairsText } from "./runner/pairs.ts";
import { Proxy } from "./runner/proxy.ts";
import { randomFrom } from "./runner/random.ts";
import { RestartableServer } from "./runner/restartable-server.ts";

function numberOf(flag: string, otherwise: number): number {
	const at = process.argv.indexOf(flag);
	return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const major = numberOf("--postgres", 18);
const seed = numberOf("--seed", Date.now() % 100_000);
const random = randomFrom(seed);
console.log(`PostgreSQL ${major}, seed ${seed}`);
const server = await RestartableServer.start(major);
if (!server) throw new Error(`PostgreSQL ${major} is not on this machine.`);
const own = server;
const planned = makeCrashPlan(major);
const rows = numberOf("--rows", 50_000);
const say = (line: string): void => {
	console.log(`  ${line}`);
};
let faults = 0;

async function series(
	title: string,
	disturbances: number,
	pick: readonly Disturbance[],
	addressOf?: (database: string) => string,
): Promise<void> {
	if (disturbances === 0) return;
	let turn = 0;
	const tally = await disturbedRuns({
		...{ server: own, planned, rows, random, say, disturbances },
		pick: () => pick[turn++ % pick.length] ?? killAt(random),
		...(addressOf && { addressOf }),
	});
	console.log(tallyText(title, tally));
	faults += tally.faults.length;
}

await series("Runners killed", numberOf("--kills", 200), [killAt(random)]);
await series("Connections ended by the server", numberOf("--terminations", 60), [
	terminate(random, "one"),
	terminate(random, "all"),
	terminate(random, "lock"),
]);
const argsFor = (url: string): readonly string[] => [
	...planned.flags,
	"--url",
	url,
	"--wait",
	"90s",
];
await series("Runners frozen", numberOf("--freezes", 20), [
	freeze(random, planned.directory, argsFor),
]);
await series("The server shut down", numberOf("--restarts", 20), [restart(random, own)]);
for (const how of meetings) {
	const count = Math.ceil(numberOf("--pairs", 50) / meetings.length);
	if (count === 0) continue;
	const tally = await pairsOfRunners(own, { pairs: count, major }, random, how);
	console.log(`Runners in pairs, ${how}: ${pairsText(tally)}`);
	for (const fault of tally.faults) say(fault);
	faults += tally.faults.length;
}
const proxy = await Proxy.to(own.port);
const throughProxy = (database: string): string => own.url(database, proxy.port);
await series(
	"Networks that fail",
	numberOf("--failures", 30),
	[
		network(random, proxy, "drop"),
		network(random, proxy, "client"),
		network(random, proxy, "server"),
	],
	throughProxy,
);
await series(
	"Networks that fall silent",
	numberOf("--silences", 2),
	[silence(random, proxy)],
	throughProxy,
);
await series(
	"Networks that lose one connection, or everything for some seconds",
	numberOf("--hangs", 12),
	[hang(random, proxy), gap(random, proxy)],
	throughProxy,
);
proxy.delay = 10;
await series(
	"Networks that are slow, and fail",
	numberOf("--slow", 4),
	[network(random, proxy, "drop")],
	throughProxy,
);
await proxy.close();
await own.close();
for (const holds of ["tables", "all"] as const) {
	const fillings = numberOf("--full-disks", 20);
	if (fillings === 0) continue;
	const tally = await fullDisks({ planned, major, random, say, fillings, holds });
	console.log(
		tally
			? `Disks that are full (${holds}): ${tally.fillings} in ${tally.plans} plans; ${tally.stopped} runs stopped and said so, ${tally.lost} lost the server; ${tally.faults.length} faults`
			: "Disks that are full: not tried, this user may not mount",
	);
	for (const fault of tally?.faults ?? []) say(fault);
	faults += tally?.faults.length ?? 0;
}
process.exitCode = faults === 0 ? 0 : 1;

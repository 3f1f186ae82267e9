import { startMariadb } from "./mariadb-server.ts";
import { MariadbShop } from "./runner/mariadb-shop.ts";
import type { Disturbance } from "./runner/kill-rounds.ts";
import { randomFrom } from "./runner/random.ts";

function numberOf(flag: string, otherwise: number): number {
	const at = process.argv.indexOf(flag);
	return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const seed = numberOf("--seed", Date.now() % 100_000);
console.log(`MariaDB, seed ${seed}`);
const server = await startMariadb();
if (!server) throw new Error("MariaDB is not on this machine.");
const shop = new MariadbShop(server, numberOf("--rows", 20_000), randomFrom(seed));
let faults = 0;

async function series(title: string, wanted: number, pick: () => Disturbance): Promise<void> {
	let disturbances = 0;
	let plans = 0;
	while (disturbances < wanted) {
		const end = await shop.run(Math.min(25, wanted - disturbances), pick);
		disturbances += end.disturbances;
		plans += 1;
		faults += end.faults.length;
		for (const fault of end.faults) console.log(`  ${fault}`);
	}
	console.log(`${title}: ${disturbances} in ${plans} plans`);
}

await series("Runners killed", numberOf("--kills", 60), shop.kill);
await series("Connections ended by the server", numberOf("--terminations", 30), shop.terminate);
await series("The server killed", numberOf("--restarts", 20), shop.restart);
const pairs = numberOf("--pairs", 10);
for (let pair = 0; pair < pairs; pair++) {
	const found = await shop.pair();
	faults += found.length;
	for (const fault of found) console.log(`  ${fault}`);
}
console.log(`Runners started in pairs: ${pairs}`);
console.log(`Client writes ${shop.writes}, faults ${faults}`);
await server.close();
process.exitCode = faults === 0 ? 0 : 1;

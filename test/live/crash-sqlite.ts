import { randomFrom } from "./runner/random.ts";
import { SqliteShop } from "./runner/sqlite-shop.ts";

function numberOf(flag: string, otherwise: number): number {
	const at = process.argv.indexOf(flag);
	return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const seed = numberOf("--seed", Date.now() % 100_000);
console.log(`SQLite, seed ${seed}`);
const shop = new SqliteShop(numberOf("--rows", 50_000), randomFrom(seed));
const kills = numberOf("--kills", 60);
let killed = 0;
let plans = 0;
let faults = 0;
while (killed < kills) {
	const end = await shop.run(Math.min(25, kills - killed));
	killed += end.disturbances;
	plans += 1;
	faults += end.faults.length;
	for (const fault of end.faults) console.log(`  ${fault}`);
}
console.log(`Runners killed: ${killed} in ${plans} plans, ${shop.journals} left a journal`);
const pairs = numberOf("--pairs", 10);
for (let pair = 0; pair < pairs; pair++) {
	const found = await shop.pair();
	faults += found.length;
	for (const fault of found) console.log(`  ${fault}`);
}
console.log(`Runners started in pairs: ${pairs}; faults ${faults}`);
process.exitCode = faults === 0 ? 0 : 1;

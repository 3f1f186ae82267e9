import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ask } from "../../run/ask.ts";
import type { EngineProblem } from "../../run/engine.ts";
import { defaultData } from "../../run/engines/index.ts";
import { openPglite } from "../../run/engines/pglite.ts";
import type { DemoArguments, RunCommandLine } from "../commands/demo.ts";
import { fail, print } from "../output.ts";

const first = `CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
	id bigint PRIMARY KEY,
	customer_id bigint NOT NULL REFERENCES customers (id),
	total integer NOT NULL,
	status text
);
`;

/** What is in production already: half of the old orders have no status. */
const rows = `INSERT INTO customers SELECT i, 'customer' || i || '@example.com' FROM generate_series(1, 500) AS i;
INSERT INTO orders SELECT i, 1 + i % 500, i * 7 % 10000, CASE WHEN i % 2 = 0 THEN 'paid' END FROM generate_series(1, 20000) AS i;
`;

const release = `ALTER TABLE orders ADD COLUMN paid_at timestamptz;
CREATE INDEX orders_customer_id ON orders (customer_id);
UPDATE orders SET status = 'open' WHERE status IS NULL;
ALTER TABLE orders ADD CONSTRAINT orders_status_known CHECK (status IN ('open', 'paid', 'cancelled'));
`;

const releaseFile = "migrations/0002_order_status.sql";

interface Act {
	readonly says: string;
	readonly args: readonly string[];
}

const acts: readonly Act[] = [
	{
		says: "A release as it is often written. What would it do to a shop that is open?",
		args: ["lint", releaseFile, "--format", "concise"],
	},
	{
		says: "The same release as steps that stop nobody, with proof and undo.",
		args: ["plan", releaseFile, "--out", "plan.json"],
	},
	{
		says: "An operator agrees to exactly this plan.",
		args: ["approve", "plan.json", "--by", "you"],
	},
	{ says: "It is carried out.", args: ["run", "plan.json", "--operator", "you"] },
	{ says: "All that it promised is asked for once more.", args: ["verify", "plan.json"] },
	{ says: "May the new code start?", args: ["gate", "plan.json", "--min", "0002_order_status"] },
	{
		says: "And if it has to go back?",
		args: ["rollback", "plan.json", "--dry-run"],
	},
	{ says: "What was done, for those who ask later.", args: ["status", "plan.json", "--receipts"] },
];

/** Makes the shop as it is before the release. */
async function makeShop(directory: string): Promise<EngineProblem | undefined> {
	mkdirSync(path.join(directory, "migrations"), { recursive: true });
	writeFileSync(path.join(directory, "migrations/0001_shop.sql"), first);
	writeFileSync(path.join(directory, releaseFile), release);
	const engine = await openPglite(path.join(directory, defaultData));
	if ("code" in engine) return engine;
	try {
		const session = await engine.connect("demo");
		if ("code" in session) return session;
		await ask(session, first);
		await ask(session, rows);
	} finally {
		await engine.close();
	}
	const config = {
		serverVersion: engine.version,
		tables: { orders: { rows: 20_000 } },
		approval: { operators: ["you"] },
	};
	writeFileSync(
		path.join(directory, "lockkeeper.config.json"),
		`${JSON.stringify(config, undefined, "\t")}\n`,
	);
	return undefined;
}

/** Takes a sample release through the commands, one after the other. */
export async function runDemo(
	{ directory }: DemoArguments,
	runCommandLine: RunCommandLine,
): Promise<void> {
	const place = path.resolve(process.cwd(), directory);
	if (existsSync(place)) {
		fail({ message: `${directory} is there already.`, hint: "Name a directory to be made." });
		return;
	}
	const problem = await makeShop(place);
	if (problem) {
		fail(problem);
		return;
	}
	process.chdir(place);
	for (const { says, args } of acts) {
		print(`\n# ${says}\n$ lockkeeper ${args.join(" ")}\n`);
		// People read it, whatever it is written to.
		await runCommandLine(args[0] === "run" ? [...args, "--format", "text"] : args);
		// The findings of the first act are the point of it.
		const isExpected =
			process.exitCode === 0 || process.exitCode === undefined || args[0] === "lint";
		if (!isExpected) return;
	}
	print(`\nAll of it is in ${directory}: look around, and remove it when you have seen enough.\n`);
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import { lintRepository } from "../../src/repository.ts";

const created = `CREATE TABLE orders (id bigint PRIMARY KEY, status text, total numeric(12, 2));
CREATE TYPE channel AS ENUM ('web', 'shop');
`;

async function findings(
	migration: string,
	code: Readonly<Record<string, string>>,
	later = "",
): Promise<readonly Finding[]> {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(root, { recursive: true });
	});
	mkdirSync(path.join(root, ".git"));
	const files = {
		"migrations/0001_orders.sql": created,
		"migrations/0002_change.sql": `SET lock_timeout = '2s';\n${migration}\n`,
		...(later !== "" && { "migrations/0003_later.sql": `SET lock_timeout = '2s';\n${later}\n` }),
		...code,
	};
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		writeFileSync(path.join(root, name), content);
	}
	const report = await lintRepository(root, [], {});
	if ("code" in report) throw new Error(report.message);
	return report.findings;
}

const list = `export const list = "SELECT id, status FROM orders";\n`;

test("a dropped column tells the code that still uses it", async () => {
	const [finding] = await findings("ALTER TABLE orders DROP COLUMN status;", {
		"src/orders.ts": list,
		"src/form.ts": `import { orders } from "./orders";\nexport const open = orders.filter((order) => order.status);\n`,
	});
	expect(finding).toMatchObject({
		message:
			"Statements of running code that name orders.status fail once it is dropped, and its values are lost. src/orders.ts:1 still uses it.",
		because: [
			"orders exists since 0001_orders.",
			"1 place may mean it or something else of that name, such as src/form.ts:2.",
		],
		related: [{ file: "src/orders.ts", start: { line: 1, column: 33 }, message: "uses it." }],
	});
});

test("a dropped column that no code names says so", async () => {
	const [finding] = await findings("ALTER TABLE orders DROP COLUMN status;", {
		"src/orders.ts": `export const list = "SELECT id FROM orders";\n`,
	});
	expect(finding!.message).not.toContain("still uses it");
	expect(finding!.because).toContain("No use of orders.status was found in 1 file of code.");
});

const contract = `-- lockkeeper:contract orders.status since=0001_orders
ALTER TABLE orders DROP COLUMN status;`;

test("a contract directive is believed when no code names the column", async () => {
	expect(
		await findings(contract, { "src/a.ts": `export const a = "SELECT id FROM orders";\n` }),
	).toEqual([]);
});

test("a contract directive is not believed against the code", async () => {
	const [finding] = await findings(contract, { "src/orders.ts": list });
	expect(finding!.help).toBe(
		"First release code that no longer names orders.status. The directive says that orders.status is out of use since 0001_orders, but src/orders.ts:1 uses it.",
	);
});

test("many places: five are shown, the others counted", async () => {
	const code = Object.fromEntries(
		Array.from({ length: 17 }, (_, at) => [`src/orders${at}.ts`, list]),
	);
	const [finding] = await findings("ALTER TABLE orders RENAME TO purchases;", code);
	expect(finding!.message).toContain("src/orders0.ts:1 and 16 more places still use it.");
	expect(finding!.related).toHaveLength(5);
	expect(finding!.related[4]!.message).toBe("uses it, and 12 more places do.");
});

test("what is there again at the end of the history is what code means", async () => {
	const [finding] = await findings(
		"ALTER TABLE orders DROP COLUMN status;",
		{ "src/orders.ts": list },
		"ALTER TABLE orders ADD COLUMN status text;",
	);
	expect(finding!.message).not.toContain("still uses it");
});

test("a renamed value of an enum", async () => {
	const [finding] = await findings("ALTER TYPE channel RENAME VALUE 'shop' TO 'store';", {
		"src/channel.ts": `export const channel = pgEnum("channel", ["web", "shop"]);\n`,
	});
	expect(finding!.message).toContain("src/channel.ts:1 still uses it.");
});

describe("a constraint that code names", () => {
	const unique = "ALTER TABLE orders ADD CONSTRAINT orders_status_key UNIQUE (status);";
	const upsert = `export const add = "INSERT INTO orders (status) VALUES ($1) ON CONFLICT ON CONSTRAINT orders_status_key DO NOTHING";\n`;
	const later = async (sql: string, code: string): Promise<readonly string[]> => {
		const all = await findings(unique, { "src/orders.ts": code }, sql);
		return all.filter(({ file }) => file.includes("0003")).map(({ message }) => message);
	};

	test("is not renamed without a word", async () => {
		const rename =
			"ALTER TABLE orders RENAME CONSTRAINT orders_status_key TO orders_status_unique;";
		expect(await later(rename, upsert)).toEqual([
			"INSERT ... ON CONFLICT ON CONSTRAINT orders_status_key in running code fails once the constraint is called orders_status_unique. src/orders.ts:1 still uses it.",
		]);
		expect(
			await later(rename, `export const add = "INSERT INTO orders (status) VALUES ($1)";\n`),
		).toEqual([]);
	});

	test("is told with the drop, and a directive is not believed against it", async () => {
		const drop = "ALTER TABLE orders DROP CONSTRAINT orders_status_key;";
		const [dropped] = await later(drop, upsert);
		expect(dropped).toMatch(
			/once orders_status_key is dropped.* src\/orders\.ts:1 still uses it\.$/,
		);
		const contract = `-- lockkeeper:contract orders_status_key since=0001_orders\n${drop}`;
		expect(await later(contract, upsert)).toHaveLength(1);
		expect(await later(contract, "export const none = 0;\n")).toEqual([]);
	});
});

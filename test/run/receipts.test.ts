import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { receiptsMarkdown } from "../../src/report/receipts-markdown.ts";
import type { RunEvent } from "../../src/run/context.ts";
import { readReceipts, receiptsDirectory, writeReceipts } from "../../src/run/receipt-file.ts";
import { receiptJsonSchema } from "../../src/run/receipt-shape.ts";
import { judgeReceipts, receiptsOf, type Receipt } from "../../src/run/receipts.ts";
import { directoryWith } from "../cli/run.ts";
import { planSql } from "../plan/plan-sql.ts";

let plan: Plan;
let receipts: readonly Receipt[];

/** An index and a filled column; the run is stopped once, then goes on. */
async function source() {
	plan = await planSql([
		{
			id: "0001_create_orders",
			sql: "CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text);",
		},
		{
			id: "0002_orders_paid",
			transaction: "none",
			sql: "ALTER TABLE orders ADD COLUMN paid_at timestamptz;\nCREATE INDEX CONCURRENTLY orders_customer_id ON orders (customer_id);\nUPDATE orders SET status = 'open' WHERE status IS NULL;",
		},
	]);
	const start = Date.UTC(2026, 10, 21, 9);
	const events: readonly RunEvent[] = [
		{ kind: "runStarted", operator: "ada", approvers: ["grace", "alan"], tool: "lockkeeper 0.1.0" },
		{ kind: "phaseStarted", phase: "expand" },
		{ kind: "stepStarted", step: "expand-1", attempt: 1 },
		{
			kind: "lockMissed",
			step: "expand-1",
			attempt: 1,
			blockers: [{ who: "session 4711 (psql, alice)" }],
			nextInMilliseconds: 250,
		},
		{ kind: "stepStarted", step: "expand-1", attempt: 2 },
		{ kind: "stepDone", step: "expand-1", milliseconds: 12, lockWaitMilliseconds: 512 },
		{ kind: "paused", why: "asked to by a signal" },
		{ kind: "runStarted", operator: "linus", approvers: ["grace", "alan"] },
		{ kind: "stepStarted", step: "expand-2", attempt: 1 },
		{ kind: "stepDone", step: "expand-2", milliseconds: 61_400, rows: 0 },
		{ kind: "phaseDone", phase: "expand" },
		{ kind: "phaseStarted", phase: "migrate" },
		{ kind: "stepDone", step: "migrate-1", milliseconds: 90_000, rows: 1_200_000 },
		{ kind: "phaseStarted", phase: "verify" },
		{ kind: "verified", step: "verify-1", what: "pending", passed: false, count: 1200 },
		{ kind: "verified", step: "verify-1", what: "pending", passed: true, count: 0 },
		{ kind: "stepDone", step: "verify-1", milliseconds: 300 },
		{ kind: "phaseDone", phase: "verify" },
		{ kind: "runStarted", operator: "ada", approvers: [] },
		{ kind: "rolledBack", step: "expand-2" },
		{ kind: "phaseDone", phase: "rollback" },
		{ kind: "phaseStarted", phase: "contract" },
	];
	return {
		plan,
		planHash: "0".repeat(64),
		target: "shop 7345678901234567890",
		events: events.map((event, index) => ({ at: start + index * 1000, event })),
	};
}

describe("receipts", () => {
	test("each phase that has ended leaves one, chained to the one before", async () => {
		receipts = receiptsOf(await source());
		expect(receipts.map(({ number, phase }) => `${number}-${phase}`)).toEqual([
			"1-expand",
			"2-migrate",
			"3-verify",
			"4-rollback",
		]);
		expect(receipts.map(({ previous }) => previous)).toEqual([
			undefined,
			receipts[0]?.sha256,
			receipts[1]?.sha256,
			receipts[2]?.sha256,
		]);
		expect(judgeReceipts(receipts, receipts)).toEqual([]);
	});

	test("the same events make the same receipts", async () => {
		expect(receiptsOf(await source())).toEqual(receipts);
	});

	test("files come back as they were written", () => {
		const directory = receiptsDirectory(path.join(directoryWith({}), "plan.json"));
		expect(writeReceipts(directory, receipts).map((file) => path.basename(file))).toEqual([
			"1-expand.json",
			"2-migrate.json",
			"3-verify.json",
			"4-rollback.json",
		]);
		expect(writeReceipts(directory, receipts)).toEqual([]);
		expect(readReceipts(directory)).toEqual(receipts);
	});

	test("a change, a gap and a forged chain are found out", () => {
		const [first, second, third, fourth] = receipts as readonly [
			Receipt,
			Receipt,
			Receipt,
			Receipt,
		];
		const changed = { ...first, operators: ["mallory"] };
		expect(judgeReceipts([changed, second, third, fourth])).toEqual([
			{ code: "changed", message: "receipt 1 (expand) was changed after it was written" },
		]);
		expect(judgeReceipts([first, third])).toMatchObject([{ code: "chain" }]);
		expect(judgeReceipts([first], receipts)).toEqual([
			{ code: "missing", message: "receipt 2 (migrate) is missing" },
			{ code: "missing", message: "receipt 3 (verify) is missing" },
			{ code: "missing", message: "receipt 4 (rollback) is missing" },
		]);
		// Whoever can write all files can make a chain that fits: the database knows better.
		const forged = receiptsOf({
			plan,
			planHash: "0".repeat(64),
			target: first.target,
			events: [
				{ at: 0, event: { kind: "runStarted", operator: "mallory", approvers: [] } },
				{ at: 0, event: { kind: "stepDone", step: "expand-1", milliseconds: 1 } },
				{ at: 0, event: { kind: "stepDone", step: "expand-2", milliseconds: 1 } },
			],
		});
		expect(judgeReceipts(forged)).toEqual([]);
		expect(judgeReceipts(forged, receipts.slice(0, 1))).toMatchObject([{ code: "other" }]);
	});

	test("a file that is no receipt is told with its place", () => {
		const directory = directoryWith({ "1-expand.json": "{" });
		expect(readReceipts(directory)).toMatchObject({ code: "unreadable" });
		writeFileSync(path.join(directory, "1-expand.json"), '{"version":1}');
		expect(readReceipts(directory)).toMatchObject({
			message: expect.stringContaining('lacks the key "number"') as string,
		});
	});

	test("the page tells the timeline", () => {
		const page = receiptsMarkdown(receipts).replace(/`[0-9a-f]{64}`/g, "`<hash>`");
		expect(page).toMatchInlineSnapshot(`
			"### lockkeeper receipts: 0002\\_orders\\_paid

			On \`shop 7345678901234567890\`, with the plan \`<hash>\`. Times are those of the server, in UTC.

			#### 1. expand

			2026-11-21T09:00:00.000Z to 2026-11-21T09:00:09.000Z, run by ada, linus, approved by alan, grace.

			| Step       | What                                                                     | Outcome | Took   | Rows | Waited for locks     | Ended    |
			| ---------- | ------------------------------------------------------------------------ | ------- | ------ | ---- | -------------------- | -------- |
			| \`expand-1\` | ALTER TABLE orders ADD COLUMN paid\\_at timestamptz;                      | done    | 12 ms  |      | 512 ms, gave up once | 09:00:05 |
			| \`expand-2\` | CREATE INDEX CONCURRENTLY orders\\_customer\\_id ON orders (customer\\_id); | done    | 61.4 s | 0    |                      | 09:00:09 |

			- Stopped at 09:00:06: asked to by a signal

			Receipt \`<hash>\`

			#### 2. migrate

			2026-11-21T09:00:10.000Z to 2026-11-21T09:00:12.000Z, run by linus, approved by alan, grace.

			| Step        | What                                                   | Outcome | Took   | Rows      | Waited for locks | Ended    |
			| ----------- | ------------------------------------------------------ | ------- | ------ | --------- | ---------------- | -------- |
			| \`migrate-1\` | orders: Change the rows that are left, 1,000 at a time | done    | 90.0 s | 1,200,000 |                  | 09:00:12 |

			Receipt \`<hash>\`

			#### 3. verify

			2026-11-21T09:00:13.000Z to 2026-11-21T09:00:16.000Z, run by linus, approved by alan, grace.

			| Step       | What                             | Outcome | Took   | Rows | Waited for locks | Ended    |
			| ---------- | -------------------------------- | ------- | ------ | ---- | ---------------- | -------- |
			| \`verify-1\` | orders: Prove it: no row is left | done    | 300 ms |      |                  | 09:00:16 |

			- Passed: \`verify-1\` pending

			Receipt \`<hash>\`

			#### 4. rollback

			2026-11-21T09:00:17.000Z to 2026-11-21T09:00:20.000Z, run by ada.

			| Step       | What                                                                     | Outcome        | Took | Rows | Waited for locks | Ended    |
			| ---------- | ------------------------------------------------------------------------ | -------------- | ---- | ---- | ---------------- | -------- |
			| \`expand-2\` | CREATE INDEX CONCURRENTLY orders\\_customer\\_id ON orders (customer\\_id); | **taken back** |      |      |                  | 09:00:19 |

			Receipt \`<hash>\`
			"
		`);
	});
});

test("the JSON Schema in the repository is that of receipts", () => {
	const written: unknown = JSON.parse(
		readFileSync(new URL("../../lockkeeper.receipt.schema.json", import.meta.url), "utf8"),
	);
	expect(written).toEqual(receiptJsonSchema());
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reporterFor } from "../../src/cli/handlers/run-reporter.ts";
import { planOf, serverStep } from "../run/shop.ts";

const plan = planOf([
	serverStep({
		id: "expand-1",
		sql: ["CREATE INDEX CONCURRENTLY orders_status ON orders (status);"],
	}),
	serverStep({ id: "migrate-1", sql: ["UPDATE orders SET status = 'open';"] }),
]);

let lines: string[] = [];

const isTerminal = process.stderr.isTTY;

beforeEach(() => {
	process.stderr.isTTY = false;
	vi.useFakeTimers();
	lines = [];
	vi.spyOn(process.stderr, "write").mockImplementation((text) => {
		lines.push(String(text));
		return true;
	});
});

afterEach(() => {
	process.stderr.isTTY = isTerminal;
	vi.restoreAllMocks();
	vi.useRealTimers();
});

test("a log hears of a long step every 10 seconds, with its batches where it has some", () => {
	const reporter = reporterFor({ format: "text", color: false }, plan);
	reporter.tell({ kind: "stepStarted", step: "expand-1", attempt: 1 });
	vi.advanceTimersByTime(25_000);
	reporter.tell({ kind: "stepDone", step: "expand-1", milliseconds: 25_000 });
	vi.advanceTimersByTime(25_000);
	reporter.tell({ kind: "stepStarted", step: "migrate-1", attempt: 1 });
	for (let total = 1000; total <= 60_000; total += 1000) {
		const batch = { rows: 1000, total, size: 1000, milliseconds: 250, share: total / 60_000 };
		reporter.tell({ kind: "batchDone", step: "migrate-1", ...batch });
		vi.advanceTimersByTime(250);
	}
	reporter.tell({ kind: "stepDone", step: "migrate-1", milliseconds: 15_000, rows: 60_000 });
	reporter.end();
	vi.advanceTimersByTime(60_000);
	expect(lines.join("")).toMatchInlineSnapshot(`
		"expand-1 begins: CREATE INDEX CONCURRENTLY orders_status ON orders (status);
		expand-1 has run for 10 s
		expand-1 has run for 20 s
		expand-1 done (25 s)
		migrate-1 begins: UPDATE orders SET status = 'open';
		migrate-1 40,000 rows, about 66 % (batches of 1,000 in 250 ms)
		migrate-1 done (15 s, 60,000 rows)
		"
	`);
});

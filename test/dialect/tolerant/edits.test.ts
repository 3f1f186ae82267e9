import { expect, test } from "vitest";
import type { DialectId } from "../../../src/core/dialect.ts";
import type { StatementChange } from "../../../src/core/fix.ts";
import { loadDialect } from "../../../src/dialect/load.ts";

/** The text after a change of its statement with this number. */
async function changed(
	id: DialectId,
	text: string,
	change: StatementChange,
	at = 0,
): Promise<string | undefined> {
	const dialect = await loadDialect(id);
	const file = { path: "002_change.sql", text };
	const statement = dialect.read(file, { placeholders: [] }).statements[at]!;
	const within = { start: 0, end: text.length };
	const edits = dialect.edits(statement, change, { within, inTransaction: false });
	return edits
		?.toSorted((a, b) => b.range.start - a.range.start)
		.reduce(
			(was, { range, text: own }) => was.slice(0, range.start) + own + was.slice(range.end),
			text,
		);
}

test("a statement put before another keeps comments, directives, indentation and case", async () => {
	const before = { kind: "insertBefore", sql: "DELETE FROM refunds;" } as const;
	const text = "# why\n\t-- lockkeeper:ignore no-drop-table: unused\n\tdrop table `orders`;\n";
	expect(await changed("mysql", text, before)).toBe(
		"# why\n\tdelete from refunds;\n\t-- lockkeeper:ignore no-drop-table: unused\n\tdrop table `orders`;\n",
	);
	expect(await changed("sqlite", "  drop table [Orders];\r\n", before)).toBe(
		"  delete from refunds;\r\n  drop table [Orders];\r\n",
	);
});

test("a limit is set as each database sets it", async () => {
	const limit = { kind: "setParameter", name: "lock_wait_timeout", value: "5" } as const;
	expect(await changed("mariadb", "DROP TABLE orders;\n", limit)).toBe(
		"SET SESSION lock_wait_timeout = 5;\nDROP TABLE orders;\n",
	);
	const wait = { kind: "setParameter", name: "busy_timeout", value: "5000" } as const;
	expect(await changed("sqlite", "DROP TABLE orders;\n", wait)).toBe(
		"PRAGMA busy_timeout = 5000;\nDROP TABLE orders;\n",
	);
});

test("nothing is put between statements that another delimiter ends", async () => {
	const text = "DELIMITER //\nDROP TABLE orders//\nDELIMITER ;\nDROP TABLE refunds;\n";
	const before = { kind: "insertBefore", sql: "SELECT 1;" } as const;
	expect(await changed("mysql", text, before, 1)).toBeUndefined();
	expect(await changed("mysql", text, { ...before, kind: "insertAfter" }, 1)).toBeUndefined();
	const two = { kind: "replaceStatement", sql: "SELECT 1;\nSELECT 2;" } as const;
	expect(await changed("mysql", text, two, 1)).toBeUndefined();
	expect(await changed("mysql", text, { ...two, sql: "SELECT 1;" }, 1)).toContain("\nSELECT 1//");
	expect(await changed("mysql", text, before, 3)).toContain("SELECT 1;\nDROP TABLE refunds;");
});

test("a statement put after another goes behind the comment of its line", async () => {
	const after = { kind: "insertAfter", sql: "SELECT 1;" } as const;
	expect(
		await changed("mysql", "DROP TABLE orders; # unused; since March\nSELECT 2;\n", after),
	).toBe("DROP TABLE orders; # unused; since March\nSELECT 1;\nSELECT 2;\n");
	expect(await changed("sqlite", "DROP TABLE orders -- the last", after)).toBe(
		"DROP TABLE orders;\nSELECT 1; -- the last",
	);
});

test("what a database does not have is not written", async () => {
	expect(
		await changed("mysql", "CREATE INDEX i ON orders (note);", { kind: "addConcurrently" }),
	).toBeUndefined();
	expect(
		await changed("sqlite", "CREATE INDEX i ON orders (note);", { kind: "addConcurrently" }),
	).toBeUndefined();
	const online = { kind: "setOnlineClauses", algorithm: "inplace", lock: "none" } as const;
	expect(await changed("sqlite", "CREATE INDEX i ON orders (note);", online)).toBeUndefined();
});

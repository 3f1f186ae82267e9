import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Node } from "@pgsql/types";
import { expect, test } from "vitest";
import { createLowerSource } from "../../../../src/dialect/postgres/lower/source.ts";
import { lowerStatement } from "../../../../src/dialect/postgres/lower/statement.ts";
import { lower } from "./lowering.ts";

// Only the planner makes the first; the second is a part of ALTER TABLE.
const neverStatements = ["SetOperationStmt", "ReplicaIdentityStmt"];

function grammarStatements(): string[] {
	const types = createRequire(import.meta.url).resolve("@pgsql/types");
	const text = readFileSync(types.replace(/index\.js$/, "types.d.ts"), "utf8");
	const names = [...text.matchAll(/^export interface (\w+Stmt) \{/gm)].map((match) => match[1]!);
	return names.filter((name) => !neverStatements.includes(name));
}

test("the grammar has 115 statements", () => {
	expect(grammarStatements()).toHaveLength(115);
});

test.each(grammarStatements())("%s has a home", (name) => {
	const source = createLowerSource("", 0, []);
	const operations = lowerStatement({ [name]: {} } as unknown as Node, source);
	expect(operations.map((operation) => operation.kind)).not.toContain("unanalyzable");
});

test("a node that is no statement is reported, not passed over", () => {
	const source = createLowerSource("", 0, []);
	expect(lowerStatement({ RangeVar: {} }, source)).toEqual([
		{ kind: "unanalyzable", range: { start: 0, end: 0 }, reason: "no reading for RangeVar" },
	]);
});

test("ALTER CONSTRAINT sets only what it names", () => {
	const altered = (change: string) => {
		const [operation] = lower(`ALTER TABLE orders ALTER CONSTRAINT customer ${change}`);
		return operation;
	};
	expect(altered("NOT DEFERRABLE")).toMatchObject({ deferrable: false, initiallyDeferred: false });
	expect(altered("NOT DEFERRABLE")).not.toHaveProperty("enforced");
	expect(altered("NOT ENFORCED")).toMatchObject({ enforced: false });
	expect(altered("NOT ENFORCED")).not.toHaveProperty("deferrable");
	expect(altered("NO INHERIT")).toMatchObject({ inherit: false });
	expect(altered("INHERIT")).toMatchObject({ inherit: true });
});

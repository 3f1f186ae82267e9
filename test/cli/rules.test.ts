import { expect, test } from "vitest";
import { presets } from "../../src/core/preset.ts";
import { rules } from "../../src/generated/rules.ts";
import { lockkeeper } from "./run.ts";

test("rules are listed by preset, each once", async () => {
	const { stdout, code } = await lockkeeper(["rules"]);
	expect(code).toBe(0);
	const [first = "", ...rest] = stdout.split("\n\n");
	expect(first.split("\n").slice(0, 2).join("\n")).toMatchInlineSnapshot(`
		"recommended: what can hurt production; on without being asked for
		  no-add-column-rewrite               error    Disallow adding a column in a way that rewrites a table in use."
	`);
	expect(rest).toHaveLength(presets.length - 1);
	for (const { id } of rules) expect(stdout.split(` ${id} `)).toHaveLength(2);
});

test("the list as JSON tells preset and aliases", async () => {
	const { stdout } = await lockkeeper(["rules", "--format", "json"]);
	expect(JSON.parse(stdout)).toMatchObject({
		version: 1,
		rules: expect.arrayContaining([
			expect.objectContaining({
				id: "no-drop-table",
				preset: "recommended",
				aliases: { squawk: "ban-drop-table", atlas: "DS102", pgfence: "drop-table" },
			}),
		]) as unknown,
	});
});

test("the page of a rule says what happens, what is locked, the safe way and other names", async () => {
	const { stdout, code } = await lockkeeper(["rules", "require-concurrent-index-drop"]);
	expect(code).toBe(0);
	expect(stdout).toMatchInlineSnapshot(`
		"# require-concurrent-index-drop

		Require DROP INDEX CONCURRENTLY on a table in use.

		Preset: recommended. Severity: info. Category: locks. Databases: PostgreSQL.

		## What happens

		DROP INDEX takes an ACCESS EXCLUSIVE lock on the table of the index: it waits for every query that runs,
		and every read and write that comes later waits behind it; in a transaction the lock stays until the commit. DROP
		INDEX CONCURRENTLY waits for running queries without a lock that keeps others out. It refuses to run in a
		transaction, and cannot drop the index of a partitioned table or of a constraint.

		## What to do

		Drop it with DROP INDEX CONCURRENTLY, outside any transaction.

		An earlier release:

		\`\`\`sql
		CREATE TABLE orders (id bigint PRIMARY KEY, note text);
		CREATE INDEX orders_note ON orders (note);
		\`\`\`

		Bad:

		\`\`\`sql
		SET lock_timeout = '2s';
		DROP INDEX orders_note;
		\`\`\`

		> DROP INDEX orders_note waits until running queries on orders have ended, and meanwhile every new read and write of orders waits too.

		What the server does:

		- locks \`orders\` in ACCESS EXCLUSIVE mode: nobody else can read or write it

		The safe way:

		\`\`\`sql
		-- 1. Drop it, without a lock_timeout; outside any transaction
		DROP INDEX CONCURRENTLY orders_note;
		\`\`\`

		Good:

		\`\`\`sql
		DROP INDEX CONCURRENTLY orders_note;
		\`\`\`

		## To accept it here

		\`\`\`sql
		-- lockkeeper:ignore require-concurrent-index-drop: why it is safe here
		\`\`\`

		## In other tools

		- squawk: \`require-concurrent-index-deletion\`
		- strong_migrations: \`remove_index\`
		- Atlas: \`PG102\`
		- pgfence: \`drop-index-not-concurrent\`
		"
	`);
});

test("a rule may be asked for by what another linter calls it", async () => {
	const one = await lockkeeper(["rules", "ban-drop-column"]);
	expect(one).toEqual({
		code: 0,
		stderr: "",
		stdout: "ban-drop-column of squawk is here: no-drop-column\n",
	});
	const several = await lockkeeper(["rules", "constraint-missing-not-valid"]);
	expect(several.stdout).toBe(
		"constraint-missing-not-valid of squawk is here: no-validate-in-same-transaction, require-not-valid-constraint\n",
	);
});

test("a rule that does not exist is a mistake with the nearest one", async () => {
	const { code, stderr } = await lockkeeper(["rules", "no-drop-tables"]);
	expect(code).toBe(2);
	expect(stderr).toContain("Did you mean no-drop-table?");
});

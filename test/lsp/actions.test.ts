import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { CodeAction } from "vscode-languageserver-protocol";
import { directoryWith, shop } from "../cli/run.ts";
import { openEditor, uriIn, type Editor } from "./editor.ts";

interface Opened {
	readonly editor: Editor;
	readonly uri: string;
	readonly cwd: string;
}

async function opened(
	text: string,
	name = "migrations/004_notes.sql",
	files: Readonly<Record<string, string>> = shop,
): Promise<Opened> {
	const cwd = directoryWith(files);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, name);
	await editor.open(uri, name.endsWith(".sql") ? "sql" : "javascript", text);
	return { editor, uri, cwd };
}

async function actionsOn({ editor, uri }: Opened, rule: string): Promise<readonly CodeAction[]> {
	const found = await editor.diagnostics(uri);
	const diagnostic = found.find(({ code }) => code === rule)!;
	return editor.actions(uri, diagnostic.range);
}

async function choose(all: Opened, rule: string, title: RegExp): Promise<Record<string, string>> {
	const actions = await actionsOn(all, rule);
	const action = actions.find((one) => title.test(one.title));
	if (!action?.edit) throw new Error(actions.map((one) => one.title).join("\n"));
	return { ...(await all.editor.apply(action.edit)) };
}

const index = "CREATE INDEX orders_note_idx ON orders (note);\n";

test("a finding offers its fixes first, then the ways to leave it, then its page", async () => {
	const all = await opened(index);
	const actions = await actionsOn(all, "require-concurrent-index");
	expect(actions.map(({ title, isPreferred }) => `${title}${isPreferred ? " (preferred)" : ""}`))
		.toMatchInlineSnapshot(`
			[
			  "Build it with CREATE INDEX CONCURRENTLY (preferred)",
			  "Ignore require-concurrent-index here",
			  "Ignore require-concurrent-index in this file",
			  "Show documentation of require-concurrent-index",
			]
		`);
});

test("the fix of a finding leaves nothing to say", async () => {
	const all = await opened(index);
	await choose(all, "require-concurrent-index", /CONCURRENTLY/);
	expect(all.editor.textOf(all.uri)).toMatchInlineSnapshot(`
		"CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
		"
	`);
	expect(await all.editor.lines(all.uri)).toEqual([]);
});

test("an ignore comment asks for a reason and is quiet with one", async () => {
	const all = await opened(`SET lock_timeout = '2s';\r\n\t${index}`);
	await choose(all, "require-concurrent-index", /^Ignore .* here$/);
	expect(all.editor.textOf(all.uri)).toBe(
		`SET lock_timeout = '2s';\r\n\t-- lockkeeper:ignore require-concurrent-index: <why it is safe here>\r\n\t${index}`,
	);
	expect((await all.editor.lines(all.uri)).map((line) => line.split(":")[0])).toEqual([
		"unknown-directive",
		"require-concurrent-index",
	]);
	await all.editor.replace(all.uri, "<why it is safe here>", "nobody writes to it at night");
	expect(await all.editor.lines(all.uri)).toEqual([]);
});

test("a statement on the line of another gets its comment on a line of its own", async () => {
	const all = await opened(`SET lock_timeout = '2s'; ${index}`);
	await choose(all, "require-concurrent-index", /^Ignore .* here$/);
	await all.editor.replace(all.uri, "<why it is safe here>", "nobody writes to it at night");
	expect(all.editor.textOf(all.uri)).toMatchInlineSnapshot(`
		"SET lock_timeout = '2s';
		-- lockkeeper:ignore require-concurrent-index: nobody writes to it at night
		CREATE INDEX orders_note_idx ON orders (note);
		"
	`);
	expect(await all.editor.lines(all.uri)).toEqual([]);
});

test("a rule is left out in the whole file", async () => {
	const all = await opened(
		`SET lock_timeout = '2s';\n${index}CREATE INDEX orders_id_note ON orders (id, note);\n`,
	);
	await choose(all, "require-concurrent-index", /in this file$/);
	await all.editor.replace(all.uri, "<why it is safe here>", "the shop is closed meanwhile");
	expect(await all.editor.lines(all.uri)).toEqual([]);
});

test("in a program the ignore comment is one of its language", async () => {
	const program = `exports.up = (knex) =>\n\tknex.raw("CREATE INDEX orders_note_idx ON orders (note)");\nexports.config = { transaction: false };\n`;
	const all = await opened(program, "migrations/20240301000000_index.js", {
		"knexfile.js": "module.exports = { client: 'pg' };\n",
		"migrations/20240101000000_orders.js":
			'exports.up = (knex) => knex.raw("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");\n',
		"migrations/20240301000000_index.js": program,
	});
	await choose(all, "require-concurrent-index", /^Ignore .* here$/);
	expect(all.editor.textOf(all.uri)).toMatchInlineSnapshot(`
		"exports.up = (knex) =>
			// lockkeeper:ignore require-concurrent-index: <why it is safe here>
			knex.raw("CREATE INDEX orders_note_idx ON orders (note)");
		exports.config = { transaction: false };
		"
	`);
	await all.editor.replace(all.uri, "<why it is safe here>", "the shop is closed meanwhile");
	expect((await all.editor.lines(all.uri)).join()).not.toContain("require-concurrent-index");
});

test("a recipe takes the place of the statement where each statement commits by itself", async () => {
	const attach = `ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');`;
	const all = await opened(`SET lock_timeout = '2s';\n${attach}\n`, "migrations/002_attach.sql", {
		"migrations/001_events.sql":
			"CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);\nCREATE TABLE events_2027 (at date NOT NULL);\n",
	});
	await choose(all, "require-partition-proof", /^Safer way/);
	expect(all.editor.textOf(all.uri)).toMatchInlineSnapshot(`
		"SET lock_timeout = '2s';
		-- Add events_2027_bound for new rows: no row is read, the lock is short
		ALTER TABLE events_2027 ADD CONSTRAINT events_2027_bound CHECK (at IS NOT NULL AND at >= '2027-01-01' AND at < '2028-01-01') NOT VALID;
		-- Test events_2027_bound on the old rows while reads and writes go on
		ALTER TABLE events_2027 VALIDATE CONSTRAINT events_2027_bound;
		-- Attach it: the CHECKs spare the reading
		ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
		-- Drop the CHECKs: the bounds say the same now
		ALTER TABLE events_2027 DROP CONSTRAINT events_2027_bound;
		"
	`);
	expect(await all.editor.lines(all.uri)).toEqual([]);
});

test("a recipe becomes further migrations where a file is a transaction", async () => {
	const all = await opened(
		"SET lock_timeout = '2s';\nALTER TABLE orders ADD CONSTRAINT note_given CHECK (note <> '');\n",
		"db/migration/V10__check_notes.sql",
		{
			"db/migration/V1__orders.sql": shop["migrations/001_orders.sql"],
			"db/migration/V9__invoices.sql": shop["migrations/002_invoices.sql"],
		},
	);
	const created = await choose(all, "require-not-valid-constraint", /^Safer way.*new migration/);
	expect(all.editor.textOf(all.uri)).toMatchInlineSnapshot(`
		"SET lock_timeout = '2s';
		-- Add note_given for new rows: no row is read, the lock is short
		ALTER TABLE orders ADD CONSTRAINT note_given CHECK (note <> '') NOT VALID;
		"
	`);
	expect(Object.entries(created).map(([uri, text]) => [uri.replace(/.*\//, ""), text]))
		.toMatchInlineSnapshot(`
			[
			  [
			    "V11__add_constraint_in_two_steps.sql",
			    "-- Test note_given on the old rows while reads and writes go on
			ALTER TABLE orders VALIDATE CONSTRAINT note_given;
			",
			  ],
			]
		`);
});

test("all safe fixes are made at once when the editor asks for that", async () => {
	const all = await opened(`${index}DROP INDEX orders_note_idx;\nDROP INDEX other_idx;\n`);
	const { editor, uri } = all;
	const whole = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
	const usual = await editor.actions(uri, whole);
	expect(usual.filter(({ kind }) => kind?.startsWith("source."))).toEqual([]);
	const [fixAll, ...others] = await editor.actions(uri, whole, { only: ["source.fixAll"] });
	expect(others).toEqual([]);
	expect(fixAll?.kind).toBe("source.fixAll.lockkeeper");
	await editor.apply(fixAll!.edit!);
	expect(editor.textOf(uri)).toMatchInlineSnapshot(`
		"CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);
		DROP INDEX orders_note_idx;
		DROP INDEX other_idx;
		"
	`);
});

test("the page of a rule is opened", async () => {
	const all = await opened(index);
	const actions = await actionsOn(all, "require-concurrent-index");
	const { command } = actions.find(({ title }) => title.startsWith("Show documentation"))!;
	await all.editor.connection.sendRequest("workspace/executeCommand", {
		command: command!.command,
		arguments: command!.arguments,
	});
	const [page] = all.editor.shown;
	expect(readFileSync(fileURLToPath(page!), "utf8")).toContain("# require-concurrent-index");
});

import { expect, test } from "vitest";
import { directoryWith, shop } from "../cli/run.ts";
import { openEditor, uriIn } from "./editor.ts";

const indexed = "CREATE INDEX orders_note_idx ON orders (note);";

test("a migration is judged when it is opened, on all that stands before it", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/003_drop_invoices.sql");
	await editor.open(uri, "sql", shop["migrations/003_drop_invoices.sql"]);
	expect(await editor.diagnostics(uri)).toMatchInlineSnapshot(`
		[
		  {
		    "code": "no-drop-table",
		    "message": "Queries of running code on invoices fail once it is dropped, and its rows are lost.
		invoices exists since 002_invoices.
		First release code that no longer uses invoices. Once that is deployed, write above the statement, with the earlier migration that brought the replacement: -- lockkeeper:contract invoices since=<revision>",
		    "range": {
		      "end": {
		        "character": 19,
		        "line": 1,
		      },
		      "start": {
		        "character": 0,
		        "line": 1,
		      },
		    },
		    "severity": 1,
		    "source": "lockkeeper",
		  },
		]
	`);
});

test("an edit is judged at once, and what is mended goes away", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/004_index.sql");
	await editor.open(uri, "sql", `SET lock_timeout = '2s';\n${indexed}\n`);
	expect(await editor.lines(uri)).toEqual([
		"require-concurrent-index: CREATE INDEX orders_note_idx ON orders (note)",
	]);
	await editor.replace(uri, "orders (note)", "new_orders (note)");
	await editor.replace(uri, "CREATE INDEX", "CREATE TABLE new_orders (note text);\nCREATE INDEX");
	expect(await editor.lines(uri)).toEqual([]);
});

test.for([
	["Windows line ends", `SET lock_timeout = '2s';\r\n\r\n${indexed}\r\n`],
	["tabs", `SET lock_timeout = '2s';\n\t\t${indexed}\n`],
	["letters beyond ASCII", `SET lock_timeout = '2s'; /* größer */ ${indexed}\n`],
	["emoji", `SET lock_timeout = '2s'; /* 🚢🚢 */ ${indexed}\n`],
] as const)("the place is exact after %s", async ([, text]) => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/004_index.sql");
	await editor.open(uri, "sql", text);
	expect(await editor.lines(uri)).toEqual([
		"require-concurrent-index: CREATE INDEX orders_note_idx ON orders (note)",
	]);
});

test("programs are judged where their calls stand", async () => {
	const ruby = `class IndexOrders < ActiveRecord::Migration[7.1]\n  def change\n    add_index :orders, :note\n  end\nend\n`;
	const typescript = `exports.up = (knex) => knex.raw(\`\n\t-- größer 🚢\n\t${indexed}\n\`);\n`;
	const cwd = directoryWith({
		"db/migrate/20240101000000_create_orders.rb":
			"class CreateOrders < ActiveRecord::Migration[7.1]\n  def change\n    create_table :orders do |t|\n      t.text :note\n    end\n  end\nend\n",
		"db/migrate/20240201000000_index_orders.rb": ruby,
		"knexfile.js": "module.exports = { client: 'pg' };\n",
		"migrations/20240101000000_orders.js":
			'exports.up = (knex) => knex.raw("CREATE TABLE orders (id bigint PRIMARY KEY, note text)");\n',
		"migrations/20240301000000_index.js": typescript,
	});
	const editor = await openEditor([cwd]);
	const rails = uriIn(cwd, "db/migrate/20240201000000_index_orders.rb");
	await editor.open(rails, "ruby", ruby);
	expect(await editor.lines(rails)).toContain("require-concurrent-index: add_index :orders, :note");
	const knex = uriIn(cwd, "migrations/20240301000000_index.js");
	await editor.open(knex, "javascript", typescript);
	expect(await editor.lines(knex)).toContain(
		`require-concurrent-index: ${indexed.replace(";", "")}`,
	);
	const hints = await editor.hints(rails);
	expect(hints.map(({ position }) => position)).toEqual([{ line: 2, character: 28 }]);
});

test("a finding points at the place that it hangs together with", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/004_notes.sql");
	await editor.open(
		uri,
		"sql",
		"BEGIN;\nSET LOCAL lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN seen boolean;\nUPDATE orders SET seen = false;\nCOMMIT;\n",
	);
	const found = await editor.diagnostics(uri);
	const related = found.flatMap(({ relatedInformation = [] }) => relatedInformation);
	expect(related).toContainEqual({
		message: "The lock is taken here.",
		location: {
			uri,
			range: { start: { line: 2, character: 0 }, end: { line: 2, character: 0 } },
		},
	});
});

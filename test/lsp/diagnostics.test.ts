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

import { expect, test } from "vitest";
import { directoryWith } from "../cli/run.ts";
import { openEditor, uriIn, type Editor } from "./editor.ts";

const mysqlOrders = `CREATE TABLE orders (
	id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
	note varchar(200) NOT NULL,
	total int
) ENGINE=InnoDB;
`;

interface Opened {
	readonly editor: Editor;
	readonly uri: string;
}

async function opened(
	folder: string,
	before: string,
	text: string,
	preset = "recommended",
): Promise<Opened> {
	const cwd = directoryWith({
		[`migrations/${folder}/001_orders.sql`]: before,
		"lockkeeper.config.json": JSON.stringify({ preset }),
	});
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, `migrations/${folder}/002_change.sql`);
	await editor.open(uri, "sql", text);
	return { editor, uri };
}

async function hoverOn({ editor, uri }: Opened, piece: string): Promise<string> {
	const hover = await editor.hover(uri, editor.positionOf(uri, piece));
	const contents = hover?.contents;
	return contents && typeof contents === "object" && "value" in contents ? contents.value : "";
}

test("a hover over MySQL tells the algorithm, the lock and what a rebuild costs", async () => {
	const all = await opened(
		"mysql",
		mysqlOrders,
		"ALTER TABLE orders MODIFY COLUMN total bigint;\nALTER TABLE orders ADD COLUMN paid int;\n",
	);
	expect(await hoverOn(all, "MODIFY")).toMatchInlineSnapshot(`
		"- **runs** ALGORITHM=COPY, LOCK=SHARED: every row is copied into a new table; reads go on, writes wait
		- **locks** orders: SHARED_NO_WRITE, every write waits, reads go on
		- **held** until the statement ends
		- **waits** when it begins and ends for every open transaction that has used orders; everybody else queues behind it
		- **rewrites** orders
		- **time** grows with the rows
		- **commits** ends the open transaction, and cannot be rolled back
		- **replicas** do it again when the source is done, and lag behind as long as it takes
		- **phase** expand; can be undone
		- **why** the type changes, so every row is copied
		- **safer** Fill a second column beside the old one while reads and writes go on, then swap their names."
	`);
	expect(await hoverOn(all, "paid")).toMatchInlineSnapshot(`
		"- **runs** ALGORITHM=INSTANT, LOCK=NONE: only the metadata changes
		- **locks** orders: EXCLUSIVE, nobody else can read or write it
		- **held** until the statement ends
		- **waits** for every open transaction that has used orders; everybody else queues behind it
		- **time** a moment, whatever the size
		- **commits** ends the open transaction, and cannot be rolled back
		- **phase** expand; can be undone
		- **why** rows get the column when they are next written
		- **why** it uses up one of the 64 row versions of the table: after the last one the rows are written anew"
	`);
});

test("MariaDB is told apart from MySQL by its folder", async () => {
	const all = await opened(
		"mariadb",
		mysqlOrders,
		"ALTER TABLE orders MODIFY COLUMN note varchar(300) NOT NULL;\n",
	);
	expect(await hoverOn(all, "MODIFY")).toContain("ALGORITHM=");
});

test("diagnostics, the hint, the lens and the fix of a MySQL migration", async () => {
	const { editor, uri } = await opened(
		"mysql",
		mysqlOrders,
		"-- the total of big orders\nALTER TABLE orders MODIFY COLUMN total bigint;\n",
	);
	expect(await editor.lines(uri)).toMatchInlineSnapshot(`
		[
		  "no-blocking-alter: ALTER TABLE orders MODIFY COLUMN total bigint",
		  "require-lock-timeout: ALTER TABLE orders MODIFY COLUMN total bigint",
		]
	`);
	const hints = await editor.hints(uri);
	expect(hints.map(({ label }) => label)).toMatchInlineSnapshot(`
		[
		  "SHARED_NO_WRITE on orders: every write waits, reads go on",
		]
	`);
	const [lens] = await editor.lenses(uri);
	expect(lens?.command?.title).toMatchInlineSnapshot(
		`"lockkeeper: do not deploy this as it is: 1 error, 1 warning | phase: expand"`,
	);
	const [first] = await editor.diagnostics(uri);
	const actions = await editor.actions(uri, first!.range);
	expect(actions.map(({ title }) => title)).toMatchInlineSnapshot(`
		[
		  "Set a lock_wait_timeout of 5 seconds before it",
		  "Ignore no-blocking-alter here",
		  "Ignore no-blocking-alter in this file",
		  "Ignore require-lock-timeout here",
		  "Ignore require-lock-timeout in this file",
		  "Show documentation of no-blocking-alter",
		  "Show documentation of require-lock-timeout",
		]
	`);
});

test("a fix of a MySQL statement is made in its own words", async () => {
	const { editor, uri } = await opened(
		"mysql",
		mysqlOrders,
		"set session lock_wait_timeout = 5;\nalter table orders add column paid int; # soon\n",
		"strict",
	);
	const found = await editor.diagnostics(uri);
	const diagnostic = found.find(({ code }) => code === "require-online-clause");
	const actions = await editor.actions(uri, diagnostic!.range);
	const fix = actions.find(({ title }) => title.includes("ALGORITHM"));
	await editor.apply(fix!.edit!);
	expect(editor.textOf(uri)).toMatchInlineSnapshot(`
		"set session lock_wait_timeout = 5;
		alter table orders add column paid int, algorithm=instant; # soon
		"
	`);
});

test("diagnostics, the hint and the lens of a SQLite migration", async () => {
	const { editor, uri } = await opened(
		"sqlite",
		"CREATE TABLE orders (id integer PRIMARY KEY, note text);\n",
		"ALTER TABLE orders DROP COLUMN note;\n",
	);
	expect(await editor.lines(uri)).toMatchInlineSnapshot(`
		[
		  "no-drop-column: ALTER TABLE orders DROP COLUMN note",
		]
	`);
	const hints = await editor.hints(uri);
	expect(hints.map(({ label }) => label)).toMatchInlineSnapshot(`
		[
		  "RESERVED on main: every write waits, reads go on",
		]
	`);
	expect((await editor.lenses(uri))[0]?.command?.title).toMatchInlineSnapshot(
		`"lockkeeper: do not deploy this as it is: 1 error | phase: contract"`,
	);
	expect(await hoverOn({ editor, uri }, "DROP")).toMatchInlineSnapshot(`
		"- **locks** main: RESERVED, every write waits, reads go on
		- **held** until the statement ends
		- **rewrites** orders
		- **time** grows with the rows
		- **phase** contract; can be undone, but the data is gone
		- **why** the value is taken out of every row, so that all pages of the table are written"
	`);
});

test("an ignore comment above a MySQL statement leaves its finding out", async () => {
	const { editor, uri } = await opened("mysql", mysqlOrders, "DROP TABLE orders;\n");
	const before = await editor.lines(uri);
	expect(before.join("\n")).toContain("no-drop-table");
	const diagnostic = (await editor.diagnostics(uri)).find(({ code }) => code === "no-drop-table");
	const actions = await editor.actions(uri, diagnostic!.range);
	const ignore = actions.find(({ title }) => title === "Ignore no-drop-table here");
	await editor.apply(ignore!.edit!);
	await editor.replace(uri, "<why it is safe here>", "nobody has used it since March");
	expect((await editor.lines(uri)).join("\n")).not.toContain("no-drop-table");
});

test("an edit of a MySQL migration is judged at once", async () => {
	const { editor, uri } = await opened("mysql", mysqlOrders, "SELECT 1;\n");
	expect(await editor.lines(uri)).toEqual([]);
	await editor.replace(uri, "SELECT 1", "DROP TABLE orders");
	expect((await editor.lines(uri)).join("\n")).toContain("no-drop-table");
});

import { expect, test } from "vitest";
import { directoryWith, shop } from "../cli/run.ts";
import { openEditor, pushed, uriIn, type Editor } from "./editor.ts";

const migration = `SET lock_timeout = '2s';
CREATE INDEX orders_note_idx ON orders (note);
CREATE TABLE refunds (id bigint PRIMARY KEY);
ALTER TABLE refunds ADD COLUMN reason text;
ALTER TABLE orders ALTER COLUMN note TYPE varchar(20);
`;

async function opened(text = migration): Promise<{ editor: Editor; uri: string }> {
	const cwd = directoryWith({
		...shop,
		"lockkeeper.config.json": JSON.stringify({ tables: { orders: { rows: 40_000_000 } } }),
	});
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/004_notes.sql");
	await editor.open(uri, "sql", text);
	return { editor, uri };
}

test("a hover tells what the statement does and the safe way", async () => {
	const { editor, uri } = await opened();
	const hover = await editor.hover(uri, editor.positionOf(uri, "orders_note_idx"));
	expect(hover?.contents).toMatchInlineSnapshot(`
		{
		  "kind": "markdown",
		  "value": "- **locks** orders: SHARE, every write waits, reads go on
		- **held** until the statement ends
		- **reads all** orders (about 40,000,000 rows)
		- **builds** orders_note_idx
		- **time** grows with the rows: an index is built
		- **phase** expand; can be undone
		- **why** writes wait until the index is built, reads go on
		- **safer** Build the index while reads and writes go on.",
		}
	`);
	expect(editor.textAt(uri, hover!.range!)).toBe("CREATE INDEX orders_note_idx ON orders (note)");
});

test("a hover without Markdown is plain text", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd], {
		capabilities: { ...pushed, textDocument: { hover: { contentFormat: ["plaintext"] } } },
	});
	const uri = uriIn(cwd, "migrations/004_notes.sql");
	await editor.open(uri, "sql", migration);
	const hover = await editor.hover(uri, editor.positionOf(uri, "varchar"));
	expect(hover?.contents).toMatchInlineSnapshot(`
		{
		  "kind": "plaintext",
		  "value": "- locks orders: ACCESS EXCLUSIVE, nobody else can read or write it
		- held until the statement ends
		- rewrites orders
		- builds orders_pkey, orders_note_idx
		- time grows with the rows
		- phase contract; can be undone, but the data is gone
		- why the length of every value is checked for varchar(20)
		- safer Fill a second column with the new type beside the application, then change names.",
		}
	`);
});

test("there is no hover between statements", async () => {
	const { editor, uri } = await opened("\n\n\nSELECT 1;\n");
	expect(await editor.hover(uri, { line: 0, character: 0 })).toBeNull();
});

test("hints tell the strongest lock, only where others wait", async () => {
	const { editor, uri } = await opened();
	const lines = (await editor.hints(uri)).map(
		({ position, label }) => `${position.line}:${position.character} ${JSON.stringify(label)}`,
	);
	expect(lines).toMatchInlineSnapshot(`
		[
		  "1:46 "SHARE on orders: every write waits, reads go on"",
		  "4:54 "ACCESS EXCLUSIVE on orders: nobody else can read or write it"",
		]
	`);
});

test("a line above the migration tells the verdict and the phases", async () => {
	const { editor, uri } = await opened();
	expect((await editor.lenses(uri)).map(({ command }) => command?.title)).toMatchInlineSnapshot(`
		[
		  "lockkeeper: do not deploy this as it is: 2 errors | phase: expand, contract",
		]
	`);
	await editor.change(uri, { text: "CREATE TABLE refunds (id bigint PRIMARY KEY);\n" });
	expect((await editor.lenses(uri)).map(({ command }) => command?.title)).toMatchInlineSnapshot(`
		[
		  "lockkeeper: safe to deploy | phase: expand",
		]
	`);
});

test("a SQL file that is no migration is left alone", async () => {
	const cwd = directoryWith({ ...shop, "reports/orders.sql": "" });
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "reports/orders.sql");
	await editor.open(uri, "sql", "DELETE FROM orders;\n");
	expect(await editor.lines(uri)).toEqual([]);
	expect(await editor.lenses(uri)).toEqual([]);
	expect(await editor.hover(uri, { line: 0, character: 1 })).toBeNull();
});

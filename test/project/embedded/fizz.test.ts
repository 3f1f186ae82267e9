import { expect, test } from "vitest";
import { findingsOf, sentBy } from "./pairs.ts";

const module = "module shop\n\nrequire github.com/gobuffalo/pop/v6 v6.1.1\n";

async function sent(fizz: string): Promise<string[]> {
	const all = await sentBy({ "go.mod": module, "migrations/20240101000000_orders.up.fizz": fizz });
	return all["20240101000000"] ?? [];
}

test.each([
	[
		`create_table("orders") {
	t.Column("id", "uuid", {primary: true})
	t.Column("note", "string", {"size": 40, "null": true})
	t.Column("state", "string", {"default": "new"})
	t.Column("at", "timestamp", {"default_raw": "now()"})
	t.ForeignKey("customer_id", {"customers": ["id"]}, {"on_delete": "cascade"})
	t.Index("note", {"unique": true})
	t.Timestamps()
}`,
		[
			"CREATE TABLE orders ( id uuid NOT NULL, note VARCHAR (40), state VARCHAR (255) NOT NULL DEFAULT 'new', at timestamp NOT NULL DEFAULT now(), created_at timestamp NOT NULL, updated_at timestamp NOT NULL, PRIMARY KEY (id), FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE cascade )",
			"CREATE UNIQUE INDEX orders_note_idx ON orders (note)",
		],
	],
	[
		`create_table("tags", {timestamps: false}) {\n\tt.Column("id", "integer", {primary: true})\n}`,
		["CREATE TABLE tags ( id SERIAL NOT NULL, PRIMARY KEY (id) )"],
	],
	[
		`add_column("orders", "total", "decimal", {"null": true})\ndrop_column("orders", "note")`,
		["ALTER TABLE orders ADD COLUMN total decimal", "ALTER TABLE orders DROP COLUMN note"],
	],
	[
		`change_column("orders", "note", "text", {"null": true})`,
		["ALTER TABLE orders ALTER COLUMN note TYPE text, ALTER COLUMN note DROP NOT NULL"],
	],
	[
		`add_index("orders", ["note", "state"], {})\nadd_index("orders", "note", {"name": "notes"})`,
		[
			"CREATE INDEX orders_note_state_idx ON orders (note, state)",
			"CREATE INDEX notes ON orders (note)",
		],
	],
	[
		`add_foreign_key("orders", "customer_id", {"customers": ["id"]}, {"name": "orders_customer"})`,
		[
			"ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id)",
		],
	],
	[
		`rename_table("orders", "sales")\nrename_column("sales", "note", "remark")\nrename_index("sales", "a", "b")\ndrop_index("sales", "b")\ndrop_table("sales")`,
		[
			"ALTER TABLE orders RENAME TO sales",
			"ALTER TABLE sales RENAME COLUMN note TO remark",
			"ALTER INDEX a RENAME TO b",
			"DROP INDEX b",
			"DROP TABLE sales",
		],
	],
	[`// the old ones\nsql("DELETE FROM orders")`, ["DELETE FROM orders"]],
	[`exec("ls")`, ["unread: what exec sends is not known"]],
])("%s", async (fizz, expected) => {
	expect(await sent(fizz)).toEqual(["file", ...expected]);
});

test("a fizz file is judged like the SQL that it stands for", async () => {
	const found = await findingsOf({
		"go.mod": module,
		"migrations/20240101000000_orders.up.fizz": `create_table("orders") {\n\tt.Column("id", "uuid", {primary: true})\n\tt.Column("note", "text", {})\n}`,
		"migrations/20240201000000_index.up.fizz": `add_index("orders", "note", {})`,
		"migrations/20240301000000_drop.up.fizz": `# lockkeeper:ignore no-drop-column: nobody reads it\ndrop_column("orders", "note")`,
	});
	expect(found).toEqual(["require-concurrent-index", "require-lock-timeout"]);
});

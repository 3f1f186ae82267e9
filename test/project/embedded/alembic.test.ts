import { expect, test } from "vitest";
import { readAlembic } from "../../../src/project/embedded/alembic/read.ts";
import { sentBy } from "./pairs.ts";

const header = (revision: string, parent: string): string => `
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "${revision}"
down_revision = ${parent}
`;

async function up(body: string): Promise<string[]> {
	const file = `${header("aa11", "None")}\ndef upgrade():\n${body}\n`;
	const sent = await sentBy({ "migrations/versions/aa11_orders.py": file });
	return sent["aa11"] ?? [];
}

test.each([
	[
		`op.execute(sa.text("UPDATE orders SET state = :state WHERE note = 'at:once' AND id > 5::int"))`,
		["UPDATE orders SET state = :state WHERE note = 'at:once' AND id > 5::int"],
	],
	[
		`op.create_exclude_constraint("one_stay", "stays", ("room", "="), (sa.text("tsrange(first, last)"), "&&"), using="gist", where=sa.text("paid"))`,
		[
			"ALTER TABLE stays ADD CONSTRAINT one_stay EXCLUDE USING gist (room WITH =, tsrange(first, last) WITH &&) WHERE (paid)",
		],
	],
	[`op.execute("DELETE FROM sessions")`, ["DELETE FROM sessions"]],
	[`op.execute(sa.text("""DELETE FROM sessions"""))`, ["DELETE FROM sessions"]],
	[
		`op.get_bind().execute(f"UPDATE orders SET state = '{'paid'}' WHERE id < {limit}")`,
		["UPDATE orders SET state = 'paid' WHERE id < {limit}"],
	],
	[
		`op.add_column("orders", sa.Column("paid", sa.Boolean(), server_default=sa.false(), nullable=False))`,
		["ALTER TABLE orders ADD COLUMN paid BOOLEAN DEFAULT false NOT NULL"],
	],
	[
		`op.add_column("orders", sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), index=True))`,
		[
			"ALTER TABLE orders ADD COLUMN user_id INTEGER",
			"ALTER TABLE orders ADD FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE",
			"CREATE INDEX ix_orders_user_id ON orders (user_id)",
		],
	],
	[
		`op.alter_column("orders", "note", type_=sa.String(length=50), nullable=False, new_column_name="remark", server_default=None)`,
		[
			"ALTER TABLE orders ALTER COLUMN note TYPE VARCHAR(50)",
			"ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
			"ALTER TABLE orders ALTER COLUMN note DROP DEFAULT",
			"ALTER TABLE orders RENAME note TO remark",
		],
	],
	[
		`op.create_table("orders", sa.Column("id", sa.Integer(), nullable=False), sa.Column("state", sa.Enum("new", "paid", name="order_state")), sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()), sa.PrimaryKeyConstraint("id"))`,
		[
			"CREATE TYPE order_state AS ENUM ('new', 'paid')",
			"CREATE TABLE orders ( id SERIAL NOT NULL, state order_state, at TIMESTAMP WITH TIME ZONE DEFAULT now(), PRIMARY KEY (id) )",
		],
	],
	[
		`op.create_index(op.f("ix_orders_paid"), "orders", ["paid", sa.text("lower(note)")], unique=True, postgresql_where=sa.text("paid"))`,
		["CREATE UNIQUE INDEX ix_orders_paid ON orders (paid, lower(note)) WHERE paid"],
	],
	[
		`op.create_foreign_key("orders_user", "orders", "users", ["user_id"], ["id"], postgresql_not_valid=True)`,
		[
			"ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY(user_id) REFERENCES users (id) NOT VALID",
		],
	],
	[
		`op.create_check_constraint("positive", "orders", "total > 0", schema="shop")`,
		["ALTER TABLE shop.orders ADD CONSTRAINT positive CHECK (total > 0)"],
	],
	[
		`op.drop_constraint("positive", "orders", type_="check")`,
		["ALTER TABLE orders DROP CONSTRAINT positive"],
	],
	[`op.drop_index("ix_orders_paid", table_name="orders")`, ["DROP INDEX ix_orders_paid"]],
	[`op.rename_table("orders", "purchases")`, ["ALTER TABLE orders RENAME TO purchases"]],
	[
		`orders = sa.table("orders", sa.column("paid"))\n    op.execute(orders.update().where(orders.c.id > 1).values(paid=True))`,
		["UPDATE orders SET paid = new_paid WHERE condition"],
	],
	[
		`for name in ["orders", "invoices"]:\n        op.drop_column(name, f"{name}_id")`,
		["ALTER TABLE orders DROP COLUMN orders_id", "ALTER TABLE invoices DROP COLUMN invoices_id"],
	],
	[
		`if op.get_bind().dialect.name == "sqlite":\n        op.execute("PRAGMA x")\n    else:\n        op.execute("SELECT 1")`,
		["SELECT 1"],
	],
	[
		`with op.batch_alter_table("orders", schema=None) as batch_op:\n        batch_op.add_column(sa.Column("paid", sa.Boolean()))\n        batch_op.create_index("ix_paid", ["paid"])`,
		["ALTER TABLE orders ADD COLUMN paid BOOLEAN", "CREATE INDEX ix_paid ON orders (paid)"],
	],
	[`op.sync_enum("orders")`, ["unread: what op.sync_enum() sends is not known without running it"]],
])("%s", async (call, expected) => {
	expect(await up(`    ${call}`)).toEqual(["all", ...expected]);
});

test("what stands in an autocommit block runs outside the transaction", async () => {
	const sent = await up(`
    op.execute("SET LOCAL lock_timeout = '2s'")
    with op.get_context().autocommit_block():
        op.create_index("ix_paid", "orders", ["paid"], postgresql_concurrently=True)
    op.drop_table("sessions")`);
	expect(sent).toEqual([
		"all",
		"SET LOCAL lock_timeout = '2s'",
		"none",
		"CREATE INDEX CONCURRENTLY ix_paid ON orders (paid)",
		"all",
		"DROP TABLE sessions",
	]);
});

test("revisions stand after those that they follow, whatever their names", async () => {
	const upgrade = `\ndef upgrade():\n    pass\n`;
	const sent = await sentBy({
		"migrations/versions/aa_merge.py": header("merged", `("left", "right")`) + upgrade,
		"migrations/versions/bb_left.py": header("left", `"first"`) + upgrade,
		"migrations/versions/cc_right.py": header("right", `"first"`) + upgrade,
		"migrations/versions/zz_first.py": header("first", "None") + upgrade,
	});
	expect(Object.keys(sent)).toEqual(["first", "left", "right", "merged"]);
});

test("a directive in a comment belongs to the call after it", () => {
	const source = `${header("aa", "None")}
def upgrade():
    op.drop_table("a")
    # lockkeeper:ignore no-drop-table: nobody reads it
    op.drop_table("sessions")
`;
	const pieces = readAlembic(source)?.up.flatMap((group) => group.pieces) ?? [];
	expect(pieces.map(({ comments }) => comments?.map(({ text }) => text))).toEqual([
		undefined,
		["lockkeeper:ignore no-drop-table: nobody reads it"],
	]);
});

test.each([
	"",
	"revision = ",
	"revision = '",
	'revision = "a"\ndef upgrade(:\n  op.execute(f"{',
	"revision='a'\n" + "(".repeat(5000),
])("no text makes the reader fail: %#", (source) => {
	expect(() => readAlembic(source)).not.toThrow();
});

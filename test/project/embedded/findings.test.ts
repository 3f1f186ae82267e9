import { expect, test } from "vitest";
import { findingsOf } from "./pairs.ts";

const alembic = (call: string): string => `
from alembic import op
import sqlalchemy as sa
revision = "bb22"
down_revision = "aa11"
def upgrade():
    op.execute("SET lock_timeout = '2s'")
    ${call}
`;

const rails = (call: string): string => `
class ChangeOrders < ActiveRecord::Migration[7.1]
  def change
    execute "SET lock_timeout = '2s'"
    ${call}
  end
end
`;

const django = (call: string): string => `
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL("SET lock_timeout = '2s'"), ${call}]
`;

const path = {
	alembic: "migrations/versions/bb22_orders.py",
	rails: "db/migrate/20240301080000_change_orders.rb",
	django: "shop/migrations/0002_orders.py",
};

test.each([
	[
		"CREATE INDEX ix_orders_paid ON shop_order (paid)",
		`op.create_index("ix_orders_paid", "shop_order", ["paid"])`,
		`add_index :shop_order, :paid, name: "ix_orders_paid"`,
		`migrations.AddIndex("order", models.Index(fields=["paid"], name="ix_orders_paid"))`,
	],
	[
		"ALTER TABLE shop_order DROP COLUMN note",
		`op.drop_column("shop_order", "note")`,
		"remove_column :shop_order, :note",
		undefined,
	],
	[
		"ALTER TABLE shop_order ALTER COLUMN note SET NOT NULL",
		`op.alter_column("shop_order", "note", nullable=False)`,
		"change_column_null :shop_order, :note, false",
		undefined,
	],
	[
		"ALTER TABLE shop_order RENAME TO purchases",
		`op.rename_table("shop_order", "purchases")`,
		"rename_table :shop_order, :purchases",
		`migrations.AlterModelTable("order", "purchases")`,
	],
	[
		"ALTER TABLE shop_order ADD CONSTRAINT positive CHECK (total > 0)",
		`op.create_check_constraint("positive", "shop_order", "total > 0")`,
		`add_check_constraint :shop_order, "total > 0", name: "positive"`,
		undefined,
	],
	["DROP TABLE shop_order", `op.drop_table("shop_order")`, "drop_table :shop_order", undefined],
])("%s: a call has the findings of its SQL", async (sql, ...calls) => {
	const [forAlembic, forRails, forDjango] = calls;
	const text = `SET lock_timeout = '2s';\n${sql};\n`;
	const expected = await findingsOf({ "migrations/0002_orders.sql": text }, "file");
	expect(expected.length).toBeGreaterThan(0);
	expect(await findingsOf({ [path.alembic]: alembic(forAlembic ?? "") }, "file")).toEqual(expected);
	expect(await findingsOf({ [path.rails]: rails(forRails ?? "") }, "file")).toEqual(expected);
	if (forDjango === undefined) return;
	const project = { "manage.py": "", [path.django]: django(forDjango) };
	expect(await findingsOf(project, "file")).toEqual(expected);
});

test("an index that is built concurrently outside a transaction has no finding", async () => {
	const block = `with op.get_context().autocommit_block():
        op.create_index("ix_orders_paid", "shop_order", ["paid"], postgresql_concurrently=True)`;
	expect(await findingsOf({ [path.alembic]: alembic(block) })).toEqual([]);
	const body = rails(`add_index :shop_order, :paid, algorithm: :concurrently`);
	const bare = body.replace("  def change", "  disable_ddl_transaction!\n  def change");
	expect(await findingsOf({ [path.rails]: bare })).toEqual([]);
	expect(await findingsOf({ [path.rails]: body })).toContain("require-outside-transaction");
});

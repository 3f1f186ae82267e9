import { expect, test } from "vitest";
import { readRails } from "../../../src/project/embedded/rails/read.ts";
import { pluralOf } from "../../../src/project/embedded/rails/names.ts";
import { sentBy } from "./pairs.ts";

async function up(body: string, version = "7.1"): Promise<string[]> {
	const file = `class ChangeOrders < ActiveRecord::Migration[${version}]\n${body}\nend\n`;
	const sent = await sentBy({ "db/migrate/20240301080000_change_orders.rb": file });
	return sent["20240301080000"] ?? [];
}

const change = (call: string): string => `  def change\n    ${call}\n  end`;

test.each([
	[`execute "DELETE FROM sessions"`, ["DELETE FROM sessions"]],
	[
		"execute <<~SQL.squish\n      DELETE FROM sessions\n      WHERE old\n    SQL",
		["DELETE FROM sessions WHERE old"],
	],
	[
		"add_column :orders, :paid, :boolean, null: false, default: false",
		["ALTER TABLE orders ADD COLUMN paid boolean DEFAULT FALSE NOT NULL"],
	],
	[
		"add_column :orders, :note, :string, :limit => 20, array: true, default: []",
		["ALTER TABLE orders ADD COLUMN note character varying(20)[] DEFAULT '{}'"],
	],
	["remove_column :orders, :note, :string", ["ALTER TABLE orders DROP COLUMN note"]],
	[
		"change_column :orders, :total, :bigint, null: false",
		["ALTER TABLE orders ALTER COLUMN total TYPE bigint, ALTER COLUMN total SET NOT NULL"],
	],
	[
		"change_column_null :orders, :total, false, 0",
		[
			"UPDATE orders SET total = 0 WHERE total IS NULL",
			"ALTER TABLE orders ALTER COLUMN total SET NOT NULL",
		],
	],
	[
		`change_column_default :orders, :at, from: nil, to: -> { "now()" }`,
		["ALTER TABLE orders ALTER COLUMN at SET DEFAULT now()"],
	],
	["rename_column :orders, :note, :remark", ["ALTER TABLE orders RENAME COLUMN note TO remark"]],
	["rename_table :orders, :purchases", ["ALTER TABLE orders RENAME TO purchases"]],
	[
		"create_table :orders do |t|\n      t.string :state, null: false, index: true\n      t.references :user, null: false, foreign_key: true\n      t.timestamps\n    end",
		[
			"CREATE TABLE orders ( id bigserial PRIMARY KEY, state character varying NOT NULL, user_id bigint NOT NULL, created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL, CONSTRAINT fk_rails_f868b47f6a FOREIGN KEY (user_id) REFERENCES users (id) )",
			"CREATE INDEX index_orders_on_state ON orders (state)",
			"CREATE INDEX index_orders_on_user_id ON orders (user_id)",
		],
	],
	[
		'add_index :orders, [:user_id, :state], unique: true, where: "paid"',
		["CREATE UNIQUE INDEX index_orders_on_user_id_and_state ON orders (user_id, state) WHERE paid"],
	],
	[
		`add_exclusion_constraint :stays, "room WITH =, during WITH &&", using: :gist, name: "one_stay"`,
		["ALTER TABLE stays ADD CONSTRAINT one_stay EXCLUDE USING gist (room WITH =, during WITH &&)"],
	],
	[
		`remove_exclusion_constraint :stays, name: "one_stay"`,
		["ALTER TABLE stays DROP CONSTRAINT one_stay"],
	],
	[
		`rename_enum_value :state, from: "new", to: "open"`,
		["ALTER TYPE state RENAME VALUE 'new' TO 'open'"],
	],
	[
		"add_primary_key :lines, [:order_id, :place]",
		["ALTER TABLE lines ADD PRIMARY KEY (order_id, place)"],
	],
	[
		`ActiveStorage::Blob.unscoped.update_all(service_name: "local")`,
		["UPDATE active_storage_blobs SET service_name = new_service_name"],
	],
	[`add_index :orders, :state, "name": "by_state"`, ["CREATE INDEX by_state ON orders (state)"]],
	["remove_index :orders, column: :state", ["DROP INDEX index_orders_on_state"]],
	[
		"add_foreign_key :orders, :users, validate: false",
		[
			"ALTER TABLE orders ADD CONSTRAINT fk_rails_f868b47f6a FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID",
		],
	],
	[
		"validate_foreign_key :orders, :users",
		["ALTER TABLE orders VALIDATE CONSTRAINT fk_rails_f868b47f6a"],
	],
	[
		`add_check_constraint :orders, "total > 0", name: "positive", validate: false`,
		["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID"],
	],
	[
		"add_reference :orders, :user, index: { algorithm: :concurrently }",
		[
			"ALTER TABLE orders ADD COLUMN user_id bigint",
			"CREATE INDEX CONCURRENTLY index_orders_on_user_id ON orders (user_id)",
		],
	],
	["safety_assured { remove_column :orders, :note }", ["ALTER TABLE orders DROP COLUMN note"]],
	[
		`reversible do |dir|\n      dir.up { execute "SELECT 1" }\n      dir.down { execute "SELECT 2" }\n    end`,
		["SELECT 1"],
	],
	[
		"%w[orders invoices].each do |table|\n      add_column table, :paid, :boolean\n    end",
		["ALTER TABLE orders ADD COLUMN paid boolean", "ALTER TABLE invoices ADD COLUMN paid boolean"],
	],
	[
		"Order.where(paid: nil).update_all(paid: false)",
		["UPDATE orders SET paid = new_paid WHERE condition"],
	],
	[
		"add_order_view :orders",
		["unread: what add_order_view sends is not known: it is no method of Rails's own"],
	],
])("%s", async (call, expected) => {
	expect(await up(change(call))).toEqual(["file", ...expected]);
});

test("disable_ddl_transaction! takes the transaction away", async () => {
	const body = `  disable_ddl_transaction!\n${change("add_index :orders, :paid, algorithm: :concurrently")}`;
	expect(await up(body)).toEqual([
		"none",
		"CREATE INDEX CONCURRENTLY index_orders_on_paid ON orders (paid)",
	]);
});

test("an old migration class has the types of its time", async () => {
	const sent = await up(change("create_table(:orders) { |t| t.timestamps }"), "4.2");
	expect(sent[1]).toBe(
		"CREATE TABLE orders ( id serial PRIMARY KEY, created_at timestamp, updated_at timestamp )",
	);
});

test.each([
	["order", "orders"],
	["category", "categories"],
	["address", "addresses"],
	["status", "statuses"],
	["order_item", "order_items"],
	["person", "people"],
])("%s is %s", (one, many) => {
	expect(pluralOf(one)).toBe(many);
});

const head = "class A < ActiveRecord::Migration[7.0]\n";
test.each([
	"",
	head,
	`${head}def up\nexecute <<~SQL\n`,
	`${head}def change; x(`,
	head + "[".repeat(5000),
	`${head}def up; a = "#{b`,
])("no text makes the reader fail: %#", (source) => {
	expect(() => readRails(source)).not.toThrow();
});

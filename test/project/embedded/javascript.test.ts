import { beforeAll, describe, expect, test } from "vitest";
import type { Section } from "../../../src/core/migration.ts";
import { positionAt } from "../../../src/core/source.ts";
import { readSection } from "../../../src/core/engine/sections.ts";
import type { Dialect } from "../../../src/core/dialect.ts";
import { loadPostgres } from "../../../src/dialect/postgres/dialect.ts";
import { readProgram, type ProgramReading } from "../../../src/project/embedded/javascript/read.ts";
import type { Vocabulary } from "../../../src/project/embedded/javascript/tool.ts";
import { dbMigrateVocabulary } from "../../../src/project/embedded/javascript/tools/db-migrate.ts";
import { knexVocabulary } from "../../../src/project/embedded/javascript/tools/knex.ts";
import { kyselyVocabulary } from "../../../src/project/embedded/javascript/tools/kysely.ts";
import { mikroOrmVocabulary } from "../../../src/project/embedded/javascript/tools/mikro-orm.ts";
import { nodePgMigrateVocabulary } from "../../../src/project/embedded/javascript/tools/node-pg-migrate.ts";
import { sequelizeVocabulary } from "../../../src/project/embedded/javascript/tools/sequelize.ts";
import { typeormVocabulary } from "../../../src/project/embedded/javascript/tools/typeorm.ts";
import { loadTypeScript } from "../../../src/project/embedded/javascript/typescript.ts";
import type { Files } from "../../../src/project/files.ts";

let dialect: Dialect;

beforeAll(async () => {
	await loadTypeScript();
	dialect = await loadPostgres();
});

function filesOf(texts: Readonly<Record<string, string>>): Files {
	return {
		cwd: "/project",
		exists: (file) => texts[file] !== undefined,
		list: () => Object.keys(texts),
		read: (path) => ({ file: { path, text: texts[path] ?? "" } }),
	};
}

function read(
	text: string,
	vocabulary: Vocabulary,
	others: Readonly<Record<string, string>> = {},
): ProgramReading {
	return readProgram({ path: "migrations/1_orders.ts", text }, filesOf(others), vocabulary);
}

function up(
	text: string,
	vocabulary: Vocabulary,
	others: Readonly<Record<string, string>> = {},
): readonly Section[] {
	return read(text, vocabulary, others).sectionsOf("up", "all");
}

/** The statements that a program sends, as SQL; those that cannot be told as their message. */
function sent(
	text: string,
	vocabulary: Vocabulary,
	others: Readonly<Record<string, string>> = {},
): readonly string[] {
	return up(text, vocabulary, others).flatMap((section) => {
		const { file, statements } = readSection(dialect, section, { placeholders: [] });
		return statements.map(({ range, unread }) =>
			unread ? `? ${unread.message}` : file.text.slice(range.start, range.end),
		);
	});
}

describe("texts of a program", () => {
	test("a template literal is read at its place", () => {
		const program =
			"export class Orders1700000000000 {\n\tasync up(queryRunner) {\n\t\tawait queryRunner.query(`\n\t\t\tALTER TABLE orders ADD note text\n\t\t`);\n\t}\n}\n";
		const [section] = up(program, typeormVocabulary);
		const { file, statements } = readSection(dialect, section!, { placeholders: [] });
		expect(statements).toHaveLength(1);
		expect(positionAt(file, statements[0]!.range.start)).toEqual({ line: 4, column: 4 });
		expect(program.slice(statements[0]!.range.start)).toMatch(/^ALTER TABLE/);
	});

	test("constants and concatenations are put together", () => {
		const program = `
			const table = "orders";
			const columns = ["note", "remark"];
			exports.up = async (knex) => {
				await knex.raw("ALTER TABLE " + table + " ADD total numeric");
				for (const column of columns) {
					await knex.raw(\`ALTER TABLE \${table} ADD \${column} text\`);
				}
			};`;
		expect(sent(program, knexVocabulary)).toEqual([
			"ALTER TABLE orders ADD total numeric",
			"ALTER TABLE orders ADD note text",
			"ALTER TABLE orders ADD remark text",
		]);
	});

	test("what only the running program knows is a hole", () => {
		const program = "exports.up = (knex) => knex.raw(`DROP TABLE ${process.env.PREFIX}_orders`);";
		const [section] = up(program, knexVocabulary);
		const { statements } = readSection(dialect, section!, { placeholders: [] });
		expect(statements.map(({ unread }) => unread)).toEqual([undefined]);
		expect(statements[0]!.placeholders).toHaveLength(1);
	});

	test("SQL that a program gets from elsewhere is unread", () => {
		const program = `const { sql } = require("./sql");\nexports.up = (knex) => knex.raw(sql);`;
		expect(sent(program, knexVocabulary)).toEqual([
			"? raw is given SQL that is not written in the file",
		]);
	});

	test("functions of the file are entered with their arguments", () => {
		const program = `
			async function addNote(knex, table) {
				await knex.raw(\`ALTER TABLE \${table} ADD note text\`);
			}
			exports.up = async (knex) => { await addNote(knex, "orders"); };`;
		expect(sent(program, knexVocabulary)).toEqual(["ALTER TABLE orders ADD note text"]);
	});

	test("a file that is read beside the program is a section of its own", () => {
		const program = `
			exports.up = (db) => {
				const file = path.join(__dirname, "sqls", "1_orders-up.sql");
				return new Promise((resolve, reject) => {
					fs.readFile(file, { encoding: "utf-8" }, (error, data) => resolve(data));
				}).then((data) => db.runSql(data));
			};`;
		const others = { "migrations/sqls/1_orders-up.sql": "DROP TABLE orders;" };
		const sections = up(program, dbMigrateVocabulary, others);
		expect(sections.map(({ file }) => file.path)).toEqual(["migrations/sqls/1_orders-up.sql"]);
	});

	test("a comment with a directive goes to the call after it", () => {
		const program = `exports.up = async (knex) => {
	await knex.raw("SELECT 1");
	// lockkeeper:ignore no-drop-table: nobody reads it
	await knex.raw("DROP TABLE orders");
};`;
		const [section] = up(program, knexVocabulary);
		const { statements } = readSection(dialect, section!, { placeholders: [] });
		expect(statements.map(({ comments }) => comments.map(({ text }) => text))).toEqual([
			[],
			["lockkeeper:ignore no-drop-table: nobody reads it"],
		]);
	});

	test("down is read by itself", () => {
		const program = `module.exports = {
			up: (queryInterface) => queryInterface.sequelize.query("CREATE TABLE notes (id int)"),
			down: (queryInterface) => queryInterface.dropTable("notes"),
		};`;
		const sections = read(program, sequelizeVocabulary).sectionsOf("down", "none");
		expect(sections.flatMap(({ embedded }) => embedded ?? [])).toMatchObject([
			{ kind: "sql", sql: "DROP TABLE IF EXISTS notes" },
		]);
	});
});

describe("builders send what their tools send", () => {
	test("Knex", () => {
		const program = `
			exports.up = (knex) => knex.schema
				.createTable("orders", (table) => {
					table.increments();
					table.string("code", 20).notNullable().unique();
					table.integer("customer_id").references("customers.id").onDelete("CASCADE").index();
					table.boolean("paid").notNullable().defaultTo(false);
					table.timestamps(true, true);
				})
				.alterTable("customers", (table) => {
					table.dropColumn("fax");
					table.string("name", 80).notNullable().alter();
				});`;
		expect(sent(program, knexVocabulary)).toEqual([
			"create table orders (id serial primary key, code varchar(20) not null, customer_id integer, paid boolean not null default '0', created_at timestamptz not null default CURRENT_TIMESTAMP, updated_at timestamptz not null default CURRENT_TIMESTAMP)",
			"alter table orders add constraint orders_code_unique unique (code)",
			"alter table orders add constraint orders_customer_id_foreign foreign key (customer_id) references customers (id) on delete CASCADE",
			"create index orders_customer_id_index on orders (customer_id)",
			"alter table customers alter column name drop default",
			"alter table customers alter column name drop not null",
			"alter table customers alter column name type varchar(80) using (name::varchar(80))",
			"alter table customers alter column name set not null",
			"alter table customers drop column fax",
		]);
	});

	test("Knex: changes of rows", () => {
		const program = `exports.up = async (knex) => {
			await knex("orders").where({ paid: true }).update({ state: "paid" });
			await knex("orders").del();
			const rows = await knex("orders").select("id");
		};`;
		expect(sent(program, knexVocabulary)).toEqual([
			"update orders set state = 'paid' where where",
			"delete from orders",
		]);
	});

	test("node-pg-migrate", () => {
		const program = `exports.up = (pgm) => {
			pgm.createTable("orders", {
				id: "id",
				customer_id: { type: "integer", notNull: true, references: "customers", onDelete: "CASCADE" },
				placed_at: { type: "timestamptz", default: pgm.func("now()") },
			});
			pgm.createIndex("orders", ["customer_id", "placed_at"], { concurrently: true });
			pgm.addConstraint("orders", "positive", { check: "id > 0" });
			pgm.alterColumn("orders", "customer_id", { type: "int", notNull: false });
		};`;
		expect(sent(program, nodePgMigrateVocabulary)).toEqual([
			"CREATE TABLE orders (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers ON DELETE CASCADE, placed_at timestamptz DEFAULT now())",
			"CREATE INDEX CONCURRENTLY orders_customer_id_placed_at_index ON orders (customer_id, placed_at)",
			"ALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0)",
			"ALTER TABLE orders ALTER customer_id SET DATA TYPE integer, ALTER customer_id DROP NOT NULL",
		]);
	});

	test("Sequelize", () => {
		const program = `module.exports = { up: async (queryInterface, Sequelize) => {
			await queryInterface.addColumn("orders", "state", {
				type: Sequelize.STRING, allowNull: false, defaultValue: "open",
			});
			await queryInterface.addIndex("orders", ["state"], { concurrently: true });
			await queryInterface.changeColumn("orders", "state", { type: Sequelize.TEXT });
			await queryInterface.createTable("notes", {
				id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true },
				orderId: { type: Sequelize.UUID, references: { model: "orders", key: "id" } },
			});
		} };`;
		expect(sent(program, sequelizeVocabulary)).toEqual([
			"ALTER TABLE orders ADD COLUMN state VARCHAR(255) NOT NULL DEFAULT 'open'",
			"CREATE INDEX CONCURRENTLY orders_state ON orders (state)",
			"ALTER TABLE orders ALTER COLUMN state DROP NOT NULL",
			"ALTER TABLE orders ALTER COLUMN state DROP DEFAULT",
			"ALTER TABLE orders ALTER COLUMN state TYPE TEXT",
			'CREATE TABLE IF NOT EXISTS notes (id SERIAL, "orderId" UUID REFERENCES orders (id), PRIMARY KEY (id))',
		]);
	});

	test("TypeORM", () => {
		const program = `export class Orders1700000000000 implements MigrationInterface {
			async up(queryRunner: QueryRunner): Promise<void> {
				await queryRunner.createTable(new Table({ name: "orders", columns: [
					{ name: "id", type: "int", isPrimary: true, isGenerated: true, generationStrategy: "increment", primaryKeyConstraintName: "orders_key" },
					{ name: "note", type: "varchar", length: "20", isNullable: true },
				] }), true);
				await queryRunner.createIndex("orders", new TableIndex({ name: "by_note", columnNames: ["note"] }));
				await queryRunner.addColumn("orders", new TableColumn({ name: "paid", type: "boolean", default: false }));
				await queryRunner.dropColumn("orders", "note");
			}
		}`;
		expect(sent(program, typeormVocabulary)).toEqual([
			"CREATE TABLE IF NOT EXISTS orders (id SERIAL NOT NULL, note varchar(20), CONSTRAINT orders_key PRIMARY KEY (id))",
			"CREATE INDEX by_note ON orders (note)",
			"ALTER TABLE orders ADD paid boolean NOT NULL DEFAULT false",
			"ALTER TABLE orders DROP COLUMN note",
		]);
	});

	test("Kysely", () => {
		const program = `export async function up(db: Kysely<any>) {
			await db.schema.createTable("orders")
				.addColumn("id", "uuid", (col) => col.primaryKey().defaultTo(sql\`gen_random_uuid()\`))
				.addColumn("customer_id", "integer", (col) => col.references("customers.id").onDelete("cascade").notNull())
				.execute();
			await db.schema.alterTable("orders").addColumn("note", "text").execute();
			await db.schema.createIndex("orders_note").on("orders").column("note").execute();
			await sql\`DROP TABLE notes\`.execute(db);
		}`;
		expect(sent(program, kyselyVocabulary)).toEqual([
			"create table orders (id uuid default gen_random_uuid() primary key, customer_id integer references customers (id) on delete cascade not null)",
			"alter table orders add column note text",
			"create index orders_note on orders (note)",
			"DROP TABLE notes",
		]);
	});

	test("db-migrate", () => {
		const program = `exports.up = (db, callback) => db.createTable("orders", {
			id: { type: "int", primaryKey: true, autoIncrement: true },
			code: { type: "string", length: 20, notNull: true, unique: true },
		}, callback);`;
		expect(sent(program, dbMigrateVocabulary)).toEqual([
			"CREATE TABLE IF NOT EXISTS orders (id SERIAL PRIMARY KEY, code VARCHAR(20) NOT NULL UNIQUE)",
		]);
	});

	test("MikroORM", () => {
		const program = `export class Migration20240101000000 extends Migration {
			async up() { this.addSql('alter table "orders" add column "note" text;'); }
		}`;
		expect(sent(program, mikroOrmVocabulary)).toEqual([
			'alter table "orders" add column "note" text',
		]);
	});

	test("a method that is not known is counted", () => {
		const program = `exports.up = (pgm) => { pgm.createOperator("@@@", {}); };`;
		expect(sent(program, nodePgMigrateVocabulary)).toEqual([
			"? createOperator: createOperator of node-pg-migrate is not read",
		]);
	});
});

describe("views, checks and conditions", () => {
	const knex = (call: string): readonly string[] =>
		sent(`exports.up = (knex) => knex.schema.${call};`, knexVocabulary);
	const kysely = (call: string): readonly string[] =>
		sent(`export async function up(db) { await db.${call}.execute(); }`, kyselyVocabulary);

	test("Knex: views", () => {
		expect(
			knex(
				`createViewOrReplace("paid_orders", (view) => { view.columns(["id"]); view.as(knex.raw("select id from orders")); })`,
			),
		).toEqual([`create or replace view paid_orders (id) as select id from orders`]);
		expect(knex(`renameView("paid_orders", "paid")`)).toEqual([
			"alter view paid_orders rename to paid",
		]);
	});

	test("Knex: a view of a built query is known, what it reads is not", () => {
		const program = `exports.up = (knex) => knex.schema.createView("paid", (view) => view.as(knex("orders").where({ paid: true })));`;
		const [section] = up(program, knexVocabulary);
		const { statements } = readSection(dialect, section!, { placeholders: [] });
		expect(statements.map(({ unread }) => unread)).toEqual([undefined]);
		expect(statements[0]!.placeholders).toHaveLength(1);
	});

	test("Knex: checks of a column", () => {
		expect(
			knex(
				`createTable("orders", (t) => { t.integer("total").checkBetween([1, 9]); t.text("note").checkLength("<", 80, "short"); })`,
			),
		).toEqual([
			"create table orders (total integer check (total between 1 and 9), note text constraint short check (length(note) < 80))",
		]);
	});

	test("Kysely: views, an index of a table, an update by a callback", () => {
		expect(kysely("schema.createView('paid').orReplace().as(sql`select id from orders`)")).toEqual([
			"create or replace view paid as select id from orders",
		]);
		expect(kysely(`schema.alterTable("orders").dropIndex("orders_note")`)).toEqual([
			"drop index orders_note",
		]);
		expect(
			kysely(`updateTable("orders").set((eb) => ({ note: eb.ref("c.note") })).where("id", ">", 1)`),
		).toEqual(["update orders set note = ref where where"]);
	});

	test("Sequelize: the words of a condition", () => {
		const program = `module.exports = { up: (queryInterface, Sequelize) => queryInterface.addIndex("orders", ["note"], { where: { note: { [Sequelize.Op.is]: null } } }) };`;
		expect(sent(program, sequelizeVocabulary)).toEqual([
			"CREATE INDEX orders_note ON orders (note) WHERE where",
		]);
	});
});

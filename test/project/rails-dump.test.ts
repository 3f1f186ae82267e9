import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitAll, git } from "../cli/git.ts";
import { judge, writeFiles } from "./embedded/pairs.ts";
import { onlyProject } from "./fixture.ts";

const structure = (columns: string, versions: readonly string[]): string =>
	`CREATE TABLE public.orders (
    id bigint NOT NULL,
${columns}
);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
INSERT INTO "schema_migrations" (version) VALUES
${versions.map((version) => `('${version}')`).join(",\n")};
`;

const schema = (columns: string, version: string): string =>
	`ActiveRecord::Schema[7.1].define(version: ${version}) do
  enable_extension "plpgsql"
  create_table "orders", force: :cascade do |t|
${columns}
  end
end
`;

const program = (name: string, body: string): string =>
	`class ${name} < ActiveRecord::Migration[7.1]
  def change
    ${body}
  end
end
`;

const oldVersions = ["20230101000000", "20240101000000"];
const released = {
	"db/migrate/20240101000000_add_note.rb": program("AddNote", "add_column :orders, :note, :text"),
};
const candidate = {
	"db/migrate/20260101000000_index_note.rb": program("IndexNote", "add_index :orders, :note"),
	"db/migrate/20260102000000_create_carts.rb": program(
		"CreateCarts",
		"create_table(:carts) { |t| t.text :note }\n    add_index :carts, :note",
	),
	"db/migrate/20260103000000_drop_note.rb": program("DropNote", "remove_column :orders, :note"),
};

/** What is found in which file, without the folder. */
const found = async (root: string, since?: string): Promise<readonly string[]> => {
	const project = await onlyProject(root, [], {}, since === undefined ? {} : { since });
	expect(project.problems).toEqual([]);
	return (await judge(project)).map(({ rule, file }) => `${path.posix.basename(file)}: ${rule}`);
};

const expected = [
	"20260101000000_index_note.rb: require-concurrent-index",
	"20260103000000_drop_note.rb: no-drop-column",
	"20260103000000_drop_note.rb: require-lock-timeout",
];

describe("a pull request changes the dump of the schema together with its migrations", () => {
	let root = "";
	beforeEach(() => {
		root = mkdtempSync(path.join(tmpdir(), "lockkeeper-rails-"));
	});
	afterEach(() => {
		rmSync(root, { recursive: true });
	});

	const dumps = {
		"structure.sql": [
			structure("    note text", oldVersions),
			structure("    state text", [
				...oldVersions,
				"20260101000000",
				"20260102000000",
				"20260103000000",
			]),
		],
		"schema.rb": [
			schema('    t.text "note"', "2024_01_01_000000"),
			schema('    t.text "state"', "2026_01_03_000000"),
		],
	} as const;

	describe.each(["structure.sql", "schema.rb"] as const)(
		"%s, the oldest migrations are gone",
		(name) => {
			const [before, after] = dumps[name];

			test("--since: the dump of then is the baseline", async () => {
				writeFiles(root, { ...released, [`db/${name}`]: before });
				commitAll(root);
				git(root, "checkout", "-q", "-b", "work");
				writeFiles(root, { ...candidate, [`db/${name}`]: after });
				expect(await found(root, "main")).toEqual(expected);
				git(root, "add", ".");
				git(root, "commit", "-q", "-m", "second");
				expect(await found(root, "main")).toEqual(expected);
			});

			test("without a reference each migration is judged without what the dump has of it", async () => {
				writeFiles(root, { ...released, ...candidate, [`db/${name}`]: after, ".git/HEAD": "" });
				expect(await found(root)).toEqual(expected);
			});
		},
	);
});

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { applyEdits, fixRepository, type Fixing } from "../src/fixing.ts";
import { tokenize } from "../src/dialect/postgres/tokenizer.ts";
import { rules } from "../src/generated/rules.ts";
import { unifiedDiff } from "../src/report/diff.ts";
import { lintSql } from "./lint-sql.ts";

const created = `CREATE TABLE customers (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric);
CREATE INDEX orders_total ON orders (total);
`;

/** Returns a directory with these files, which goes away with the test. */
function directoryWith(files: Readonly<Record<string, string>>): string {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-fix-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
		writeFileSync(path.join(directory, name), text);
	}
	return directory;
}

async function fixingOf(
	files: Readonly<Record<string, string>>,
	named: readonly string[],
	safeties: readonly ("safe" | "suggestion")[] = ["safe"],
): Promise<Fixing> {
	const fixing = await fixRepository(directoryWith(files), named, {}, {}, safeties);
	if ("code" in fixing) throw new Error(fixing.message);
	return fixing;
}

/** The text of a migration after its fixes, in ordered SQL files where each statement commits by itself. */
async function fixed(
	change: string,
	safeties: readonly ("safe" | "suggestion")[] = ["safe"],
): Promise<string> {
	const config = { projects: [{ root: "migrations", transaction: "none" as const }] };
	const files = { "migrations/0001_create.sql": created, "migrations/0002_change.sql": change };
	const directory = directoryWith(files);
	const fixing = await fixRepository(
		directory,
		["migrations/0002_change.sql"],
		config,
		{},
		safeties,
	);
	if ("code" in fixing) throw new Error(fixing.message);
	return fixing.files[0]?.after ?? change;
}

describe("safe fixes where each statement commits by itself", () => {
	test("an index is built concurrently, in the statement's own case", async () => {
		expect(await fixed("create unique index orders_c\n  on orders (customer_id); -- soon\n")).toBe(
			"create unique index concurrently orders_c\n  on orders (customer_id); -- soon\n",
		);
	});

	test("a lock_timeout in force is lifted for the time of the build", async () => {
		expect(
			await fixed("SET lock_timeout = '3s';\nCREATE INDEX orders_c ON orders (customer_id);\n"),
		).toBe(
			"SET lock_timeout = '3s';\nSET lock_timeout = 0;\nCREATE INDEX CONCURRENTLY orders_c ON orders (customer_id);\nSET lock_timeout = '3s';\n",
		);
	});

	test("a limit that is set before a later concurrent build ends before it", async () => {
		expect(
			await fixed(
				"ALTER TABLE orders ADD note text;\nCREATE INDEX CONCURRENTLY orders_c ON orders (customer_id);\n",
			),
		).toBe(
			"SET lock_timeout = '2s';\nALTER TABLE orders ADD note text;\nRESET lock_timeout;\nCREATE INDEX CONCURRENTLY orders_c ON orders (customer_id);\n",
		);
	});

	test("a foreign key is validated in a statement of its own; comments, CRLF and the byte order mark stay", async () => {
		expect(
			await fixed(
				"\uFEFF-- who pays\r\n\tALTER TABLE orders /* all */ ADD CONSTRAINT orders_customer\r\n\t\tFOREIGN KEY (customer_id) REFERENCES customers (id) -- by id\r\n\t\tDEFERRABLE;\r\n",
			),
		).toBe(
			"\uFEFF-- who pays\r\n\tSET lock_timeout = '2s';\r\n\tALTER TABLE orders /* all */ ADD CONSTRAINT orders_customer\r\n\t\tFOREIGN KEY (customer_id) REFERENCES customers (id) -- by id\r\n\t\tDEFERRABLE NOT VALID;\r\n\tALTER TABLE orders VALIDATE CONSTRAINT orders_customer;\r\n",
		);
	});

	test("a unique constraint takes over an index that is built before", async () => {
		expect(await fixed("alter table customers add constraint customers_email unique (email)")).toBe(
			"create unique index concurrently customers_email on customers (email);\nset lock_timeout = '2s';\nalter table customers add constraint customers_email unique using index customers_email",
		);
	});

	test("an ignored statement keeps its directive", async () => {
		const change =
			"-- lockkeeper:ignore require-concurrent-index: built at night\nCREATE INDEX orders_c ON orders (customer_id);\n";
		expect(await fixed(change)).toBe(change);
	});

	test("two indexes dropped at once, and a statement with a comment inside that would be lost, stay", async () => {
		const change =
			"DROP INDEX orders_total, orders_pkey;\nSET lock_timeout = '2s';\nALTER TABLE customers ADD /* one each */ UNIQUE (email);\n";
		expect(await fixed(change)).toBe(change);
	});
});

test("suggestions are made only when they are asked for", async () => {
	const change =
		"SET lock_timeout = '2s';\nALTER TABLE customers ALTER COLUMN email SET NOT NULL;\n";
	expect(await fixed(change)).toBe(change);
	expect(await fixed(change, ["safe", "suggestion"])).toBe(`SET lock_timeout = '2s';
ALTER TABLE customers ADD CONSTRAINT customers_email_not_null_proof CHECK (email IS NOT NULL) NOT VALID;
ALTER TABLE customers VALIDATE CONSTRAINT customers_email_not_null_proof;
ALTER TABLE customers ALTER COLUMN email SET NOT NULL;
ALTER TABLE customers DROP CONSTRAINT customers_email_not_null_proof;
`);
});

describe("in the transaction of a migration tool", () => {
	const dbmate = (up: string, down: string) => `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`;
	const first = { "db/migrations/20260101000000_create.sql": dbmate(created, "SELECT 1;") };

	test("a statement that stands alone gets the tool's way out", async () => {
		const name = "db/migrations/20260102000000_index.sql";
		const change = dbmate("CREATE INDEX orders_c ON orders (customer_id);", "DROP INDEX orders_c;");
		const { files } = await fixingOf({ ...first, [name]: change }, [name]);
		expect(files.map(({ after }) => after)).toEqual([
			dbmate(
				"CREATE INDEX CONCURRENTLY orders_c ON orders (customer_id);",
				"DROP INDEX orders_c;",
			).replace("migrate:up", "migrate:up transaction:false"),
		]);
	});

	test("one among others stays in it, and a limit lasts as long as the transaction", async () => {
		const name = "db/migrations/20260102000000_index.sql";
		const change = dbmate(
			"ALTER TABLE orders ADD note text;\nCREATE INDEX orders_c ON orders (customer_id);",
			"SELECT 1;",
		);
		const { files } = await fixingOf({ ...first, [name]: change }, [name]);
		expect(files.map(({ after }) => after)).toEqual([
			change.replace("ALTER", "SET LOCAL lock_timeout = '2s';\nALTER"),
		]);
	});

	test("goose and sqlx have theirs at the start of the file", async () => {
		const index = "CREATE INDEX orders_c ON orders (customer_id);\n";
		const goose = (sql: string) => `-- +goose Up\n${sql}\n-- +goose Down\nSELECT 1;\n`;
		const gooseName = "migrations/00002_index.sql";
		const gooseFixing = await fixingOf(
			{ "migrations/00001_create.sql": goose(created), [gooseName]: goose(index) },
			[gooseName],
		);
		expect(gooseFixing.files.map(({ after }) => after)).toEqual([
			`-- +goose NO TRANSACTION\n${goose(index).replace("INDEX", "INDEX CONCURRENTLY")}`,
		]);
		const sqlxName = "migrations/20260102000000_index.sql";
		const sqlxFixing = await fixingOf(
			{
				"Cargo.toml": '[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
				"migrations/20260101000000_create.sql": created,
				[sqlxName]: index,
			},
			[sqlxName],
		);
		expect(sqlxFixing.files.map(({ after }) => after)).toEqual([
			`-- no-transaction\n${index.replace("INDEX", "INDEX CONCURRENTLY")}`,
		]);
	});
});

const examples = rules.flatMap((rule) =>
	rule.examples.flatMap(({ before = "", bad, transaction = "none" as const, version = 14 }, at) => [
		{ name: `${rule.id} ${at + 1}`, before, bad, transaction, version },
		{ name: `${rule.id} ${at + 1} with CRLF`, before, bad: crlf(bad), transaction, version },
	]),
);

function crlf(text: string): string {
	return `-- with CRLF\n${text}`.replaceAll("\n", "\r\n");
}

const commentsIn = (text: string): readonly string[] =>
	tokenize(text)
		.filter(({ kind }) => kind === "lineComment" || kind === "blockComment")
		.map(({ start, end }) => text.slice(start, end));

test.for(examples)(
	"each fix leaves a text that can be read, with its comments: $name",
	async (example) => {
		const { bad, before, transaction, version } = example;
		const history = { id: "before", sql: before };
		const options = { preset: "all", version } as const;
		const { findings, counts } = await lintSql(
			[history, { id: "change", sql: bad, transaction }],
			options,
		);
		for (const { rule, fixes } of findings) {
			for (const { edits } of fixes) {
				const sql = applyEdits(bad, edits);
				const after = await lintSql([history, { id: "change", sql, transaction }], options);
				expect(after.counts.unread).toBeLessThanOrEqual(counts.unread);
				expect(commentsIn(sql)).toEqual(expect.arrayContaining([...commentsIn(bad)]));
				if (bad.includes("\r\n")) expect(sql.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
				const count = (all: typeof findings) => all.filter((other) => other.rule === rule).length;
				// A lock limit of one transaction leaves the next statement to be found.
				if (rule !== "require-lock-timeout") {
					expect(count(after.findings)).toBeLessThan(count(findings));
				}
			}
		}
	},
);

describe("all fixes of a directory together", () => {
	const files = {
		"migrations/0001_create.sql": created,
		"migrations/0002_indexes.sql":
			"CREATE INDEX orders_c ON orders (customer_id);\r\nDROP INDEX orders_total;\r\n-- end",
		"migrations/0003 constraints.sql":
			"ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0);\nALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id);\n",
		"migrations/0004_größe.sql": "ALTER TABLE orders ADD COLUMN size text;\n",
	};

	test("a second run has nothing to fix", async () => {
		const { files: made } = await fixingOf(files, ["migrations"]);
		expect(made.length).toBe(3);
		const again = { ...files, ...Object.fromEntries(made.map((file) => [file.path, file.after])) };
		const { fixed: second } = await fixingOf(again, ["migrations"]);
		expect(second).toBe(0);
	});

	test("git apply takes the patch", async () => {
		const directory = directoryWith(files);
		const fixing = await fixRepository(directory, ["migrations"], {}, {}, ["safe"]);
		if ("code" in fixing) throw new Error(fixing.message);
		const patch = fixing.files.map((file) => unifiedDiff(file.path, file.before, file.after));
		execFileSync("git", ["init", "-q"], { cwd: directory });
		execFileSync("git", ["apply", "-"], { cwd: directory, input: patch.join("") });
		for (const { path: name, after } of fixing.files) {
			expect(readFileSync(path.join(directory, name), "utf8")).toBe(after);
		}
	});
});

test("a diff shows three lines around each change and a last line without an end", () => {
	const before = "a\nb\nc\nd\ne\nf\ng\nh";
	expect(
		unifiedDiff(
			"migrations/0001_a b.sql",
			before,
			before.replace("e\n", "e\nnew\n").replace("h", "i"),
		),
	).toMatchInlineSnapshot(`
		"--- a/migrations/0001_a b.sql	
		+++ b/migrations/0001_a b.sql	
		@@ -3,6 +3,7 @@
		 c
		 d
		 e
		+new
		 f
		 g
		-h
		\\ No newline at end of file
		+i
		\\ No newline at end of file
		"
	`);
});

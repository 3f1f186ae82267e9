import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { effectsOf, isRefused, type Asked } from "./judge.ts";

interface Result {
	readonly version: string;
	readonly error: string | null;
	readonly inTransaction: string | null;
	/** Pages written into the WAL. */
	readonly pages: number;
	/** With a rollback journal an open reader makes it fail: it writes the database. */
	readonly readerBlocks: boolean;
}

interface Form {
	readonly id: string;
	readonly statement: string;
	readonly setup: readonly string[];
	readonly results: readonly Result[];
}

const path = new URL("../../../fixtures/ground-truth/sqlite.jsonl", import.meta.url);
const forms = readFileSync(path, "utf8")
	.trim()
	.split("\n")
	.map((line) => JSON.parse(line) as Form);

/** The tables that were there: t with rows on 557 pages, p with a row. */
const base = [
	"CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT)",
	`CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT, u INT UNIQUE, ck INT CHECK (ck > 0), pid INT, v TEXT)`,
	"INSERT INTO p VALUES (1, 'one')",
	"INSERT INTO t (id, a) VALUES (1, 1)",
];

/** What only the rows decide. */
const byRows: Readonly<Record<string, string>> = {
	add_column_check_default_violates: "the default breaks the CHECK for the rows that are there",
	alter_column_set_not_null_violated: "a row has no value",
	add_constraint_check_violated: "a row breaks the CHECK",
};

function askedFor({ id, setup, statement }: Form, version: string): Asked {
	const [, minor = "0", patch = "0"] = version.split(".");
	return {
		before: [...base, ...setup],
		statement,
		version: 30_000 + Number(minor) * 100 + Number(patch),
		settings: { foreign_keys: id.endsWith("_fk_off") ? "off" : "on" },
	};
}

test.for(forms)("$id: $statement", (form) => {
	for (const { version, error, inTransaction, pages, readerBlocks } of form.results) {
		const asked = askedFor(form, version);
		if (byRows[form.id] !== undefined) continue;
		expect([version, isRefused(asked)]).toEqual([version, error !== null]);
		expect([version, isRefused({ ...asked, inTransaction: true })]).toEqual([
			version,
			inTransaction !== null,
		]);
		if (error !== null) continue;
		const effects = effectsOf(asked) ?? [];
		const writes = effects.some(({ locks }) => locks.some(({ blocks }) => blocks === "writes"));
		expect([version, "writes", writes]).toEqual([version, "writes", readerBlocks]);
		// More than the schema and a few pages of free space: the rows of a table, or an index over them.
		const isLarge = effects.some(
			({ rewrites, builds, scans, phase }) =>
				rewrites.length + builds.length > 0 || (phase === "migrate" && scans.length > 0),
		);
		expect([version, "large", isLarge]).toEqual([version, "large", pages > 10]);
	}
});

test("what the rows decide is left to them", () => {
	for (const form of forms.filter(({ id }) => byRows[id] !== undefined)) {
		expect(effectsOf(askedFor(form, "3.53.2"))?.[0]?.scans).toEqual(["public.t"]);
	}
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
	loadForms,
	versionsOf,
	type Form,
	type Measured,
} from "../dialect/postgres/ground-truth.ts";
import { lintSql } from "../lint-sql.ts";

const base = readFileSync(
	new URL("../../fixtures/ground-truth/pg-base.sql", import.meta.url),
	"utf8",
);

const blocksWrites = new Set([
	"ShareLock",
	"ShareRowExclusiveLock",
	"ExclusiveLock",
	"AccessExclusiveLock",
]);

/** What servers did: writes or more waited for as long as a table is large. */
function holdsUpForLong({ error, locks, rewrote, scanned, built }: Measured): boolean {
	const isStrong = Object.values(locks).some((mode) => blocksWrites.has(mode));
	return error === undefined && isStrong && rewrote.length + scanned.length + built.length > 0;
}

/** Rules that speak of something else than how long others wait. */
const beside = new Set(["require-lock-timeout", "require-verification-query"]);

async function isReported(form: Form, version: number): Promise<boolean> {
	const { setup = [], pre = [], settings = {}, statement } = form;
	const set = Object.entries(settings).map(([name, value]) => `SET ${name} = '${value}'`);
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: [base, ...setup].join(";\n") },
			{
				id: "0002_change",
				sql: [...set, ...pre, statement].join(";\n"),
				transaction: form.pre ? "file" : "none",
			},
		],
		{ version },
	);
	return findings.some(({ rule }) => !beside.has(rule));
}

test(
	"every statement that keeps writes waiting for long is reported",
	{ timeout: 60_000 },
	async () => {
		const silent = new Set<string>();
		let count = 0;
		for (const form of loadForms()) {
			for (const measured of form.results.filter(holdsUpForLong)) {
				count++;
				if (!(await isReported(form, versionsOf(measured).at(-1)!))) silent.add(form.id);
			}
		}
		expect(count).toBeGreaterThan(200);
		// What is built belongs to a table of the statement itself; nobody writes to a materialized view, or
		// reads one that has never been filled.
		expect([...silent]).toMatchInlineSnapshot(`
			[
			  "create_index_on_matview",
			  "table: CREATE TABLE nt (id serial PRIMARY KEY, pid int REFERENCES p, u text UNIQUE)",
			  "other_object: REFRESH MATERIALIZED VIEW CONCURRENTLY mv after CREATE UNIQUE INDEX mi ON mv(id)",
			  "partition: CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (500) TO (1000) after CREATE INDEX ix ON pt(id)",
			  "partition: CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (1000) TO (2000) after ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (pid) REFERENCES",
			  "index: CREATE UNIQUE INDEX mi ON mv(id) after CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t",
			  "other_object: REFRESH MATERIALIZED VIEW mv after CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t WITH NO D",
			]
		`);
	},
);

import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { Finding } from "../../src/core/finding.ts";
import {
	heldBefore,
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

/** A form on one version: what servers did, and what the rules say of its statement. */
interface Case {
	readonly form: Form;
	readonly version: number;
	readonly measured: Measured;
	readonly findings: readonly Finding[];
	/** The same, where statistics say which tables of the form have no rows. */
	readonly withStatistics: readonly Finding[];
}

function isStrong({ locks }: Measured): boolean {
	return Object.values(locks).some((mode) => blocksWrites.has(mode));
}

function takesLong({ rewrote, scanned, built }: Measured): boolean {
	return rewrote.length + scanned.length + built.length > 0;
}

/** Servers held a strong lock, writes or more waited, for as long as a table is large. */
function holdsUpForLong({ measured }: Case): boolean {
	return measured.error === undefined && isStrong(measured) && takesLong(measured);
}

function rewrites({ measured }: Case): boolean {
	return measured.error === undefined && measured.rewrote.length > 0;
}

/**
 * Statements after which rows or values are gone, by their words: servers do not report that. A DELETE
 * that names its rows means what it says.
 */
const losing = [
	/^drop (foreign table|materialized view|owned|schema|table)\b/i,
	/^truncate\b/i,
	/^delete from (only )?\w+$/i,
	/^alter (foreign )?table (if exists )?(only )?\w+ drop (column )?(?!constraint\b)(if exists )?\w+( cascade| restrict)?$/i,
	/^drop (type|domain)\b.*\bcascade$/i,
];

function losesData({ form, measured }: Case): boolean {
	const words = form.statement.trim();
	// What locks nothing found nothing to drop.
	const found = Object.keys(measured.locks).length > 0;
	return found && measured.error === undefined && losing.some((pattern) => pattern.test(words));
}

/** Rules that speak of something else than how long others wait. */
const beside = new Set(["require-lock-timeout", "require-verification-query"]);

/** What statistics would say of tables that the form makes and puts no row in. */
function rowsOf({ setup = [] }: Form): Record<string, number> {
	const text = setup.join(";\n");
	const made = [...text.matchAll(/create table (\w+) ?\((?![^;]*partition by)/gi)].map(
		([, name = ""]) => name,
	);
	const isEmpty = (name: string) => !new RegExp(`insert into ${name}\\b`, "i").test(text);
	return Object.fromEntries(made.filter(isEmpty).map((name) => [name, 0]));
}

async function findingsAt(
	form: Form,
	version: number,
	rows: Record<string, number> = {},
): Promise<readonly Finding[]> {
	const { setup = [], pre = [], settings = {}, statement } = form;
	const set = Object.entries(settings).map(([name, value]) => `SET ${name} = '${value}'`);
	const before = [...set, ...pre].map((text) => `${text};\n`).join("");
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: [base, ...setup].join(";\n") },
			{
				id: "0002_change",
				sql: before + statement,
				transaction: form.pre ? "file" : "none",
			},
		],
		{ version, rows },
	);
	return findings.filter(({ range }) => range.start >= before.length);
}

/** The versions between which nothing changes have the same verdict: the first and the last of each range. */
function edgesOf(measured: Measured): readonly number[] {
	const versions = versionsOf(measured);
	return [...new Set([versions[0]!, versions.at(-1)!])];
}

const cases: Case[] = [];

beforeAll(async () => {
	for (const form of loadForms()) {
		for (const measured of form.results) {
			for (const version of edgesOf(measured)) {
				const findings = await findingsAt(form, version);
				const rows = rowsOf(form);
				const isKnown = Object.keys(rows).length > 0;
				const withStatistics = isKnown ? await findingsAt(form, version, rows) : findings;
				cases.push({ form, version, measured, findings, withStatistics });
			}
		}
	}
}, 180_000);

/** The forms among the cases, each once. */
function formsOf(found: readonly Case[]): readonly string[] {
	return [...new Set(found.map(({ form }) => form.id))];
}

function silentAmong(wanted: (one: Case) => boolean): readonly string[] {
	const found = cases.filter(wanted);
	const silent = found.filter(
		({ findings }) => findings.filter(({ rule }) => !beside.has(rule)).length === 0,
	);
	console.log(`${wanted.name}: ${found.length} records, ${silent.length} without a finding`);
	return formsOf(silent);
}

const neverFilled =
	"other_object: REFRESH MATERIALIZED VIEW mv after CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t WITH NO D";

/** What keeps nobody waiting though the records look so, and why. */
const harmlessAllTheSame: Readonly<Record<string, string>> = {
	create_index_on_matview: "nobody writes to a materialized view, and reads go on",
	"table: CREATE TABLE nt (id serial PRIMARY KEY, pid int REFERENCES p, u text UNIQUE)":
		"the indexes are those of the new table; the lock on p is short",
	"other_object: REFRESH MATERIALIZED VIEW CONCURRENTLY mv after CREATE UNIQUE INDEX mi ON mv(id)":
		"nobody writes to a materialized view, and reads go on",
	"partition: CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (500) TO (1000) after CREATE INDEX ix ON pt(id)":
		"the index is that of the new partition; the lock on pt is short",
	"partition: CREATE TABLE pp2 PARTITION OF pp FOR VALUES FROM (1000) TO (2000) after ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (pid) REFERENCES":
		"the index is that of the new partition; the lock on pp is short",
	"index: CREATE UNIQUE INDEX mi ON mv(id) after CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t":
		"nobody writes to a materialized view, and reads go on",
	[neverFilled]: "a view that was never filled refuses to be read: nobody waits for it",
};

test("a statement that keeps writes waiting for long is reported", () => {
	expect(cases.filter(holdsUpForLong).length).toBeGreaterThan(200);
	expect(silentAmong(holdsUpForLong)).toEqual(Object.keys(harmlessAllTheSame));
});

test("a statement that writes a table anew is reported", () => {
	expect(cases.filter(rewrites).length).toBeGreaterThan(100);
	expect(silentAmong(rewrites)).toEqual([neverFilled]);
});

const nothingToLose: Readonly<Record<string, string>> = {
	"drop_column: ALTER TABLE t DROP COLUMN IF EXISTS nope": "there is no such column",
};

test("a statement that loses data is reported", () => {
	expect(cases.filter(losesData).length).toBeGreaterThan(50);
	expect(silentAmong(losesData)).toEqual(Object.keys(nothingToLose));
});

/** True when the statement or what ran before it in its transaction keeps writes waiting for long. */
function isLong({ form, measured, version }: Case): boolean {
	// The rows did not fit (integrity, data exception): the server read them until it met the first of these.
	if (/^2[23]/.test(measured.error ?? "")) return true;
	if (measured.error !== undefined) return false;
	if (measured.rewrote.length > 0) return true;
	const isHeld = form.pre !== undefined && heldBefore(form, version).size > 0;
	return takesLong(measured) && (isStrong(measured) || isHeld);
}

test("a rule of locks or rewrites is silent where servers lock or write nothing for long", () => {
	const alarms = cases
		.filter((one) => !isLong(one))
		.flatMap(({ form, version, withStatistics }) =>
			withStatistics
				.filter(({ rule, category, severity }) => {
					const isAboutTime = category === "locks" || category === "rewrites";
					return isAboutTime && severity !== "info" && !beside.has(rule);
				})
				.map(({ rule }) => ({ form, version, rule })),
		);
	console.log(
		`${cases.filter((one) => !isLong(one)).length} harmless records, ${alarms.length} alarms`,
	);
	expect([...new Set(alarms.map(({ form, rule }) => `${rule}: ${form.id}`))]).toEqual([]);
});

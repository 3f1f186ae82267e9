import { describe, expect, test } from "vitest";
import { fingerprintOf, normalizeSql, uniqueFingerprints } from "../../src/report/fingerprint.ts";

function placeOf(sql: string, change: { readonly rule?: string; readonly file?: string } = {}) {
	const file = change.file ?? "db/003.sql";
	const text = `-- header\n${sql}\n`;
	const start = text.indexOf(sql);
	return {
		rule: change.rule ?? "no-drop-table",
		file,
		range: { start, end: start + sql.length },
		source: { path: file, text },
	};
}

describe("normalised SQL", () => {
	test("has no comments, single blanks and lower-case words", () => {
		expect(normalizeSql("DROP  TABLE -- old\n\tOrders /* gone */ CASCADE")).toBe(
			"drop table orders cascade",
		);
		expect(normalizeSql("CREATE INDEX a ON orders ( id , note );")).toBe(
			normalizeSql("create index a on orders(id,note);"),
		);
	});

	test("keeps what is quoted as it is", () => {
		expect(normalizeSql(`SELECT 'It''s  -- MINE', "Two  Words", $q$ -- A  $q$, 1 - 2`)).toBe(
			`select 'It''s  -- MINE',"Two  Words",$q$ -- A  $q$,1 - 2`,
		);
	});

	test("takes quotes and comments that do not end", () => {
		expect(normalizeSql("SELECT 'Open")).toBe("select 'Open");
		expect(normalizeSql("SELECT 1 /* open")).toBe("select 1");
		expect(normalizeSql("SELECT $a$ Open $b$")).toBe("select $a$ Open $b$");
	});
});

describe("a fingerprint", () => {
	test("is the same after reformatting and changes with the SQL and the rule", () => {
		const one = fingerprintOf(placeOf("DROP TABLE orders"));
		expect(one).toMatch(/^[0-9a-f]{16}$/);
		expect(fingerprintOf(placeOf("drop table\n  orders -- now"))).toBe(one);
		expect(fingerprintOf(placeOf("DROP TABLE invoices"))).not.toBe(one);
		expect(fingerprintOf(placeOf("DROP TABLE orders", { rule: "no-truncate" }))).not.toBe(one);
	});

	test("does not change from one release of lockkeeper to the next", () => {
		expect(fingerprintOf(placeOf("DROP TABLE orders"))).toMatchInlineSnapshot(`"09f42f4317cac331"`);
	});

	test("tells equal statements of a file and of two files apart where it must be unique", () => {
		const drop = placeOf("DROP TABLE orders");
		const elsewhere = placeOf("DROP TABLE orders", { file: "db/004.sql" });
		expect(new Set(uniqueFingerprints([drop, drop, elsewhere])).size).toBe(3);
		expect(uniqueFingerprints([drop, drop])).toEqual(uniqueFingerprints([drop, drop]));
	});
});

import { describe, expect, it } from "vitest";
import type { Flavor } from "../../../src/dialect/mysql/effects/server.ts";
import { effectsAfter } from "./judge.ts";

const base = `
CREATE TABLE customers (id int NOT NULL PRIMARY KEY, email varchar(100));
CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id int, note varchar(50),
	KEY orders_customer (customer_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO orders (note) VALUES ('first');
`;

function how(flavor: Flavor, version: number, statement: string, ...setup: string[]): string {
	return effectsAfter({ flavor, version }, base, setup, statement)
		.map(({ online, rewrites, fails }) => {
			if (fails) return `error ${fails.code}`;
			return `${online?.algorithm ?? "-"} ${online?.lock ?? "-"}${rewrites.length > 0 ? " rewrites" : ""}`;
		})
		.join(", ");
}

describe("what a version can do", () => {
	it.each([
		[50_744, "inplace none rewrites"],
		[80_011, "inplace none rewrites"],
		[80_012, "instant none"],
		[80_000, "instant none"],
		[90_700, "instant none"],
	])("MySQL %i adds a column at the end: %s", (version, words) => {
		expect(how("mysql", version, "ALTER TABLE orders ADD COLUMN discount int")).toBe(words);
	});

	it.each([
		[80_028, "inplace none rewrites"],
		[80_029, "instant none"],
	])("MySQL %i adds a column in the middle and drops one: %s", (version, words) => {
		expect(how("mysql", version, "ALTER TABLE orders ADD COLUMN discount int FIRST")).toBe(words);
		expect(how("mysql", version, "ALTER TABLE orders DROP COLUMN note")).toBe(words);
	});

	it.each([
		[80_027, "inplace none"],
		[80_028, "instant none"],
	])("MySQL %i renames a column: %s", (version, words) => {
		expect(how("mysql", version, "ALTER TABLE orders RENAME COLUMN note TO remark")).toBe(words);
	});

	it("before 8.0.16 a CHECK is read and forgotten", () => {
		const statement = "ALTER TABLE orders ADD CONSTRAINT positive CHECK (id > 0)";
		expect(how("mysql", 80_015, statement)).toBe("instant none");
		expect(how("mysql", 80_016, statement)).toBe("copy shared rewrites");
	});

	it("MariaDB copies online since 11.2, not where a foreign key cascades", () => {
		const statement = "ALTER TABLE orders MODIFY note text";
		expect(how("mariadb", 101_100, statement)).toBe("copy shared rewrites");
		expect(how("mariadb", 110_800, statement)).toBe("copy none rewrites");
		const cascade =
			"ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE";
		expect(how("mariadb", 110_800, statement, cascade)).toBe("copy shared rewrites");
	});

	it("an instant column uses up one of 64 row versions, from 9.1 on of 255", () => {
		const reasons = (version: number): string =>
			effectsAfter(
				{ flavor: "mysql", version },
				base,
				[],
				"ALTER TABLE orders ADD COLUMN discount int",
			)
				.flatMap((effect) => (effect.rowVersion ? effect.reasons : []))
				.join(" ");
		expect(reasons(80_400)).toContain("64 row versions");
		expect(reasons(90_100)).toContain("255 row versions");
		expect(reasons(80_012)).toBe("");
	});
});

describe("ALGORITHM= and LOCK=", () => {
	it("are refused where they promise too much", () => {
		const grow = "ALTER TABLE orders MODIFY note varchar(300)";
		expect(how("mysql", 80_400, `${grow}, ALGORITHM=INPLACE`)).toBe("error 1846");
		expect(how("mysql", 80_400, `${grow}, LOCK=NONE`)).toBe("error 1846");
		expect(how("mysql", 80_400, `${grow}, LOCK=SHARED`)).toBe("copy shared rewrites");
	});

	it("MySQL takes no LOCK beside INSTANT, MariaDB does", () => {
		const add = "ALTER TABLE orders ADD COLUMN discount int, ALGORITHM=INSTANT, LOCK=NONE";
		expect(how("mysql", 80_400, add)).toBe("error 1221");
		expect(how("mariadb", 101_100, add)).toBe("instant none");
	});

	it("INPLACE makes MySQL rebuild what INSTANT would only note, and MariaDB not", () => {
		const add = "ALTER TABLE orders ADD COLUMN discount int, ALGORITHM=INPLACE";
		expect(how("mysql", 80_400, add)).toBe("inplace none rewrites");
		expect(how("mariadb", 101_100, add)).toBe("instant none");
	});
});

describe("what others notice", () => {
	const only = (flavor: Flavor, version: number, statement: string) => {
		const [effect] = effectsAfter({ flavor, version }, base, [], statement);
		if (!effect) throw new Error("no effect");
		return effect;
	};

	it("an index is built beside writes, with a lock for all at both ends, and on replicas after that", () => {
		const effect = only("mysql", 80_400, "CREATE INDEX orders_note ON orders (note)");
		expect(effect.locks.map(({ mode, blocks }) => [mode, blocks])).toEqual([
			["SHARED_UPGRADABLE", "schemaChanges"],
		]);
		expect(effect.briefLocks?.map(({ mode }) => mode)).toEqual(["EXCLUSIVE"]);
		expect([effect.duration, effect.commits, effect.replicaLag]).toEqual(["index", true, true]);
	});

	it("MySQL 8 locks the parent of a foreign key too, MariaDB does not", () => {
		const statement = "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)";
		const locked = (flavor: Flavor, version: number): readonly string[] =>
			(only(flavor, version, statement).briefLocks ?? []).map(({ relation }) =>
				relation.slice(relation.indexOf(".") + 1),
			);
		expect(locked("mysql", 80_400)).toEqual(["orders", "customers"]);
		expect(locked("mysql", 50_700)).toEqual(["orders"]);
		expect(locked("mariadb", 101_100)).toEqual(["orders"]);
	});

	it("a change without an index for its condition keeps every other write waiting", () => {
		const blocks = (statement: string) => only("mysql", 80_400, statement).locks[0]?.blocks;
		expect(blocks("UPDATE orders SET note = 'x' WHERE note IS NULL")).toBe("writes");
		expect(blocks("UPDATE orders SET note = 'x' WHERE id = 7")).toBe("nothing");
	});

	it("a table without rows has nothing to copy", () => {
		const effect = only("mysql", 80_400, "ALTER TABLE customers MODIFY email varchar(300)");
		expect([effect.rewrites, effect.duration]).toEqual([[], "constant"]);
	});
});

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A table of the generated shop with the migration that made it. */
const nouns = [
	"orders",
	"invoices",
	"customers",
	"products",
	"sessions",
	"shipments",
	"payments",
	"refunds",
	"coupons",
	"warehouses",
	"suppliers",
	"reviews",
	"carts",
	"addresses",
	"subscriptions",
	"tickets",
];

function createTable(table: string, at: number): string[] {
	return [
		`CREATE TABLE ${table} (\n\tid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n\tcustomer_id bigint NOT NULL,\n\tstatus text NOT NULL DEFAULT 'new',\n\ttotal numeric(12, 2) NOT NULL DEFAULT 0,\n\tnotes text,\n\tcreated_at timestamptz NOT NULL DEFAULT now()\n)`,
		`CREATE INDEX ${table}_customer_idx ON ${table} (customer_id)`,
		`COMMENT ON TABLE ${table} IS 'Written by migration ${at}'`,
		`INSERT INTO ${table} (customer_id, status) VALUES (1, 'new'), (2, 'paid'), (3, 'sent')`,
	];
}

function changeTable(table: string, at: number): string[] {
	return [
		"SET lock_timeout = '2s'",
		`ALTER TABLE ${table} ADD COLUMN field_${at} integer, ADD COLUMN label_${at} text DEFAULT 'none'`,
		`CREATE INDEX CONCURRENTLY ${table}_field_${at}_idx ON ${table} (field_${at}) WHERE field_${at} IS NOT NULL`,
		`UPDATE ${table} SET field_${at} = 0 WHERE id BETWEEN 1 AND 1000 AND field_${at} IS NULL`,
		`ALTER TABLE ${table} ADD CONSTRAINT ${table}_field_${at}_check CHECK (field_${at} >= 0) NOT VALID`,
		`ALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_field_${at}_check`,
		`CREATE OR REPLACE VIEW ${table}_open AS SELECT o.id, o.status, count(*) AS lines FROM ${table} o WHERE o.status <> 'done' GROUP BY o.id, o.status`,
		`GRANT SELECT ON ${table} TO reporting`,
	];
}

/**
 * Writes a history of so many migrations below a directory, the same on every run. Returns the
 * statements, one text each, for the bare parser.
 */
export function writeHistory(directory: string, files: number): readonly string[] {
	mkdirSync(directory, { recursive: true });
	const statements: string[] = [];
	for (let at = 1; at <= files; at++) {
		const group = Math.floor(at / 40);
		const noun = nouns[group % nouns.length] ?? "orders";
		const table = `${noun}_${Math.floor(group / nouns.length)}`;
		const own = at % 40 === 1 || at === 1 ? createTable(table, at) : changeTable(table, at);
		statements.push(...own);
		const name = `${String(at).padStart(5, "0")}_${table}.sql`;
		writeFileSync(path.join(directory, name), own.map((sql) => `${sql};\n`).join("\n"));
	}
	return statements;
}

/** Returns the text of one long migration of so many lines. */
export function writeMigration(lines: number): string {
	const written: string[] = ["SET lock_timeout = '2s';", ""];
	for (let at = 1; written.length < lines; at++) {
		const noun = nouns[at % nouns.length] ?? "orders";
		const table = `${noun}_0`;
		const made =
			at % 5 === 0 ? createTable(`${noun}_of_${at}`, at) : changeTable(table, at).slice(1);
		for (const sql of made) written.push(...`${sql};`.split("\n"), "");
	}
	return `${written.slice(0, lines).join("\n")}\n`;
}

import { createHash } from "node:crypto";
import type { SqliteDatabase } from "./sqlite-drivers.ts";

/** Functions that SQL can call to compare rows: SQLite has no hash of its own. */
export const hashFunctions = {
	/** The hash of a row, as 32 hexadecimal digits. */
	hash: "lockkeeper_hash",
	/** Adds a row to the sums; 1. */
	add: "lockkeeper_add_row",
	/** The sum of the first halves since it was asked for the last time. */
	first: "lockkeeper_first_sum",
	second: "lockkeeper_second_sum",
} as const;

const digestOf = (row: unknown): Buffer =>
	createHash("sha256")
		.update(row instanceof Uint8Array ? row : String(row))
		.digest();

/** Gives a database the functions with which rows are compared; the sums are its own. */
export function defineHashes(database: SqliteDatabase): void {
	let first = 0n;
	let second = 0n;
	database.define(hashFunctions.hash, (row) => digestOf(row).toString("hex", 0, 16));
	database.define(hashFunctions.add, (row) => {
		const digest = digestOf(row);
		first += digest.readBigUInt64BE(0);
		second += digest.readBigUInt64BE(8);
		return 1;
	});
	database.define(hashFunctions.first, () => {
		const sum = first;
		first = 0n;
		return sum.toString();
	});
	database.define(hashFunctions.second, () => {
		const sum = second;
		second = 0n;
		return sum.toString();
	});
}

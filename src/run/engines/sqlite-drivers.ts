import type { Value } from "../engine.ts";

/** An open database file. Everything is answered before the call returns. */
export interface SqliteDatabase {
	/** Runs one statement. */
	all(sql: string, values: readonly Value[]): readonly (readonly unknown[])[];
	/** Makes a function that SQL can call with one value; bytes come as they are. */
	define(name: string, body: (value: unknown) => number | string): void;
	close(): void;
}

/** A library that opens SQLite files. */
export interface SqliteDriver {
	readonly name: string;
	/** It sees locks of other programs, and they see its own. */
	readonly sharesLocks: boolean;
	open(file: string): SqliteDatabase;
}

type Method = (...values: readonly unknown[]) => unknown;

function method(of: object, name: string): Method {
	const found: unknown = Reflect.get(of, name);
	if (typeof found !== "function") throw new TypeError(`the client of SQLite has no ${name}`);
	return (...values) => {
		const result: unknown = Reflect.apply(found, of, values);
		return result;
	};
}

function objectOf(value: unknown): object {
	if ((typeof value !== "object" && typeof value !== "function") || value === null) {
		throw new TypeError("the client of SQLite answers otherwise than it used to");
	}
	return value;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const valuesOf = (row: unknown): readonly unknown[] =>
	Array.isArray(row) ? row : typeof row === "object" && row !== null ? Object.values(row) : [];

/** node:sqlite and better-sqlite3 are alike in what is needed here. */
function nativeDatabase(connection: object, readsBigIntegers: string): SqliteDatabase {
	return {
		all(sql, values) {
			const statement = objectOf(method(connection, "prepare")(sql));
			const isReader: unknown = Reflect.get(statement, "reader");
			if (isReader === false) {
				method(statement, "run")(...values);
				return [];
			}
			method(statement, readsBigIntegers)(true);
			return listOf(method(statement, "all")(...values)).map(valuesOf);
		},
		define(name, body) {
			method(connection, "function")(name, (value: unknown) => body(value));
		},
		close() {
			method(connection, "close")();
		},
	};
}

/** The name stands in a variable so that nothing of it is needed where it is not installed. */
async function load(name: string): Promise<object | undefined> {
	try {
		const loaded: unknown = await import(name);
		return objectOf(loaded);
	} catch {
		return undefined;
	}
}

function constructorIn(loaded: object | undefined, name: string): NewableFunction | undefined {
	const found: unknown = loaded && Reflect.get(loaded, name);
	return typeof found === "function" ? found : undefined;
}

/** Of Node itself, from 22.5 on. */
async function nodeDriver(): Promise<SqliteDriver | undefined> {
	const open = constructorIn(await load("node:sqlite"), "DatabaseSync");
	return (
		open && {
			name: "node:sqlite",
			sharesLocks: true,
			open: (file) =>
				nativeDatabase(
					objectOf(Reflect.construct(open, [file, { enableForeignKeyConstraints: false }])),
					"setReadBigInts",
				),
		}
	);
}

async function betterDriver(): Promise<SqliteDriver | undefined> {
	const open = constructorIn(await load("better-sqlite3"), "default");
	return (
		open && {
			name: "better-sqlite3",
			sharesLocks: true,
			open: (file) => nativeDatabase(objectOf(Reflect.construct(open, [file])), "safeIntegers"),
		}
	);
}

async function portableDriver(): Promise<SqliteDriver | undefined> {
	let loaded: typeof import("node-sqlite3-wasm");
	try {
		const { default: module } = await import("node-sqlite3-wasm");
		loaded = module;
	} catch {
		return undefined;
	}
	return {
		name: "node-sqlite3-wasm",
		sharesLocks: false,
		open(file) {
			const connection = new loaded.Database(file);
			return {
				all: (sql, values) => connection.all(sql, [...values]).map(valuesOf),
				define(name, body) {
					connection.function(name, (value) => body(value));
				},
				close() {
					connection.close();
				},
			};
		},
	};
}

/** Returns the first library that is there: Node's own, better-sqlite3, node-sqlite3-wasm. */
export async function findSqliteDriver(): Promise<SqliteDriver | undefined> {
	return (await nodeDriver()) ?? (await betterDriver()) ?? (await portableDriver());
}

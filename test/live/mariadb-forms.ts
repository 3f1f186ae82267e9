import { readdirSync, readFileSync } from "node:fs";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";

/** A statement and what stands before it, after fixtures/forms/mariadb/base.sql. */
export interface Form {
	/** The name of its file. */
	readonly family: string;
	readonly setup: readonly string[];
	readonly statement: string;
}

/** What a server did for a form. */
export interface Measured {
	/** The server's error number when it refuses the statement as it is. */
	readonly error?: number;
	/** The best algorithm it accepts in a clause; absent where the statement takes none. */
	readonly algorithm?: string;
	/** The weakest lock it accepts with that algorithm. */
	readonly lock?: string;
	/** Tables with another id after the plain statement. */
	readonly rebuilt: readonly string[];
	/** Indexes with another id, of tables that were not rebuilt: table.index. */
	readonly built: readonly string[];
	/** The server read and wrote rows one by one. */
	readonly copied: boolean;
}

const folder = new URL("../../fixtures/forms/mariadb/", import.meta.url);

/** The statements that every form starts from. */
export const base = readFileSync(new URL("base.sql", folder), "utf8");

/** Forms are parted by empty lines; the last line of each is the statement, the others make ready for it. */
export function loadMariadbForms(): readonly Form[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".sql") && name !== "base.sql")
		.sort()
		.flatMap((name) =>
			readFileSync(new URL(name, folder), "utf8")
				.trim()
				.split(/\n{2,}/)
				.map((block) => {
					const lines = block.split("\n");
					return {
						family: name.slice(0, -4),
						setup: lines.slice(0, -1),
						statement: lines.at(-1) ?? "",
					};
				}),
		);
}

/** How a form is called in messages. */
export function nameOf({ setup, statement }: Form): string {
	return [...setup, statement].join(" ");
}

async function prepare(connection: Connection, setup: readonly string[]): Promise<void> {
	await connection.query(
		"SET SESSION sql_mode = DEFAULT, foreign_key_checks = 1, check_constraint_checks = 1, alter_algorithm = DEFAULT",
	);
	await connection.query("DROP DATABASE IF EXISTS app");
	await connection.query("CREATE DATABASE app CHARACTER SET utf8mb4");
	await connection.query("USE app");
	await connection.query(base);
	for (const statement of setup) await connection.query(statement);
}

async function tryStatement(
	connection: Connection,
	statement: string,
): Promise<number | undefined> {
	try {
		await connection.query(statement);
		return undefined;
	} catch (error) {
		if (error instanceof Error && "errno" in error) return Number(error.errno);
		throw error;
	}
}

interface Ids {
	readonly tables: ReadonlyMap<string, string>;
	readonly indexes: ReadonlyMap<string, string>;
}

async function idsOf(connection: Connection): Promise<Ids> {
	const [tables] = await connection.query<RowDataPacket[]>(
		"SELECT table_id AS id, substr(name, 5) AS name FROM information_schema.innodb_sys_tables WHERE name LIKE 'app/%' AND name NOT LIKE 'app/FTS%'",
	);
	const [indexes] = await connection.query<RowDataPacket[]>(
		"SELECT i.index_id AS id, concat(substr(t.name, 5), '.', i.name) AS name FROM information_schema.innodb_sys_indexes i JOIN information_schema.innodb_sys_tables t USING (table_id) WHERE t.name LIKE 'app/%' AND t.name NOT LIKE 'app/FTS%'",
	);
	const byName = (rows: RowDataPacket[]): ReadonlyMap<string, string> =>
		new Map(rows.map(({ id, name }) => [String(name), String(id)]));
	return { tables: byName(tables), indexes: byName(indexes) };
}

const isAlter = /^ALTER TABLE\b/i;
const isIndexStatement = /^(?:CREATE|DROP)\b(?:(?!TABLE|VIEW|TRIGGER).)*\bINDEX\b/i;
const says = /\b(?:ALGORITHM|LOCK)\s*=/i;
const partitionWork =
	/\b(?:ADD|DROP|TRUNCATE|REORGANIZE|COALESCE|REBUILD|ANALYZE|OPTIMIZE|EXCHANGE) PARTITION\b/i;

/** The statement with the clauses; undefined where the grammar has no place for them. */
export function withClauses(
	statement: string,
	algorithm: string,
	lock?: string,
): string | undefined {
	if (says.test(statement) || partitionWork.test(statement)) return undefined;
	// For these MariaDB 10.11 takes ALGORITHM=INSTANT and copies every row all the same.
	if (/PARTITION BY|REMOVE PARTITIONING|ENGINE=(?!InnoDB)/.test(statement)) return undefined;
	if (statement.includes("ORDER BY")) return undefined;
	const text = statement.replace(/;\s*$/, "");
	if (isAlter.test(text)) {
		return `${text}, ALGORITHM=${algorithm}${lock === undefined ? "" : `, LOCK=${lock}`}`;
	}
	if (isIndexStatement.test(text)) {
		return `${text} ALGORITHM=${algorithm}${lock === undefined ? "" : ` LOCK=${lock}`}`;
	}
	return undefined;
}

async function bestOf(
	connection: Connection,
	{ setup, statement }: Form,
): Promise<Pick<Measured, "algorithm" | "lock">> {
	if (withClauses(statement, "COPY") === undefined) return {};
	await prepare(connection, setup);
	for (const algorithm of ["INSTANT", "NOCOPY", "INPLACE", "COPY"]) {
		const text = withClauses(statement, algorithm);
		if (text === undefined || (await tryStatement(connection, text)) !== undefined) continue;
		await prepare(connection, setup);
		for (const lock of ["NONE", "SHARED", "EXCLUSIVE"]) {
			const asked = withClauses(statement, algorithm, lock) ?? "";
			if ((await tryStatement(connection, asked)) === undefined) return { algorithm, lock };
		}
	}
	return {};
}

/** Runs a form with every algorithm and lock until the server accepts one, and then as it is. */
export async function measure(connection: Connection, form: Form): Promise<Measured> {
	await prepare(connection, form.setup);
	const before = await idsOf(connection);
	let affected = 0;
	try {
		const [result] = await connection.query(form.statement);
		if (!Array.isArray(result)) affected = result.affectedRows;
	} catch (error) {
		if (!(error instanceof Error && "errno" in error)) throw error;
		return { error: Number(error.errno), rebuilt: [], built: [], copied: false };
	}
	const after = await idsOf(connection);
	// TRUNCATE takes a new id for a table without rows; CREATE TABLE ... AS counts rows of another one.
	const empties = /^TRUNCATE|TRUNCATE PARTITION/.test(form.statement);
	const makes = form.statement.startsWith("CREATE TABLE");
	const rebuilt = (empties ? [] : [...before.tables])
		.filter(([name, id]) => after.tables.has(name) && after.tables.get(name) !== id)
		.map(([name]) => name);
	const tables = new Set(before.tables.values());
	const built = [...after.indexes]
		.filter(([name, id]) => {
			const table = name.slice(0, name.indexOf("."));
			const known = after.tables.get(table);
			return known !== undefined && tables.has(known) && ![...before.indexes.values()].includes(id);
		})
		.map(([name]) => name)
		.filter((name) => !name.includes("FTS_"));
	const best = await bestOf(connection, form);
	return {
		...best,
		rebuilt: rebuilt.sort(),
		built: built.sort(),
		copied: affected > 0 && !makes,
	};
}

/** Returns a connection that runs several statements of one text. */
export function openMariadb(url: string): Promise<Connection> {
	return createConnection({ uri: url, multipleStatements: true, flags: ["-IGNORE_SPACE"] });
}

const lockWaitTimeout = 1205;

/** The tables of which a transaction of another session has read rows, so that the statement cannot go on. */
export async function waitedFor(
	connection: Connection,
	reader: Connection,
	{ setup, statement }: Form,
	tables: readonly string[],
): Promise<readonly string[]> {
	const found: string[] = [];
	let changed = true;
	for (const table of tables.filter((name) => !name.includes("#"))) {
		if (changed) await prepare(connection, setup);
		await reader.query(`BEGIN; SELECT 1 FROM app.${table} LIMIT 1`);
		await connection.query("SET SESSION lock_wait_timeout = 0");
		const failure = await tryStatement(connection, statement);
		await reader.query("ROLLBACK");
		await connection.query("SET SESSION lock_wait_timeout = 60");
		changed = failure !== lockWaitTimeout;
		if (!changed) found.push(table);
	}
	return found.sort();
}

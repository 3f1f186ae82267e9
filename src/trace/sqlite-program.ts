import type { SqliteEngine } from "./engines/sqlite.ts";

/** What a statement is about to do, as the program says that SQLite makes of it. Names are those of tables. */
export interface SqliteProgram {
	/** Tables that are read from the first to the last row, by themselves or through an index. */
	readonly scans: ReadonlySet<string>;
	/** Tables of which every row is written anew. */
	readonly rewrites: ReadonlySet<string>;
	/** Tables and indexes that are emptied without a look at their rows. */
	readonly emptied: ReadonlySet<string>;
	/** It asks a virtual table: ALTER TABLE tests its rows with pragma_quick_check. */
	readonly asksVirtualTable: boolean;
	/** A write transaction on the main file. */
	readonly writes: boolean;
}

const nothing: SqliteProgram = {
	scans: new Set(),
	rewrites: new Set(),
	emptied: new Set(),
	asksVirtualTable: false,
	writes: false,
};

/** The table of each b-tree by its database, 0 for main and 1 for temp, and root page; an index counts as its table. */
function rootsOf(engine: SqliteEngine): ReadonlyMap<string, string> {
	const rows =
		engine.query(`SELECT '0 ' || rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0
UNION ALL SELECT '1 ' || rootpage, tbl_name FROM temp.sqlite_schema WHERE rootpage > 0`);
	return new Map(rows.map(([root, name]) => [root ?? "", name ?? ""]));
}

interface Cursor {
	readonly table: string;
	rewound: boolean;
	inserts: boolean;
}

/** Follows the cursors of a program and of the programs of its triggers, which come after it. */
class Reader {
	readonly scans = new Set<string>();
	readonly rewrites = new Set<string>();
	readonly emptied = new Set<string>();
	asksVirtualTable = false;
	writes = false;
	readonly #roots: ReadonlyMap<string, string>;
	readonly #cursors = new Map<string, Cursor>();

	constructor(roots: ReadonlyMap<string, string>) {
		this.#roots = roots;
	}

	/** One instruction of EXPLAIN: https://www.sqlite.org/opcode.html. */
	read(address: string, opcode: string, p1: string, p2: string, p3: string): void {
		if (address === "0") this.#cursors.clear();
		const cursor = this.#cursors.get(p1);
		switch (opcode) {
			case "Transaction":
				if (p1 === "0" && p2 !== "0") this.writes = true;
				return;
			case "OpenRead":
			case "OpenWrite":
			case "ReopenIdx": {
				const table = this.#roots.get(`${p3} ${p2}`);
				if (table === undefined) this.#cursors.delete(p1);
				else this.#cursors.set(p1, { table, rewound: false, inserts: false });
				return;
			}
			case "Vacuum":
				// The second operand holds the file of VACUUM INTO.
				if (p2 === "0") this.writes = true;
				return;
			case "VOpen":
				this.asksVirtualTable = true;
				return;
			case "Rewind":
			case "Last":
				if (cursor) cursor.rewound = true;
				return;
			case "Insert":
				if (cursor) cursor.inserts = cursor.rewound;
				return;
			case "Count":
				if (cursor) this.scans.add(cursor.table);
				return;
			case "Next":
			case "Prev":
				if (!cursor?.rewound) return;
				this.scans.add(cursor.table);
				if (cursor.inserts) this.rewrites.add(cursor.table);
				return;
			case "Clear": {
				const table = this.#roots.get(`${p2} ${p1}`);
				if (table !== undefined) this.emptied.add(table);
				return;
			}
			default:
		}
	}
}

/** Returns what the statement will do; nothing when SQLite refuses it. */
export function programOf(engine: SqliteEngine, sql: string): SqliteProgram {
	let rows: ReturnType<SqliteEngine["query"]>;
	try {
		rows = engine.query(`EXPLAIN ${sql}`);
	} catch {
		return nothing;
	}
	const reader = new Reader(rootsOf(engine));
	for (const [address, opcode, p1, p2, p3] of rows) {
		reader.read(address ?? "", opcode ?? "", p1 ?? "", p2 ?? "", p3 ?? "");
	}
	const { scans, rewrites, emptied, asksVirtualTable, writes } = reader;
	return { scans, rewrites, emptied, asksVirtualTable, writes };
}

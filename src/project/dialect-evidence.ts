import type { DatabaseId } from "../core/migration.ts";
import { compareText } from "./files.ts";
import { databaseNamed } from "./database-names.ts";

export interface DialectEvidence {
	readonly id: DatabaseId;
	readonly why: string;
}

/** Returns the database that the folders of a path name; the deepest folder wins. */
export function dialectFromPath(path: string): DialectEvidence | undefined {
	for (const folder of path.split("/").reverse()) {
		const id = databaseNamed(folder);
		if (id) return { id, why: `the folder ${folder}` };
	}
	return undefined;
}

interface Sign {
	readonly id: DatabaseId;
	readonly pattern: RegExp;
	readonly what: string;
	/** 3: only this database reads it. 1: unusual in the others. */
	readonly weight: number;
}

const sign = (id: DatabaseId, weight: number, what: string, pattern: RegExp): Sign => ({
	id,
	weight,
	what,
	pattern,
});

const signs: readonly Sign[] = [
	sign("clickhouse", 5, "ENGINE = MergeTree", /\bENGINE\s*=\s*\w*MergeTree\b/i),
	sign("clickhouse", 3, "ON CLUSTER", /\bON\s+CLUSTER\b/i),
	sign("clickhouse", 3, "LowCardinality", /\b(?:LowCardinality|DateTime64)\(/),
	sign("mysql", 4, "ENGINE=InnoDB", /\bENGINE\s*=\s*(?:InnoDB|MyISAM)\b/i),
	sign("mysql", 4, "AUTO_INCREMENT", /\bAUTO_INCREMENT\b/i),
	sign("mysql", 2, "backticks", /(?:TABLE|INTO|UPDATE|FROM|EXISTS)\s+`\w+`/i),
	sign("mysql", 3, "DELIMITER", /^DELIMITER\b/im),
	sign("mysql", 2, "CHARACTER SET", /\b(?:DEFAULT\s+)?(?:CHARSET|CHARACTER\s+SET)\s*=?\s*utf8/i),
	sign("mysql", 4, "MODIFY", /\bALTER\s+TABLE\s+[\w.`]+\s+(?:MODIFY|CHANGE)\s/i),
	sign("mysql", 2, "MODIFY COLUMN", /\bMODIFY\s+COLUMN\b/i),
	sign("mysql", 4, "ADD INDEX", /\bALTER\s+TABLE\s+[\w.`]+\s+ADD\s+(?:INDEX|KEY)\b/i),
	sign("mysql", 4, "DROP INDEX ... ON", /\bDROP\s+INDEX\s+[\w`]+\s+ON\s/i),
	sign(
		"mysql",
		4,
		"ADD COLUMN ... AFTER",
		/\bADD\s+(?:COLUMN\s+)?[^;]{3,200}\sAFTER\s+[\w`]+\s*[;,]/i,
	),
	sign("mysql", 3, "LONGTEXT", /(?<!['"])\b(?:LONG|MEDIUM|TINY)(?:TEXT|BLOB)\b/i),
	sign("sqlite", 4, "PRAGMA", /^\s*PRAGMA\b/im),
	sign("sqlite", 4, "AUTOINCREMENT", /\bAUTOINCREMENT\b/i),
	sign("sqlite", 4, "COLLATE NOCASE", /\bCOLLATE\s+NOCASE\b/i),
	sign("sqlite", 4, "sqlite_master", /\bsqlite_(?:master|schema|sequence)\b/i),
	sign("sqlite", 3, "WITHOUT ROWID", /\bWITHOUT\s+ROWID\b/i),
	sign("sqlite", 4, "INSERT OR REPLACE", /\bINSERT\s+OR\s+(?:REPLACE|IGNORE)\b/i),
	sign("sqlite", 3, "SQLite's functions", /\b(?:unixepoch|strftime|jsonb_array)\s*\(/i),
	sign("hsqldb", 3, "CREATE CACHED TABLE", /\bCREATE\s+(?:CACHED|MEMORY)\s+TABLE\b/i),
	sign("hsqldb", 3, "LONGVARCHAR", /\bLONGVARCHAR\b/i),
	sign("sqlserver", 4, "GO", /^GO\s*$/m),
	sign("sqlserver", 3, "NVARCHAR(MAX)", /\bNVARCHAR\s*\(\s*MAX\s*\)|\bIDENTITY\s*\(\s*1\s*,/i),
	sign("oracle", 3, "VARCHAR2", /\bVARCHAR2\b/i),
	sign("postgres", 3, "SERIAL", /\b(?:BIG|SMALL)?SERIAL\b/i),
	sign("postgres", 3, "a :: cast", /\w'?::\s*"?[a-z]/i),
	sign("postgres", 3, "dollar quotes", /\$(?:[a-z_]\w*)?\$/i),
	sign("postgres", 3, "timestamptz", /\bTIMESTAMPTZ\b|\bTIMESTAMP\s+WITH(?:OUT)?\s+TIME\s+ZONE\b/i),
	sign("postgres", 3, "JSONB", /\bJSONB\b/i),
	sign("postgres", 3, "CREATE TYPE ... AS ENUM", /\bAS\s+ENUM\b/i),
	sign("postgres", 3, "CREATE EXTENSION", /\bCREATE\s+EXTENSION\b/i),
	sign("postgres", 3, "CONCURRENTLY", /\bINDEX\s+CONCURRENTLY\b/i),
	sign("postgres", 2, "uuid functions", /\b(?:gen_random_uuid|uuid_generate_v4)\s*\(/i),
	sign("postgres", 3, "row level security", /\bROW\s+LEVEL\s+SECURITY\b/i),
];

const sampledFiles = 60;
const sampledCharacters = 40_000;

/**
 * Returns the database whose syntax most of the texts show. A word in one text counts once, so that one
 * odd file among many does not decide.
 */
export function dialectFromSyntax(texts: readonly string[]): DialectEvidence | undefined {
	const scores = new Map<DatabaseId, { score: number; what: string }>();
	const step = Math.max(1, Math.floor(texts.length / sampledFiles));
	for (let at = 0; at < texts.length; at += step) {
		const text = withoutComments((texts[at] ?? "").slice(0, sampledCharacters));
		for (const { id, pattern, what, weight } of signs) {
			if (!pattern.test(text)) continue;
			const known = scores.get(id);
			scores.set(id, { score: (known?.score ?? 0) + weight, what: known?.what ?? what });
		}
	}
	const [best] = [...scores].sort((a, b) => b[1].score - a[1].score || compareText(a[0], b[0]));
	return best ? { id: best[0], why: best[1].what } : undefined;
}

function withoutComments(text: string): string {
	return text.replace(/--[^\n]*|\/\*[^]*?\*\//g, " ");
}

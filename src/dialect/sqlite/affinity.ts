export type Affinity = "INTEGER" | "TEXT" | "BLOB" | "REAL" | "NUMERIC";

/**
 * Returns what SQLite turns values of a column into, by the words of its type: the first of these rules that
 * fits. Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
 */
export function affinityOf(type: string): Affinity {
	const words = type.toUpperCase();
	if (words.includes("INT")) return "INTEGER";
	if (/CHAR|CLOB|TEXT/.test(words)) return "TEXT";
	if (words === "" || words.includes("BLOB")) return "BLOB";
	if (/REAL|FLOA|DOUB/.test(words)) return "REAL";
	return "NUMERIC";
}

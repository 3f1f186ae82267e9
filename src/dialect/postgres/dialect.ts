import type { Dialect } from "../../core/dialect.ts";
import { effects } from "./effects/index.ts";
import { loadParser } from "./parser.ts";
import { readPostgres } from "./reader.ts";

/** Which parser reads: the server's own grammar in WebAssembly, or one in plain JavaScript. */
export type PostgresParser = "libpg" | "portable";

/** Returns the PostgreSQL dialect with its parser loaded. */
export async function loadPostgres(
	options: { readonly parser?: PostgresParser } = {},
): Promise<Dialect> {
	void options;
	await loadParser();
	return { id: "postgres", engine: { name: "libpg-query" }, read: readPostgres, effects };
}

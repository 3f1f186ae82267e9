import type { Dialect } from "../../core/dialect.ts";
import { editsFor } from "./edits.ts";
import { effects } from "./effects/index.ts";
import { lockModes } from "./lock-modes.ts";
import { loadParser } from "./parser.ts";
import { readPostgres } from "./reader.ts";

/** Which parser reads: the server's own grammar in WebAssembly, or one in plain JavaScript. */
export type PostgresParser = "libpg" | "portable";

/**
 * Returns the PostgreSQL dialect with its parser loaded: the server's own grammar, or the portable one when it
 * is asked for or WebAssembly cannot run here (`node --jitless`, too little address space, a strict CSP).
 */
export async function loadPostgres(
	options: { readonly parser?: PostgresParser } = {},
): Promise<Dialect> {
	if (options.parser === "portable") return loadPortable("the configuration asks for it");
	try {
		await loadParser();
	} catch (error) {
		return loadPortable(`WebAssembly does not run here: ${reasonOf(error)}`);
	}
	return {
		id: "postgres",
		engine: { name: "libpg-query" },
		lockModes,
		read: (file, readOptions) => readPostgres(file, readOptions),
		effects,
		edits: editsFor,
	};
}

/** The loader of the WebAssembly module wraps its reasons. */
function reasonOf(error: unknown): string {
	const message = error instanceof Error ? error.message : String(error);
	return /^Aborted\((?:\w+: )?(.*)\)\. Build with/s.exec(message)?.[1] ?? message;
}

async function loadPortable(reason: string): Promise<Dialect> {
	const [{ loadPortableParser }, { readPortable }] = await Promise.all([
		import("./portable/parser.ts"),
		import("./portable/reader.ts"),
	]);
	await loadPortableParser();
	return {
		id: "postgres",
		engine: {
			name: "pgsql-ast-parser",
			degraded: `Read with the portable parser, not with PostgreSQL's own grammar (${reason}). It reads fewer kinds of statements and no PL/pgSQL; what it cannot read is counted as unread and is not judged.`,
		},
		lockModes,
		read: (file, readOptions) =>
			readPostgres(file, readOptions, (text, piece) => readPortable(text, piece)),
		effects,
		edits: editsFor,
	};
}

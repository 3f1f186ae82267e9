import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EmbeddedSql, Section } from "../../../src/core/migration.ts";
import { discover } from "../fixture.ts";

/** Files of a repository that is made for one test. */
export type Repository = Readonly<Record<string, string>>;

/** What the migrations of a repository send, by revision: its class, then each piece. */
export async function sentBy(repository: Repository): Promise<Record<string, string[]>> {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-programs-"));
	try {
		for (const [name, text] of Object.entries({ ".git/HEAD": "", ...repository })) {
			mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
			writeFileSync(path.join(directory, name), text);
		}
		const projects = await discover(directory);
		return Object.fromEntries(
			projects.flatMap(({ migrations }) => migrations).map(({ id, up }) => [id, up.flatMap(shown)]),
		);
	} finally {
		rmSync(directory, { recursive: true });
	}
}

function shown({ transaction, embedded = [], file }: Section): string[] {
	return [transaction, ...embedded.map((piece) => textOf(piece, file.text))];
}

function textOf(piece: EmbeddedSql, source: string): string {
	if (piece.kind === "unread") return `unread: ${piece.message}`;
	const { verbatim, sql, range } = piece;
	if (verbatim && source.slice(range.start, range.end) !== sql)
		throw new Error(`not verbatim: ${sql}`);
	return sql.replace(/\s+/g, " ").trim();
}

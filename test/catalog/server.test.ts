import { readdirSync, readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../src/dialect/postgres/parser.ts";
import { readCatalogSchema } from "./catalog-schema.ts";
import { replaySql, statementsOf } from "./replay-sql.ts";
import { emptyServer, readServerSchema } from "./server-schema.ts";

const folder = new URL("../../fixtures/sql/catalog/", import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith(".sql"));

/** A statement after `-- refused` is one that the server must refuse. */
async function runOnServer(server: PGlite, text: string): Promise<void> {
	for (const { range, comments } of statementsOf(text)) {
		const sql = text.slice(range.start, range.end);
		const isRefused = comments.some((comment) => comment.text === "refused");
		const failure = await server.exec(sql).then(
			() => undefined,
			(error: unknown) => String(error),
		);
		if (isRefused === (failure === undefined)) {
			throw new Error(`${isRefused ? "was not refused" : String(failure)}: ${sql}`);
		}
	}
}

describe("the catalog is what a server has after the same script", () => {
	let server: PGlite;

	beforeAll(async () => {
		await loadParser();
		server = await PGlite.create();
	}, 60_000);

	afterAll(() => server.close());

	it.each(scripts)("%s", async (name) => {
		const text = readFileSync(new URL(name, folder), "utf8");
		await emptyServer(server);
		await runOnServer(server, text);
		expect(readCatalogSchema(replaySql(text))).toEqual(await readServerSchema(server));
	});
});

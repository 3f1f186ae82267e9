import { appendFileSync, cpSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ProjectProblem } from "../../src/core/migration.ts";
import { fixtureDirectory, onlyProject } from "./fixture.ts";
import { tree } from "./tree.ts";

/** The problems of sums, after a file of the fixture has grown. */
async function sums(fixture: string, file?: string): Promise<readonly ProjectProblem[]> {
	const root = tree({});
	cpSync(fixtureDirectory(fixture), root, { recursive: true });
	if (file !== undefined) appendFileSync(path.join(root, file), "-- later\n");
	const { problems } = await onlyProject(root);
	return problems.filter(({ code }) => code === "checksumDiffers");
}

test("the sums that Atlas writes are those of the files", async () => {
	expect(await sums("atlas")).toEqual([]);
	expect(await sums("atlas", "migrations/20240212110000_invoices.sql")).toMatchObject([
		{
			file: "migrations/20240212110000_invoices.sql",
			message:
				"migrations/20240212110000_invoices.sql was changed after atlas.sum was written: Atlas refuses to run the directory",
		},
	]);
});

test("the hashes of graphile-migrate are those of the bodies; blank lines at the end do not count", async () => {
	expect(await sums("graphile-migrate")).toEqual([]);
	expect(await sums("graphile-migrate", "migrations/committed/000001-orders.sql")).toMatchObject([
		{ file: "migrations/committed/000001-orders.sql" },
	]);
});

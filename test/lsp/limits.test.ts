import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Complaint } from "../../src/lsp/notices.ts";
import { Workspace } from "../../src/lsp/workspace.ts";
import { directoryWith, shop } from "../cli/run.ts";

test("a text of more than ten million characters is told and not judged", async () => {
	const cwd = directoryWith(shop);
	const told: Complaint[] = [];
	const workspace = new Workspace(
		() => [],
		(complaint) => told.push(complaint),
	);
	workspace.add([{ uri: pathToFileURL(cwd).href }]);
	const open = (text: string) =>
		workspace.open(
			TextDocument.create(pathToFileURL(`${cwd}/migrations/001_orders.sql`).href, "sql", 1, text),
		);
	expect(await open("SELECT 1;\n")).toBeDefined();
	expect(told).toEqual([]);
	expect(await open(" ".repeat(10_000_001))).toBeUndefined();
	expect(told.map(({ message }) => message)).toEqual([
		"migrations/001_orders.sql is too long to be judged while it is edited",
	]);
});

test("a directory is no document: nothing below it is searched", async () => {
	const cwd = directoryWith(shop);
	const workspace = new Workspace(
		() => [],
		() => undefined,
	);
	workspace.add([{ uri: pathToFileURL(cwd).href }]);
	expect(
		await workspace.open(TextDocument.create(pathToFileURL(cwd).href, "sql", 1, "SELECT 1;")),
	).toBeUndefined();
});

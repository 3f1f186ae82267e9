import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import {
	DocumentDiagnosticReportKind,
	FileChangeType,
	LSPErrorCodes,
	type DocumentDiagnosticReport,
} from "vscode-languageserver-protocol";
import { directoryWith, shop } from "../cli/run.ts";
import { openEditor, pulling, pushed, uriIn, type Editor } from "./editor.ts";

const index = "SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n";
const blocksWrites = "require-concurrent-index: CREATE INDEX orders_note_idx ON orders (note)";
const cappedText = "CREATE TABLE refunds (id bigint PRIMARY KEY, reason varchar(20));\n";

function pull(editor: Editor, uri: string, previousResultId?: string) {
	return editor.connection.sendRequest<DocumentDiagnosticReport>("textDocument/diagnostic", {
		textDocument: { uri },
		...(previousResultId !== undefined && { previousResultId }),
	});
}

describe("an editor that asks for diagnostics", () => {
	test("is not sent any, and is told when nothing has changed", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], { capabilities: pulling });
		expect(editor.started.capabilities.diagnosticProvider).toMatchObject({
			interFileDependencies: true,
		});
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		const first = await pull(editor, uri);
		if (first.kind !== DocumentDiagnosticReportKind.Full) throw new Error(first.kind);
		expect(first.items.map(({ code }) => code)).toEqual(["require-concurrent-index"]);
		const again = await pull(editor, uri, first.resultId);
		expect(again).toEqual({ kind: "unchanged", resultId: first.resultId });
		await editor.replace(uri, "CREATE INDEX", "CREATE INDEX CONCURRENTLY");
		const edited = await pull(editor, uri, first.resultId);
		expect(edited).toMatchObject({ kind: "full", items: [] });
		await editor.shutDown();
	});

	test("is asked to ask again when another file changes", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], { capabilities: pulling });
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		await pull(editor, uri);
		rmSync(path.join(cwd, "migrations/001_orders.sql"));
		await editor.changedOnDisk(uriIn(cwd, "migrations/001_orders.sql"), FileChangeType.Deleted);
		await editor.until(() => (editor.refreshes > 0 ? true : undefined));
		expect(await pull(editor, uri)).toMatchObject({ kind: "full" });
	});

	test("gets a cancelled request back", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], { capabilities: pulling });
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		const { CancellationTokenSource } = await import("vscode-languageserver-protocol");
		const source = new CancellationTokenSource();
		const asked = editor.connection.sendRequest(
			"textDocument/diagnostic",
			{ textDocument: { uri } },
			source.token,
		);
		source.cancel();
		await expect(asked).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
		expect(await pull(editor, uri)).toMatchObject({ kind: "full" });
	});
});

test("an editor that cannot be asked to ask again is sent the diagnostics", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd], {
		capabilities: { ...pushed, textDocument: { ...pushed.textDocument, diagnostic: {} } },
	});
	expect(editor.started.capabilities.diagnosticProvider).toBeUndefined();
	const uri = uriIn(cwd, "migrations/004_index.sql");
	await editor.open(uri, "sql", index);
	expect(await editor.lines(uri)).toEqual([blocksWrites]);
});

describe("the config", () => {
	test("that is broken is told once, and the defaults count until it is mended", async () => {
		const cwd = directoryWith({ ...shop, "lockkeeper.config.json": '{ "preset": \n' });
		const editor = await openEditor([cwd]);
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		expect(await editor.lines(uri)).toEqual([blocksWrites]);
		await editor.open(uriIn(cwd, "migrations/005_more.sql"), "sql", index);
		await editor.diagnostics(uriIn(cwd, "migrations/005_more.sql"));
		expect(editor.messages).toEqual([expect.stringContaining("lockkeeper.config.json:2:1")]);
		const rules = { "require-concurrent-index": "off" };
		writeFileSync(path.join(cwd, "lockkeeper.config.json"), JSON.stringify({ rules }));
		await editor.changedOnDisk(uriIn(cwd, "lockkeeper.config.json"), FileChangeType.Changed);
		expect(await editor.lines(uri)).toEqual([]);
		expect(editor.messages).toHaveLength(1);
	});

	test("is watched, as the migrations are", async () => {
		const editor = await openEditor([directoryWith(shop)]);
		await editor.until(() => editor.watched[0]);
		expect(editor.watched).toEqual(["workspace/didChangeWatchedFiles"]);
	});

	test("leaves out what the baseline accepts", async () => {
		const cwd = directoryWith(shop);
		const { lockkeeper } = await import("../cli/run.ts");
		await lockkeeper(["baseline"], { cwd });
		const editor = await openEditor([cwd]);
		const uri = uriIn(cwd, "migrations/003_drop_invoices.sql");
		await editor.open(uri, "sql", shop["migrations/003_drop_invoices.sql"]);
		expect(await editor.lines(uri)).toEqual([]);
		await editor.change(uri, { text: `${index}DROP TABLE orders;\n` });
		expect((await editor.lines(uri)).length).toBeGreaterThan(0);
	});
});

describe("settings of the editor", () => {
	const capabilities = {
		...pushed,
		workspace: { ...pushed.workspace, configuration: true },
	};

	test("choose the preset of each folder", async () => {
		const [strict, usual] = [directoryWith(shop), directoryWith(shop)];
		const editor = await openEditor([strict, usual], {
			capabilities,
			configuration: (scope) =>
				scope?.includes(path.basename(strict)) ? { preset: "all" } : { preset: "recommended" },
		});
		const [one, two] = [strict, usual].map((cwd) => uriIn(cwd, "migrations/004_refunds.sql"));
		await editor.open(one!, "sql", cappedText);
		await editor.open(two!, "sql", cappedText);
		expect(await editor.lines(one!)).toEqual([
			"require-schema: refunds",
			"prefer-text: reason varchar(20)",
		]);
		expect(await editor.lines(two!)).toEqual([]);
	});

	test("switch it off", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], {
			capabilities,
			configuration: () => ({ enable: false }),
		});
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		expect(await editor.lines(uri)).toEqual([]);
	});

	test("that never come do not hold up the diagnostics", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], { capabilities, configuration: "never" });
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		expect(await editor.lines(uri)).toEqual([blocksWrites]);
	});

	test("may be sent, and take effect at once", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd], { initializationOptions: { preset: "all" } });
		const uri = uriIn(cwd, "migrations/004_refunds.sql");
		await editor.open(uri, "sql", cappedText);
		expect(await editor.lines(uri)).toEqual([
			"require-schema: refunds",
			"prefer-text: reason varchar(20)",
		]);
		editor.forget();
		await editor.connection.sendNotification("workspace/didChangeConfiguration", {
			settings: { lockkeeper: { preset: "recommended" } },
		});
		expect(await editor.lines(uri)).toEqual([]);
	});
});

describe("the history around an open file", () => {
	test("holds what other open files say before they are saved", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd]);
		const earlier = uriIn(cwd, "migrations/004_refunds.sql");
		await editor.open(earlier, "sql", "CREATE TABLE refunds (id bigint PRIMARY KEY);\n");
		await editor.diagnostics(earlier);
		const later = uriIn(cwd, "migrations/005_drop.sql");
		await editor.open(later, "sql", "SET lock_timeout = '2s';\nDROP TABLE refunds;\n");
		const [finding] = await editor.diagnostics(later);
		expect(finding?.message).toContain("refunds exists since 004_refunds.");
		await editor.change(earlier, { text: "CREATE TABLE returns (id bigint PRIMARY KEY);\n" });
		await editor.diagnostics(earlier);
		editor.forget();
		await editor.save(earlier);
		const [again] = await editor.diagnostics(later);
		expect(again?.message).not.toContain("refunds exists since");
	});

	test("is read anew when a file appears on the disk", async () => {
		const cwd = directoryWith(shop);
		const editor = await openEditor([cwd]);
		const uri = uriIn(cwd, "migrations/006_drop.sql");
		await editor.open(uri, "sql", "SET lock_timeout = '2s';\nDROP TABLE refunds;\n");
		const [before] = await editor.diagnostics(uri);
		expect(before?.message).not.toContain("refunds exists since");
		const added = path.join(cwd, "migrations/005_refunds.sql");
		writeFileSync(added, "CREATE TABLE refunds (id bigint PRIMARY KEY);\n");
		await editor.changedOnDisk(uriIn(cwd, "migrations/005_refunds.sql"), FileChangeType.Created);
		const [after] = await editor.diagnostics(uri);
		expect(after?.message).toContain("refunds exists since 005_refunds.");
	});

	test("is judged with what is being edited, whatever becomes of the file on the disk", async () => {
		const cwd = directoryWith({ ...shop, "migrations/004_index.sql": index });
		const editor = await openEditor([cwd]);
		const uri = uriIn(cwd, "migrations/004_index.sql");
		await editor.open(uri, "sql", index);
		await editor.change(uri, { text: `\n${index}` });
		writeFileSync(path.join(cwd, "migrations/004_index.sql"), "SELECT 1;\n");
		await editor.changedOnDisk(uri, FileChangeType.Changed);
		expect(await editor.lines(uri)).toEqual([blocksWrites]);
		rmSync(cwd, { recursive: true });
		await editor.changedOnDisk(uri, FileChangeType.Deleted);
		expect(await editor.lines(uri)).toEqual([blocksWrites]);
		await editor.change(uri, { text: `\n\n${index}` });
		expect(await editor.lines(uri)).toEqual([blocksWrites]);
		expect(editor.messages).toEqual([]);
	});

	test("is that of its own folder", async () => {
		const other = {
			"db/001_sessions.sql": "CREATE TABLE sessions (id bigint PRIMARY KEY);\n",
			"db/002_more.sql": "",
		};
		const [one, two] = [directoryWith(shop), directoryWith(other)];
		const editor = await openEditor([one, two]);
		const [orders, sessions] = [uriIn(one, "migrations/004_x.sql"), uriIn(two, "db/002_more.sql")];
		await editor.open(orders, "sql", "SET lock_timeout = '2s';\nDROP TABLE orders;\n");
		await editor.open(sessions, "sql", "SET lock_timeout = '2s';\nDROP TABLE orders;\n");
		const [known] = await editor.diagnostics(orders);
		const [unknown] = await editor.diagnostics(sessions);
		expect(known?.message).toContain("orders exists since 001_orders.");
		expect(unknown?.message).not.toContain("exists since");
	});
});

test("a closed document has no diagnostics", async () => {
	const cwd = directoryWith(shop);
	const editor = await openEditor([cwd]);
	const uri = uriIn(cwd, "migrations/004_index.sql");
	await editor.open(uri, "sql", index);
	expect(await editor.lines(uri)).toHaveLength(1);
	editor.forget();
	await editor.close(uri);
	expect(await editor.diagnostics(uri)).toEqual([]);
});

test("the server ends with 0 after shutdown, with 1 without", async () => {
	const cwd = directoryWith(shop);
	const polite = await openEditor([cwd]);
	expect(await polite.shutDown()).toBe(0);
	expect(polite.stderr()).toBe("");
	const rude = await openEditor([cwd]);
	expect(await rude.exit()).toBe(1);
});

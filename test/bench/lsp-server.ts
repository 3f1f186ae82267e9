/**
 * Measures the bundled language server with a real client: what a person does in a file of 500 and of 5,000
 * lines that stands last in a history of 2,000 files, one keystroke each tenth of a second. Prints the median,
 * the 95th percentile and the longest time from sending an edit to its first diagnostics, of the clock and of the
 * processors, beside the median time until the whole file is judged. The baseline of the same run is a program that
 * sends each byte back and does nothing else: no answer comes sooner. Needs a build (`npm run build`); another
 * program can be named on the command line.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeHistory, writeMigration } from "./history.ts";
import { MeasuringEditor, type Time } from "./lsp-client.ts";

const program = process.argv[2] ?? fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const keystrokes = 60;
const edits = 1000;

/** What the middle of the file holds to be typed in. */
const middle = {
	string: "COMMENT ON TABLE orders_0 IS 'What was bought: here it is typed';",
	comment: "-- Why this is needed: here it is typed",
	body: `CREATE FUNCTION close_orders() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE orders_0 SET status = 'done' WHERE id < 1000;
	-- here it is typed
END
$$;`,
};

function share(values: readonly number[], part: number): string {
	const sorted = values.toSorted((a, b) => a - b);
	const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
	return value.toFixed(value < 1000 ? 1 : 0).padStart(7);
}

function line(name: string, first: readonly Time[], complete: readonly Time[]): void {
	const elapsed = first.map((time) => time.elapsed);
	const processor = first.flatMap((time) => time.processor ?? []);
	const columns = [
		...[0.5, 0.95, 1].map((part) => share(elapsed, part)),
		...[0.5, 0.95].map((part) => share(processor, part)),
		share(
			complete.map((time) => time.elapsed),
			0.5,
		),
	];
	console.log(`${name.padEnd(40)} ${columns.join(" ").replaceAll("NaN", "  -")}`);
}

/** Makes edits one after the other, and asks for the whole judgement after every fourth. */
async function measure(
	editor: MeasuringEditor,
	name: string,
	steps: readonly (() => Promise<Time>)[],
	pause = 100,
): Promise<void> {
	const first: Time[] = [];
	const complete: Time[] = [];
	for (const [at, step] of steps.entries()) {
		const start = performance.now();
		first.push(await step());
		if (at % 4 === 3) {
			await editor.complete();
			complete.push({ elapsed: performance.now() - start, processor: undefined });
		}
		await wait(pause);
	}
	line(name, first, complete);
}

function typing(editor: MeasuringEditor, at: number, text: string): (() => Promise<Time>)[] {
	return Array.from(
		text.slice(0, keystrokes),
		(character, index) => () => editor.edit(at + index, at + index, character),
	);
}

/** Puts a text in and takes it out again, so many times. */
function inAndOut(
	editor: MeasuringEditor,
	at: number,
	text: string,
	times: number,
): (() => Promise<Time>)[] {
	return Array.from({ length: times }, () => [
		() => editor.edit(at, at, text),
		() => editor.edit(at, at + text.length, ""),
	]).flat();
}

function longMigration(lines: number): string {
	const text = writeMigration(lines);
	const at = text.indexOf("\n\n", text.length / 2) + 2;
	return `${text.slice(0, at)}${Object.values(middle).join("\n\n")}\n\n${text.slice(at)}`;
}

async function benchEdits(editor: MeasuringEditor): Promise<void> {
	for (const [name, part] of [
		["top", 0.02],
		["middle", 0.6],
		["end", 0.98],
	] as const) {
		const at = editor.text.indexOf("\n\n", Math.floor(editor.text.length * part)) + 2;
		const typed = `ALTER TABLE orders_0 ADD COLUMN typed_${name} integer NOT NULL DEFAULT 0;\n`;
		await measure(editor, `a statement typed at the ${name}`, typing(editor, at, typed));
	}
	const words = " and so on, until the whole line has been written down";
	for (const [name, text] of Object.entries(middle)) {
		const at = editor.text.indexOf(text) + text.indexOf("typed") + "typed".length;
		await measure(editor, `typed in a ${name} in the middle`, typing(editor, at, words));
	}
	const half = editor.text.indexOf(";\n", editor.text.length / 2);
	const dropped = Array.from({ length: 15 }, () => [
		() => editor.edit(half, half + 1, ""),
		() => editor.edit(half, half, ";"),
	]).flat();
	await measure(editor, "a semicolon taken out and put back", dropped);
	const quoted = inAndOut(editor, half + 2, "'", 15);
	await measure(editor, "a quote opened and taken out", quoted);
	const pasted = writeMigration(1000).replaceAll("_of_", "_pasted_");
	await measure(
		editor,
		"1,000 lines pasted and undone",
		inAndOut(editor, half + 2, pasted, 10),
		500,
	);
}

async function benchFile(directory: string, lines: number): Promise<void> {
	const file = path.join(directory, "migrations", `09999_${lines}_lines.sql`);
	const text = longMigration(lines);
	writeFileSync(file, text);
	const editor = new MeasuringEditor(program, file, text);
	console.log(`\n${lines.toLocaleString("en-US")} lines, load ${os.loadavg()[0]?.toFixed(1)}`);
	line("open: read and replay the history", [await editor.open(directory)], []);
	await wait(1000);
	await benchEdits(editor);
	const earlier = path.join(directory, "migrations", "00002_orders_0.sql");
	const changed = [1, 2, 3].map((width) => () => {
		writeFileSync(earlier, `ALTER TABLE orders_0 ADD COLUMN first_${width} integer;\n`);
		return editor.changedOnDisk(earlier);
	});
	await measure(editor, "an early file changes on the disk", changed, 500);
	const before = editor.memory();
	const at = editor.text.length;
	await measure(editor, "fast edits at the end", inAndOut(editor, at, "SELECT 1;\n", edits / 2), 0);
	console.log(`memory: ${before} MB, after ${edits} edits ${editor.memory()} MB`);
	editor.end();
	rmSync(file);
}

/** How long a byte is under way to another process and back, as often as keys are struck. */
async function benchEcho(): Promise<void> {
	const echo = spawn(process.execPath, ["-e", "process.stdin.pipe(process.stdout)"]);
	const times: Time[] = [];
	for (let ping = 0; ping < keystrokes; ping++) {
		await wait(100);
		const start = performance.now();
		echo.stdin.write("x");
		await once(echo.stdout, "data");
		times.push({ elapsed: performance.now() - start, processor: undefined });
	}
	echo.stdin.end();
	// The first one waits for the program to start.
	line("baseline: a byte sent back", times.slice(1), []);
}

const directory = mkdtempSync(path.join(os.tmpdir(), "lockkeeper-bench-server-"));
try {
	writeHistory(path.join(directory, "migrations"), 2000);
	console.log(
		`${"milliseconds".padEnd(40)} elapsed 50 %, 95 %, most; processor 50 %, 95 %; whole 50 %`,
	);
	await benchEcho();
	for (const lines of [500, 5000]) await benchFile(directory, lines);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

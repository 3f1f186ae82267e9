/**
 * Measures a session of the language server: characters are typed at the top, in the middle and at the end
 * of a file of 500 and of 5,000 lines that stands last in a history of 2,000 files. Prints the median and
 * the 95th percentile from an edit to its first answer and to its complete one, beside a full lint of the
 * same, as elapsed time and as the time of the processor, which other work on the machine does not change.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { lint, type LintInput } from "../../src/core/engine/lint.ts";
import { openSession } from "../../src/core/engine/session.ts";
import { presetIncludes } from "../../src/core/preset.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { recipes } from "../../src/generated/recipes.ts";
import { rules } from "../../src/generated/rules.ts";
import { discoverProjects } from "../../src/project/discover.ts";
import { writeHistory, writeMigration } from "./history.ts";

interface Times {
	readonly elapsed: number[];
	readonly processor: number[];
}

const keystrokes = 100;

/** Runs something and notes how long it took, in milliseconds. */
function timed<Result>(times: Times, run: () => Result): Result {
	const start = performance.now();
	const before = process.cpuUsage();
	const result = run();
	const { user, system } = process.cpuUsage(before);
	times.elapsed.push(performance.now() - start);
	times.processor.push((user + system) / 1000);
	return result;
}

function share(values: readonly number[], part: number): string {
	const sorted = values.toSorted((a, b) => a - b);
	const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
	return value.toFixed(value < 10 ? 1 : 0).padStart(6);
}

function line(name: string, { elapsed, processor }: Times): void {
	const columns = [elapsed, processor].flatMap((values) => [
		share(values, 0.5),
		share(values, 0.95),
	]);
	console.log(`${name.padEnd(48)} ${columns.join(" ")}`);
}

const noTimes = (): Times => ({ elapsed: [], processor: [] });

async function inputOf(directory: string, file: string): Promise<LintInput> {
	const projects = await discoverProjects(directory, [file], {}, {});
	if ("code" in projects) throw new Error(projects.message);
	const [project] = projects;
	if (!project) throw new Error("no project");
	return {
		history: { migrations: project.migrations, dialect: await loadPostgres(), version: 16 },
		rules: rules
			.filter(({ preset }) => presetIncludes("recommended", preset))
			.map((rule) => ({ rule })),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		rows: new Map(),
	};
}

async function benchFile(directory: string, lines: number): Promise<void> {
	const file = path.join("migrations", `09999_${lines}_lines.sql`);
	const text = writeMigration(lines);
	writeFileSync(path.join(directory, file), text);
	const input = await inputOf(directory, file);
	const opening = noTimes();
	const before = process.memoryUsage().heapUsed;
	const session = openSession({ ...input, path: file });
	timed(opening, () => session.proceed(() => false));
	console.log(
		`\n${lines.toLocaleString("en-US")} lines, ${text.length.toLocaleString("en-US")} characters`,
	);
	line("open: replay the history, judge the file", opening);
	const full = noTimes();
	for (let count = 0; count < 3; count++) timed(full, () => lint(input));
	line("baseline: a full lint of the same", full);
	for (const [name, part] of [
		["top", 0.02],
		["middle", 0.5],
		["end", 0.98],
	] as const) {
		const first = noTimes();
		const slices = noTimes();
		const complete = noTimes();
		let at = session.text.indexOf("\n\n", Math.floor(session.text.length * part)) + 2;
		const typed = `ALTER TABLE orders_0 ADD COLUMN typed_${name} integer NOT NULL DEFAULT 0; -- one more\n`;
		for (const character of typed.slice(0, keystrokes)) {
			const start = performance.now();
			const processor = process.cpuUsage();
			timed(first, () => session.edit({ start: at, end: at }, character));
			at += 1;
			while (!session.answer.complete) {
				const end = performance.now() + 5;
				timed(slices, () => session.proceed(() => performance.now() > end));
			}
			const { user, system } = process.cpuUsage(processor);
			complete.elapsed.push(performance.now() - start);
			complete.processor.push((user + system) / 1000);
		}
		line(`typing at the ${name}: first answer`, first);
		line(`typing at the ${name}: a slice of the rest`, slices);
		line(`typing at the ${name}: complete answer`, complete);
	}
	(globalThis as { gc?: () => void }).gc?.();
	const used = process.memoryUsage().heapUsed;
	console.log(
		`heap: ${Math.round(used / 2 ** 20)} MB, of it the session ${Math.round((used - before) / 2 ** 20)} MB`,
	);
	rmSync(path.join(directory, file));
}

const directory = mkdtempSync(path.join(os.tmpdir(), "lockkeeper-bench-lsp-"));
try {
	writeHistory(path.join(directory, "migrations"), 2000);
	console.log(`${"milliseconds".padEnd(48)} elapsed 50 %, 95 %; processor 50 %, 95 %`);
	process.chdir(directory);
	for (const lines of [500, 5000]) await benchFile(directory, lines);
} finally {
	rmSync(directory, { recursive: true, force: true });
}

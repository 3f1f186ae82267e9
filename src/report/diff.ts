/** A line of both texts, or of one of them. */
interface DiffLine {
	readonly mark: " " | "-" | "+";
	/** With its line end, when it has one. */
	readonly text: string;
}

/** Lines of context around a change, as git prints them. */
const context = 3;

/**
 * Returns the change of a file as a unified diff that `git apply` and `patch -p1` take; empty when nothing
 * changes. Lines end at LF: a CR before it is part of the line. The path is relative to where it is applied.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
	if (before === after) return "";
	const lines = diffLines(linesOf(before), linesOf(after));
	const name = quotePath(path);
	return `--- ${name("a")}\n+++ ${name("b")}\n${hunksOf(lines).join("")}`;
}

function linesOf(text: string): readonly string[] {
	return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** As git quotes names that hold more than plain characters (quote.c); a blank ends with a tab. */
function quotePath(path: string): (side: "a" | "b") => string {
	const bytes = [...new TextEncoder().encode(path)];
	const isPlain = bytes.every((byte) => byte >= 32 && byte < 127 && byte !== 34 && byte !== 92);
	const escaped = bytes
		.map((byte) => {
			if (byte === 34 || byte === 92) return `\\${String.fromCharCode(byte)}`;
			return byte >= 32 && byte < 127
				? String.fromCharCode(byte)
				: `\\${byte.toString(8).padStart(3, "0")}`;
		})
		.join("");
	return (side) =>
		isPlain ? `${side}/${path}${path.includes(" ") ? "\t" : ""}` : `"${side}/${escaped}"`;
}

/** The shortest edit script (E. Myers, An O(ND) Difference Algorithm), after equal ends are cut off. */
function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
	let start = 0;
	while (start < before.length && start < after.length && before[start] === after[start]) start++;
	let end = 0;
	const most = Math.min(before.length, after.length) - start;
	while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
	const same = (text: string): DiffLine => ({ mark: " ", text });
	return [
		...before.slice(0, start).map(same),
		...shortestScript(
			before.slice(start, before.length - end),
			after.slice(start, after.length - end),
		),
		...before.slice(before.length - end).map(same),
	];
}

function shortestScript(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
	const trace: ReadonlyMap<number, number>[] = [];
	const reached = new Map<number, number>([[1, 0]]);
	for (let depth = 0; ; depth++) {
		trace.push(new Map(reached));
		for (let diagonal = -depth; diagonal <= depth; diagonal += 2) {
			let x = stepFrom(reached, diagonal, depth);
			while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal])
				x++;
			reached.set(diagonal, x);
			if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
		}
	}
}

/** True when the path that gets furthest enters a diagonal by an added line, not by a removed one. */
function entersByAdding(
	reached: ReadonlyMap<number, number>,
	diagonal: number,
	depth: number,
): boolean {
	const left = reached.get(diagonal - 1) ?? -1;
	const above = reached.get(diagonal + 1) ?? -1;
	return diagonal === -depth || (diagonal !== depth && left < above);
}

/** How far into the first text that path is when it enters the diagonal. */
function stepFrom(reached: ReadonlyMap<number, number>, diagonal: number, depth: number): number {
	return entersByAdding(reached, diagonal, depth)
		? (reached.get(diagonal + 1) ?? 0)
		: (reached.get(diagonal - 1) ?? -1) + 1;
}

function walkBack(
	trace: readonly ReadonlyMap<number, number>[],
	before: readonly string[],
	after: readonly string[],
): readonly DiffLine[] {
	const lines: DiffLine[] = [];
	let x = before.length;
	let y = after.length;
	for (let depth = trace.length - 1; depth >= 0; depth--) {
		const reached = trace[depth] ?? new Map<number, number>();
		const entered = stepFrom(reached, x - y, depth);
		const isAdded = entersByAdding(reached, x - y, depth);
		const enteredY = entered - (x - y);
		while (x > entered && y > enteredY) {
			x--;
			y--;
			lines.push({ mark: " ", text: before[x] ?? "" });
		}
		if (depth === 0) break;
		if (isAdded) lines.push({ mark: "+", text: after[--y] ?? "" });
		else lines.push({ mark: "-", text: before[--x] ?? "" });
	}
	return lines.reverse();
}

function hunksOf(lines: readonly DiffLine[]): readonly string[] {
	const changed = lines.flatMap(({ mark }, at) => (mark === " " ? [] : [at]));
	const spans: { start: number; end: number }[] = [];
	for (const at of changed) {
		const last = spans.at(-1);
		if (last && at - context <= last.end) last.end = Math.min(lines.length, at + context + 1);
		else {
			const start = Math.max(0, at - context);
			spans.push({ start, end: Math.min(lines.length, at + context + 1) });
		}
	}
	let [oldLine, newLine, at] = [1, 1, 0];
	return spans.map(({ start, end }) => {
		for (; at < start; at++) {
			oldLine++;
			newLine++;
		}
		const shown = lines.slice(start, end);
		const olds = shown.filter(({ mark }) => mark !== "+").length;
		const news = shown.filter(({ mark }) => mark !== "-").length;
		const span = (line: number, count: number) => `${count === 0 ? line - 1 : line},${count}`;
		const head = `@@ -${span(oldLine, olds)} +${span(newLine, news)} @@\n`;
		oldLine += olds;
		newLine += news;
		at = end;
		return head + shown.map(lineText).join("");
	});
}

function lineText({ mark, text }: DiffLine): string {
	return text.endsWith("\n") ? `${mark}${text}` : `${mark}${text}\n\\ No newline at end of file\n`;
}

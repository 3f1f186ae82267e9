import type { SourceFile } from "./source.ts";
import type { Comment } from "./statement.ts";
import type { CommentedTool } from "./tools.ts";

/** A comment that tells another linter what to leave out. */
export interface ForeignIgnore {
	readonly tool: CommentedTool;
	readonly scope: "statement" | "file";
	/** Names as that tool spells them. */
	readonly names: readonly string[] | "all";
}

/** Atlas takes the name of an analyzer for all its checks (atlasgo.io/lint/analyzers). */
const atlasAnalyzers: Readonly<Record<string, RegExp>> = {
	destructive: /^DS/,
	data_depend: /^MF/,
	incompatible: /^BC/,
	condrop: /^CD/,
	naming: /^NM/,
	concurrent_index: /^PG10/,
};

function namesIn(list: string, separator: RegExp): readonly string[] {
	return list
		.split(separator)
		.map((name) => name.trim())
		.filter((name) => name !== "");
}

/**
 * squawk-ignore and squawk-ignore-file, names by commas, a reason after a second `--`. Without a name
 * the first leaves out nothing, the second everything (crates/squawk_linter/src/ignore.rs, 2.66).
 */
function squawkIgnore(line: string): Omit<ForeignIgnore, "tool"> | undefined {
	const match = /^squawk-ignore(-file)?(.*)$/.exec(line.split("--")[0]?.trimEnd() ?? "");
	if (!match) return undefined;
	const names = namesIn(match[2] ?? "", /,/);
	if (match[1] === undefined) return { scope: "statement", names };
	return { scope: "file", names: names.length === 0 ? "all" : names };
}

/** `eugene: ignore` with ids by commas, or alone for all (eugene/src/comments.rs, 0.8). */
function eugeneIgnore(line: string): Omit<ForeignIgnore, "tool"> | undefined {
	const match = /^eugene: ignore(?: (.*))?$/.exec(line);
	if (!match) return undefined;
	return {
		scope: "statement",
		names: match[1] === undefined ? "all" : namesIn(match[1], /,/),
	};
}

/** `pgfence-ignore` with `: ` and ids, or alone for all; earlier `pgfence: ignore <id>` (src/parser.ts, 0.5). */
function pgfenceIgnore(line: string): Omit<ForeignIgnore, "tool"> | undefined {
	const match = /^pgfence(?:-ignore(?:\s*:\s*(.+))?|:\s*ignore\s+(.+))$/i.exec(line);
	if (!match) return undefined;
	const list = match[1] ?? match[2];
	return { scope: "statement", names: list === undefined ? "all" : namesIn(list, /,/) };
}

/** True for a comment among those that open a file and that a blank line ends. */
function opensFile(file: SourceFile, { range }: Comment): boolean {
	const header = /^\uFEFF?(?:[ \t]*(?:--|#)[^\n]*\n)+(?=[ \t\r]*\n)/.exec(file.text);
	return header !== null && range.start < header[0].length;
}

/**
 * `atlas:nolint` with codes or analyzers by blanks, or alone for all; the same among the first comments
 * of a file, which a blank line ends, is for the whole file (atlasgo.io/versioned/lint).
 */
function atlasIgnore(
	line: string,
	comment: Comment,
	file: SourceFile,
): Omit<ForeignIgnore, "tool"> | undefined {
	const match = /^atlas:nolint(?:\s+(.*))?$/.exec(line);
	if (!match) return undefined;
	const names = namesIn(match[1] ?? "", /[\s,]+/);
	return {
		scope: opensFile(file, comment) ? "file" : "statement",
		names: names.length === 0 ? "all" : names,
	};
}

/** Returns what the comment tells one of the tools to leave out, if it is such a comment. */
export function parseForeignIgnore(
	comment: Comment,
	file: SourceFile,
	among: readonly CommentedTool[],
): ForeignIgnore | undefined {
	const line = (/^[^\r\n]*/.exec(comment.text.trim())?.[0] ?? "").trim();
	for (const tool of among) {
		const found =
			tool === "squawk"
				? squawkIgnore(line)
				: tool === "eugene"
					? eugeneIgnore(line)
					: tool === "pgfence"
						? pgfenceIgnore(line)
						: atlasIgnore(line, comment, file);
		if (found) return { tool, ...found };
	}
	return undefined;
}

/** Returns whether a name in such a comment means the hazard that the tool calls `alias`. */
export function meansAlias(tool: CommentedTool, name: string, alias: string): boolean {
	if (name === alias) return true;
	// Two spellings of one rule, and a rule that has been split.
	if (tool === "squawk") {
		if (name === "prefer-timestamptz") return alias === "prefer-timestamp-tz";
		if (name === "require-timeout-settings") {
			return alias === "require-lock-timeout" || alias === "require-statement-timeout";
		}
	}
	return tool === "atlas" && atlasAnalyzers[name]?.test(alias) === true;
}

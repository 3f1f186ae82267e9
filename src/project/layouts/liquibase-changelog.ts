import type { ProjectProblem } from "../../core/migration.ts";
import type { Range, SourceFile } from "../../core/source.ts";
import { ancestorsOf, compareText, joinPath, parentOf, type Files } from "../files.ts";
import { linesOf, sqlFilesBelow, type Line } from "./section.ts";

/** What a changelog runs: a SQL file, or a change that stands in the changelog itself. */
export type ChangelogEntry =
	| { readonly kind: "file"; readonly path: string }
	| {
			readonly kind: "change";
			readonly path: string;
			readonly id: string;
			readonly author: string;
			/** The SQL in the changelog's text; empty when the change is no SQL. */
			readonly sql: readonly Range[];
			readonly repeatable: boolean;
	  };

/** True for a changelog in YAML or XML. */
export function isChangelog(path: string, files: Files): boolean {
	return /\bdatabaseChangeLog\b/.test(files.read(path).file?.text ?? "");
}

/** Returns what a changelog and those that it includes run, in order. A file runs once. */
export function entriesOf(
	root: string,
	files: Files,
	problems: ProjectProblem[],
): readonly ChangelogEntry[] {
	const seen = new Set<string>([root]);
	const read = (path: string): readonly ChangelogEntry[] => {
		const file = files.read(path).file;
		if (!file) return [];
		return itemsOf(file).flatMap((item): readonly ChangelogEntry[] => {
			if (item.kind === "change") return [{ ...item, path }];
			return includedPaths(item, path, files, problems).flatMap((included) => {
				if (seen.has(included)) return [];
				seen.add(included);
				if (/\.sql$/i.test(included)) return [{ kind: "file", path: included } as const];
				return read(included);
			});
		});
	};
	return read(root);
}

interface Include {
	readonly kind: "include" | "includeAll" | "sqlFile";
	readonly target: string;
	readonly isRelative: boolean;
}

type Item = Include | Omit<Extract<ChangelogEntry, { kind: "change" }>, "path">;

function itemsOf(file: SourceFile): readonly Item[] {
	return /^\uFEFF?\s*</.test(file.text) ? xmlItems(file.text) : yamlItems(file.text);
}

function includedPaths(
	{ kind, target, isRelative }: Include,
	changelog: string,
	files: Files,
	problems: ProjectProblem[],
): readonly string[] {
	const folder = parentOf(changelog);
	const name = target.replace(/^classpath\*?:/, "").replace(/^\/+/, "");
	// The search path is not in the changelog: it is a directory above it, such as resources/.
	const roots = isRelative ? [folder] : ancestorsOf(folder, files);
	const path = roots
		.map((root) => joinPath(root, name))
		.find((candidate) => files.exists(candidate));
	if (path === undefined) {
		problems.push(notFound(changelog, target));
		return [];
	}
	if (kind !== "includeAll") return [path];
	const folderPath = path.replace(/\/$/, "");
	const changelogs = files
		.list(folderPath)
		.filter((entry) => /\.(?:ya?ml|xml)$/i.test(entry))
		.map((entry) => joinPath(folderPath, entry))
		.filter((candidate) => isChangelog(candidate, files));
	return [...sqlFilesBelow(folderPath, files), ...changelogs].sort(compareText);
}

function notFound(changelog: string, target: string): ProjectProblem {
	return {
		code: "missingFile",
		severity: "error",
		file: changelog,
		message: `${changelog} includes ${target}, which does not exist`,
		hint: "Put the file back, or take the entry out of the changelog.",
	};
}

function xmlItems(text: string): readonly Item[] {
	const items: Item[] = [];
	const visible = text.replace(/<!--[^]*?-->/g, (comment) => " ".repeat(comment.length));
	const element = /<(include|includeAll)\b([^>]*)>|<changeSet\b([^>]*)>([^]*?)<\/changeSet>/g;
	for (const match of visible.matchAll(element)) {
		const [all, kind, attributes = "", settings = "", body = ""] = match;
		if (kind === "include" || kind === "includeAll") {
			items.push(xmlInclude(kind, attributes));
			continue;
		}
		const bodyStart = match.index + all.indexOf(body, `<changeSet${settings}>`.length);
		items.push({
			kind: "change",
			id: attribute(settings, "id"),
			author: attribute(settings, "author"),
			sql: xmlSql(body, bodyStart),
			repeatable: /\brun(?:OnChange|Always)\s*=\s*"true"/.test(settings),
		});
		for (const [, sqlFile = ""] of body.matchAll(/<sqlFile\b([^>]*)>/g)) {
			items.splice(-1, 1, xmlInclude("sqlFile", sqlFile));
		}
	}
	return items;
}

function xmlInclude(kind: Include["kind"], attributes: string): Include {
	const target = attribute(attributes, kind === "include" ? "file" : "path");
	const isRelative = attribute(attributes, "relativeToChangelogFile") === "true";
	return { kind, target, isRelative };
}

/** SQL with entities (&lt;) is left out: its text is not what runs. */
function xmlSql(body: string, bodyStart: number): readonly Range[] {
	const ranges: Range[] = [];
	const forward = body.replace(/<rollback\b[^]*?<\/rollback>/g, (undo) => " ".repeat(undo.length));
	for (const match of forward.matchAll(
		/<sql\b[^>]*>\s*(?:<!\[CDATA\[)?([^]*?)(?:\]\]>)?\s*<\/sql>/g,
	)) {
		const [all, sql = ""] = match;
		if (/&\w+;/.test(sql)) continue;
		const start = bodyStart + match.index + all.indexOf(sql, all.indexOf(">"));
		ranges.push({ start, end: start + sql.length });
	}
	return ranges;
}

function attribute(text: string, name: string): string {
	return new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(text)?.[1] ?? "";
}

/** Reads the list under databaseChangeLog: an item begins with a dash and its lines stand deeper. */
function yamlItems(text: string): readonly Item[] {
	const lines = linesOf(text).filter(({ text: line }) => !/^\s*(?:#|$)/.test(line));
	const starts = lines.flatMap((line, index) => {
		const match = /^(\s*)-\s+(include|includeAll|changeSet):/.exec(line.text);
		return match ? [{ index, kind: match[2] ?? "", indent: match[1]?.length ?? 0 }] : [];
	});
	return starts.map(({ index, kind, indent }) => {
		const after = lines.slice(index + 1);
		const length = after.findIndex(({ text: line }) => line.search(/\S/) <= indent);
		const block = [lines[index], ...(length === -1 ? after : after.slice(0, length))].flatMap(
			(line) => line ?? [],
		);
		return yamlItem(kind, block);
	});
}

function yamlItem(kind: string, block: readonly Line[]): Item {
	const isRelative = yamlValue(block, "relativeToChangelogFile") === "true";
	if (kind === "include" || kind === "includeAll") {
		const target = yamlValue(block, kind === "include" ? "file" : "path");
		return { kind, target, isRelative };
	}
	const isSqlFile = block.some(({ text }) => /^\s*-?\s*sqlFile:/.test(text));
	if (isSqlFile) return { kind: "sqlFile", target: yamlValue(block, "path"), isRelative };
	return {
		kind: "change",
		id: yamlValue(block, "id"),
		author: yamlValue(block, "author"),
		sql: yamlSql(block),
		repeatable: ["runOnChange", "runAlways"].some((key) => yamlValue(block, key) === "true"),
	};
}

function yamlValue(block: readonly Line[], key: string): string {
	const pattern = new RegExp(`(?:^|[\\s{,-])${key}:\\s*(?:"([^"]*)"|'([^']*)'|([^\\s,}#]+))`);
	for (const { text } of block) {
		const match = pattern.exec(text);
		if (match) return match[1] ?? match[2] ?? match[3] ?? "";
	}
	return "";
}

/** Finds `sql: text` on one line and `sql: |` with the text below; quoted text has escapes, it is no SQL yet. */
function yamlSql(block: readonly Line[]): readonly Range[] {
	const ranges: Range[] = [];
	const undo = block.findIndex(({ text }) => /^\s*-?\s*rollback:/.test(text));
	const forward = undo === -1 ? block : block.slice(0, undo);
	for (const [index, { text, range }] of forward.entries()) {
		const match = /^(\s*(?:-\s+)?)sql:\s*(.*?)\s*$/.exec(text);
		if (!match) continue;
		const [, indent = "", value = ""] = match;
		if (value !== "" && !/^["'>|]/.test(value)) {
			const start = range.start + text.indexOf(value, indent.length + "sql:".length);
			ranges.push({ start, end: start + value.length });
		} else if (value.startsWith("|")) {
			const below = forward.slice(index + 1);
			const length = below.findIndex(({ text: line }) => line.search(/\S/) <= indent.length);
			const lines = length === -1 ? below : below.slice(0, length);
			const [first, last] = [lines[0], lines.at(-1)];
			if (first && last) ranges.push({ start: first.range.start, end: last.range.end });
		}
	}
	return ranges;
}

import type { ESLint } from "eslint";
import { carryVerdict, verdictFor } from "../judge.ts";
import { SqlSourceCode, type SqlFile } from "./source-code.ts";

/** A language as ESLint's plugins give it. */
export type Language = NonNullable<ESLint.Plugin["languages"]>[string];

function lastPlace(text: string): { line: number; column: number } {
	const lines = text.split(/\r?\n/);
	return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/**
 * SQL for ESLint. What cannot be judged at all (a broken config, a file in another encoding) is the
 * parser's message; a statement that cannot be read is a finding of a rule like every other.
 */
export const sql: Language = {
	fileType: "text",
	lineStart: 1,
	columnStart: 1,
	nodeTypeKey: "type",
	visitorKeys: { SqlFile: [] },
	validateLanguageOptions: () => undefined,
	parse(file) {
		const text = textOf(file.body);
		const verdict = verdictFor(file, { file: file.path, text });
		if (verdict.kind === "problem") {
			const { message, line, column } = verdict;
			return { ok: false, errors: [{ message, line, column }] };
		}
		return { ok: true, ast: fileNode(text) };
	},
	createSourceCode(file) {
		const text = textOf(file.body);
		const verdict = verdictFor(file, { file: file.path, text });
		const dialect = verdict.kind === "findings" ? verdict.dialect : undefined;
		const sourceCode = new SqlSourceCode({
			text,
			ast: fileNode(text),
			hasBOM: file.bom,
			dialect: dialect ?? "postgres",
		});
		carryVerdict(file, sourceCode);
		return sourceCode;
	},
};

function fileNode(text: string): SqlFile {
	return {
		type: "SqlFile",
		range: [0, text.length],
		loc: { start: { line: 1, column: 1 }, end: lastPlace(text) },
	};
}

function textOf(body: string | Uint8Array): string {
	return typeof body === "string" ? body : new TextDecoder().decode(body);
}

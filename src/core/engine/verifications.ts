import type { Dialect } from "../dialect.ts";
import { parseDirectives } from "../directive.ts";
import type { Migration } from "../migration.ts";
import type { Verification } from "../rule.ts";
import type { Range, SourceFile } from "../source.ts";
import type { Comment, Statement } from "../statement.ts";
import { placeholdersOf } from "./sections.ts";

const startsQuery = /^(select|with|values|table)\b/i;

/** Returns the file with everything but `kept` turned into blanks: positions stay as they were. */
function blankAround(file: SourceFile, kept: readonly Range[]): SourceFile {
	let text = "";
	for (const range of kept) {
		text += " ".repeat(range.start - text.length) + file.text.slice(range.start, range.end);
	}
	return { path: file.path, text };
}

/** The SQL inside a comment: without marks, and without its first line when `skipLine`. */
function sqlOfComment(file: SourceFile, comment: Comment, skipLine: boolean): Range {
	const raw = file.text.slice(comment.range.start, comment.range.end);
	const block = raw.startsWith("/*");
	let start = 2;
	if (skipLine) {
		const lineEnd = raw.indexOf("\n");
		start = lineEnd < 0 ? raw.length : lineEnd + 1;
	}
	const end = block && raw.endsWith("*/") ? raw.length - 2 : raw.length;
	return { start: comment.range.start + Math.min(start, end), end: comment.range.start + end };
}

function queriesIn(
	statements: readonly Statement[],
	name: string,
	migration: Migration,
): Verification[] {
	return statements.flatMap((statement) =>
		statement.parts.flatMap((part) =>
			part.operations.flatMap((operation) =>
				operation.kind === "select"
					? [{ name, query: operation.query, migration: migration.id }]
					: [],
			),
		),
	);
}

/** Reads the query that stands as a comment after a verify directive. */
function commentedQuery(
	dialect: Dialect,
	file: SourceFile,
	comments: readonly Comment[],
	at: number,
): readonly Statement[] {
	const first = comments[at];
	if (!first) return [];
	const kept: Range[] = [sqlOfComment(file, first, true)];
	if (file.text.startsWith("--", first.range.start)) {
		kept.length = 0;
		for (const comment of comments.slice(at + 1)) {
			if (!file.text.startsWith("--", comment.range.start)) break;
			if (comment.text.startsWith("lockkeeper:")) break;
			kept.push(sqlOfComment(file, comment, false));
		}
	}
	const blanked = blankAround(file, kept);
	if (!startsQuery.test(blanked.text.trimStart())) return [];
	return dialect.read(blanked, { placeholders: [] }).statements;
}

/**
 * Returns the verification queries that the comments before a statement announce: written as a
 * comment after the directive, or the statement itself.
 */
export function verificationsAt(
	dialect: Dialect,
	file: SourceFile,
	comments: readonly Comment[],
	next: Statement | undefined,
	migration: Migration,
): readonly Verification[] {
	const found: Verification[] = [];
	for (const [at, comment] of comments.entries()) {
		const [directive] = parseDirectives([comment]);
		if (directive?.verb !== "verify") continue;
		const commented = commentedQuery(dialect, file, comments, at);
		const statements = commented.length > 0 ? commented : next ? [next] : [];
		found.push(...queriesIn(statements, directive.name, migration));
	}
	return found;
}

/** A verification query as it is sent. */
export interface VerificationSql {
	readonly name: string;
	readonly sql: string;
}

/** Returns the verification queries of a migration: beside its statements, in comments and in their own files. */
export function verificationSqlOf(
	dialect: Dialect,
	migration: Migration,
): readonly VerificationSql[] {
	const sqlOf = (name: string, { file, range, unread }: Statement): VerificationSql[] =>
		unread ? [] : [{ name, sql: file.text.slice(range.start, range.end) }];
	const beside = migration.up.flatMap(({ file, range }) => {
		const reading = dialect.read(file, { range, ...placeholdersOf(migration) });
		const places = [
			...reading.statements.map((statement) => ({ comments: statement.comments, statement })),
			{ comments: reading.trailingComments, statement: undefined },
		];
		return places.flatMap(({ comments, statement }) =>
			comments.flatMap((comment, at) => {
				const [directive] = parseDirectives([comment]);
				if (directive?.verb !== "verify") return [];
				const commented = commentedQuery(dialect, file, comments, at);
				const meant = commented.length > 0 ? commented : statement ? [statement] : [];
				return meant.flatMap((query) => sqlOf(directive.name, query));
			}),
		);
	});
	const apart = migration.verify.flatMap(({ file, range }) =>
		dialect
			.read(file, { range, ...placeholdersOf(migration) })
			.statements.flatMap((statement) => sqlOf(file.path.split("/").at(-1) ?? "", statement)),
	);
	return [...beside, ...apart];
}

/** Returns every query of a verification file: a sidecar, or a layout's own place. */
export function verificationsOf(dialect: Dialect, migration: Migration): readonly Verification[] {
	return migration.verify.flatMap((section) => {
		const reading = dialect.read(section.file, {
			range: section.range,
			...placeholdersOf(migration),
		});
		return queriesIn(reading.statements, section.file.path, migration);
	});
}

import type { EmbeddedSql } from "../../core/migration.ts";
import type { Comment } from "../../core/statement.ts";

/** Returns the comments of a program, written `# ...`, that hold a directive. */
function directiveComments(source: string): readonly Comment[] {
	const found: Comment[] = [];
	for (const match of source.matchAll(/^[ \t]*#[ \t]*(lockkeeper:[^\r\n]*)/gm)) {
		const end = match.index + match[0].length;
		const text = (match[1] ?? "").trim();
		found.push({ text, range: { start: match.index + match[0].indexOf("#"), end } });
	}
	return found;
}

/** Gives each directive to the first piece that begins after it, in the order of the text. */
export function withDirectives(
	source: string,
	groups: readonly (readonly EmbeddedSql[])[],
): readonly (readonly EmbeddedSql[])[] {
	const comments = directiveComments(source);
	if (comments.length === 0) return groups;
	const pieces = groups.flat();
	const given = new Map<EmbeddedSql, Comment[]>();
	for (const comment of comments) {
		const after = pieces.filter(({ range }) => range.start >= comment.range.end);
		const first = after.reduce<EmbeddedSql | undefined>(
			(best, piece) => (best && best.range.start <= piece.range.start ? best : piece),
			undefined,
		);
		if (first) given.set(first, [...(given.get(first) ?? []), comment]);
	}
	return groups.map((group) =>
		group.map((piece) => {
			const own = given.get(piece);
			return own ? { ...piece, comments: own } : piece;
		}),
	);
}

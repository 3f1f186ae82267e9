import type { Dialect, Reading, ReadOptions } from "../dialect.ts";
import type { EmbeddedSql, Migration, Section } from "../migration.ts";
import type { MadeText, Range, SourceFile } from "../source.ts";
import type { Comment, Statement } from "../statement.ts";

/** What a section holds, and the file that its places are of. */
export interface SectionReading extends Reading {
	readonly file: SourceFile;
}

type EmbeddedStatement = EmbeddedSql & { readonly kind: "sql" };

/** Where the SQL of a piece stands in a text. */
interface Located {
	readonly range: Range;
	readonly holes: readonly Range[];
}

/** How the placeholders of a text are read. */
export type PlaceholderReading = Pick<ReadOptions, "placeholders" | "placeholderValues">;

/** Returns how the placeholders of a migration are read. */
export function placeholdersOf({ placeholders, placeholderValues }: Migration): PlaceholderReading {
	return { placeholders, ...(placeholderValues && { placeholderValues }) };
}

/** Reads a section: the stretch of a SQL file, or what a program sends. */
export function readSection(
	dialect: Dialect,
	section: Section,
	placeholders: PlaceholderReading,
	fault?: ReadOptions["fault"],
): SectionReading {
	const { file, range, embedded } = section;
	const taking = fault && { fault };
	if (!embedded) return { file, ...dialect.read(file, { range, ...placeholders, ...taking }) };
	const { file: whole, places } = withMadeText(file, embedded);
	const readings = embedded.map((piece): Reading => {
		const located = places.get(piece);
		if (piece.kind === "unread" || !located) return onSides(unreadCall(whole, piece), piece);
		const reading = dialect.read(whole, { ...located, placeholders: [], ...taking });
		const known = piece.isBuilt && dialect.id !== "postgres" ? withoutRefusals(reading) : reading;
		return onSides(withComments(known, piece), piece);
	});
	return {
		file: whole,
		statements: readings.flatMap(({ statements }) => statements),
		trailingComments: readings.flatMap(({ trailingComments }) => trailingComments),
	};
}

/** Returns the program with the SQL after it that does not stand in it, and where each piece is. */
function withMadeText(
	file: SourceFile,
	embedded: readonly EmbeddedSql[],
): { readonly file: SourceFile; readonly places: ReadonlyMap<EmbeddedSql, Located> } {
	const places = new Map<EmbeddedSql, Located>();
	const made: MadeText[] = [];
	const texts = [file.text];
	let end = file.text.length;
	for (const piece of embedded) {
		if (piece.kind === "unread") continue;
		if (piece.verbatim) {
			places.set(piece, located(piece, piece.range.start));
			continue;
		}
		const start = end + 1;
		end = start + piece.sql.length;
		texts.push(piece.sql);
		made.push({ start, end, place: piece.range });
		places.set(piece, located(piece, start));
	}
	return { file: { path: file.path, text: texts.join("\n"), made }, places };
}

function located({ sql, holes }: EmbeddedStatement, start: number): Located {
	return {
		range: { start, end: start + sql.length },
		holes: holes.map((hole) => ({ start: start + hole.start, end: start + hole.end })),
	};
}

function unreadCall(file: SourceFile, piece: EmbeddedSql): Reading {
	const { range, comments = [] } = piece;
	const message = piece.kind === "unread" ? piece.message : "its SQL cannot be told";
	const statement: Statement = {
		file,
		range,
		comments,
		parts: [],
		placeholders: [],
		unread: { reason: "program", message, at: range },
	};
	return { statements: [statement], trailingComments: [] };
}

/** The server gets from the tool what it can read: only what that is, nobody knows here. */
function withoutRefusals(reading: Reading): Reading {
	const message = "what the builder sends to this database cannot be told";
	const statements = reading.statements.map((statement): Statement => {
		const { unread } = statement;
		if (unread?.reason !== "syntax") return statement;
		return { ...statement, unread: { reason: "program", message, at: unread.at } };
	});
	return { ...reading, statements };
}

function onSides(reading: Reading, { sides }: EmbeddedSql): Reading {
	if (!sides) return reading;
	return {
		...reading,
		statements: reading.statements.map((statement) => ({ ...statement, sides })),
	};
}

/** The comments before a call belong to the first statement that it sends. */
function withComments(reading: Reading, { comments = [] }: EmbeddedSql): Reading {
	if (comments.length === 0) return reading;
	const [first, ...others] = reading.statements;
	if (!first) return { ...reading, trailingComments: [...comments, ...reading.trailingComments] };
	const all: readonly Comment[] = [...comments, ...first.comments];
	return { ...reading, statements: [{ ...first, comments: all }, ...others] };
}

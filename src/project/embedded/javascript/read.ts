import type { EmbeddedSql, Section, TransactionClass } from "../../../core/migration.ts";
import type { Range, SourceFile } from "../../../core/source.ts";
import type { Comment } from "../../../core/statement.ts";
import { joinPath, parentOf, type Files } from "../../files.ts";
import { lastName, type CallNode, type Node } from "../program.ts";
import { follow, type Visitor } from "../run.ts";
import { bind, forget, resolve, scopeIn, type Scope } from "../scope.ts";
import { generated, hole, literal, unread } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { parseModule, type Module } from "./parse.ts";
import type { RawCall, Vocabulary } from "./tool.ts";
import { Unknowable } from "./values.ts";

/** What a program sends: SQL of its own, or a file as a whole. */
type Sent = EmbeddedSql | { readonly kind: "file"; readonly path: string };

/** A program of a migration tool, and what its functions send. */
export interface ProgramReading {
	readonly module: Module;
	/** Returns what one of the functions sends; nothing when the program has no such function. */
	sectionsOf(name: string, transaction: TransactionClass): readonly Section[];
}

/** Reads a TypeScript or JavaScript migration without running it. */
export function readProgram(
	file: SourceFile,
	files: Files,
	vocabulary: Vocabulary,
): ProgramReading {
	const module = parseModule(file);
	const scope = scopeIn();
	follow(module.steps, scope, { call: () => true });
	const self: Node = {
		kind: "map",
		entries: [...module.properties].map(([key, value]) => ({ key: wordNode(key), value })),
		range: { start: 0, end: 0 },
	};
	for (const [name, step] of module.functions) scope.functions.set(name, step);
	const sentBy = new Map<string, readonly Sent[]>();
	for (const name of ["up", "down"]) {
		const called = module.functions.get(name);
		if (!called) continue;
		const inner = scopeIn(scope);
		bind(inner, "self", self, scope);
		for (const parameter of called.parameters) forget(inner, parameter.name);
		sentBy.set(
			name,
			collect(file, files, vocabulary, (visitor) => {
				follow(called.body, inner, visitor);
			}),
		);
	}
	const comments = shareComments([...sentBy.values()].flat(), module.comments);
	return {
		module,
		sectionsOf: (name, transaction) =>
			sectionsOf(file, files, sentBy.get(name) ?? [], comments, transaction, name === "up"),
	};
}

function wordNode(text: string): Node {
	const range = { start: 0, end: 0 };
	return { kind: "text", parts: [{ kind: "characters", text }], range };
}

function collect(
	file: SourceFile,
	files: Files,
	vocabulary: Vocabulary,
	run: (visitor: Visitor) => void,
): readonly Sent[] {
	const sent: Sent[] = [];
	run({
		call(call, scope, sides) {
			const own = sentByCall(call, scope, file, files, vocabulary, sent);
			for (const piece of own ?? []) {
				sent.push(piece.kind === "file" ? piece : { ...piece, ...(sides.length > 0 && { sides }) });
			}
			return own !== undefined;
		},
	});
	return sent;
}

/** Returns what a call sends; undefined for one that is none of the tool's. */
function sentByCall(
	call: CallNode,
	scope: Scope,
	file: SourceFile,
	files: Files,
	vocabulary: Vocabulary,
	sent: readonly Sent[],
): readonly Sent[] | undefined {
	const path = fileReadBy(call, scope, file, files);
	if (path !== undefined) return [{ kind: "file", path }];
	try {
		const raw = vocabulary.raw(call, scope);
		if (raw) {
			const piece = pieceOf(raw, call, scope, file, files, sent);
			return piece ? [piece] : [];
		}
		return vocabulary.build(call, scope)?.map(({ sql, range }) => generated(sql, range));
	} catch (error) {
		if (!(error instanceof Unknowable)) throw error;
		return [unread(call.range, `${lastName(call.callee) ?? "call"}: ${error.message}`)];
	}
}

/** The piece of SQL that a call is given; undefined when a file was read for it before. */
function pieceOf(
	{ text: node, bindings }: RawCall,
	call: CallNode,
	scope: Scope,
	file: SourceFile,
	files: Files,
	sent: readonly Sent[],
): Sent | undefined {
	const found = resolve(node, scope);
	if (found.node.kind === "call") {
		const path = fileReadBy(found.node, found.scope, file, files);
		if (path !== undefined) return { kind: "file", path };
	}
	const text = textOf(node, scope);
	if (text) {
		const sql = bindings === undefined ? text.text : withBindings(text.text, bindings);
		return literal(sql, text.range, text.inner);
	}
	// The program that db-migrate writes reads the file first and sends what it has read.
	if (sent.some(({ kind }) => kind === "file") && found.node.kind !== "call") return undefined;
	const name = lastName(call.callee) ?? "call";
	return unread(call.range, `${name} is given SQL that is not written in the file`);
}

const bindingMarks = {
	questionMarks: /'(?:[^']|'')*'|\\?\?\??/g,
	colons: /'(?:[^']|'')*'|::|:\w+:?/g,
	braces: /'(?:[^']|'')*'|\{\w+\}/g,
} as const;

function withBindings(sql: string, bindings: keyof typeof bindingMarks): string {
	return sql.replace(bindingMarks[bindings], (mark: string) =>
		mark.startsWith("'") || mark === "::" || mark.startsWith("\\") ? mark : hole(mark),
	);
}

/** Returns the file that a call reads: fs.readFileSync(path.join(__dirname, "x.sql")). */
function fileReadBy(
	call: CallNode,
	scope: Scope,
	file: SourceFile,
	files: Files,
): string | undefined {
	const name = lastName(call.callee);
	if (name !== "readFileSync" && name !== "readFile") return undefined;
	const [first] = call.args;
	const written = first && pathOf(first, scope);
	if (written === undefined) return undefined;
	const inFolder = written.startsWith(ownFolder);
	const path = inFolder
		? joinPath(parentOf(file.path), written.slice(ownFolder.length))
		: joinPath(written);
	return /\.sql$/i.test(path) && files.exists(path) ? path : undefined;
}

const ownFolder = "<folder>";

function pathOf(node: Node, scope: Scope): string | undefined {
	const { node: value, scope: at } = resolve(node, scope);
	if (value.kind === "name" && value.name === "__dirname") return ownFolder;
	if (value.kind === "member" && value.name === "dirname") return ownFolder;
	if (value.kind === "text") {
		const parts = value.parts.map((part) =>
			part.kind === "characters" ? part.text : pathOf(part.value, at),
		);
		return parts.includes(undefined) ? undefined : parts.join("");
	}
	if (value.kind === "binary" && value.operator === "+") {
		const [left, right] = [pathOf(value.left, at), pathOf(value.right, at)];
		return left === undefined || right === undefined ? undefined : left + right;
	}
	const name = value.kind === "call" ? lastName(value.callee) : undefined;
	if (value.kind !== "call" || (name !== "join" && name !== "resolve")) return undefined;
	const parts = value.args.map((part) => pathOf(part, at));
	return parts.includes(undefined) ? undefined : parts.join("/");
}

/** Each comment goes to the call that it stands in, or to the next one. */
function shareComments(
	sent: readonly Sent[],
	comments: readonly Comment[],
): ReadonlyMap<Sent, readonly Comment[]> {
	const shared = new Map<Sent, Comment[]>();
	for (const comment of comments) {
		const owner = ownerOf(sent, comment);
		if (!owner) continue;
		const known = shared.get(owner) ?? [];
		shared.set(owner, known);
		known.push(comment);
	}
	return shared;
}

function ownerOf(sent: readonly Sent[], { text, range }: Comment): EmbeddedSql | undefined {
	const pieces = sent.flatMap((piece) => (piece.kind === "file" ? [] : [piece]));
	const around = pieces.find((piece) => isInside(range, piece.range));
	if (around) return around;
	let next: EmbeddedSql | undefined;
	for (const piece of pieces) {
		if (piece.range.start < range.end) continue;
		if (!next || piece.range.start < next.range.start) next = piece;
	}
	return next ?? (text.startsWith("lockkeeper:ignore-file") ? pieces[0] : undefined);
}

function isInside(inner: Range, outer: Range): boolean {
	return outer.start <= inner.start && inner.end <= outer.end;
}

/** One section for what the program sends itself, one for each file that it sends. */
function sectionsOf(
	file: SourceFile,
	files: Files,
	sent: readonly Sent[],
	comments: ReadonlyMap<Sent, readonly Comment[]>,
	transaction: TransactionClass,
	isUp: boolean,
): readonly Section[] {
	const sections: Section[] = [];
	let embedded: EmbeddedSql[] = [];
	const close = (): void => {
		if (embedded.length > 0) sections.push({ file, range: whole(file), transaction, embedded });
		embedded = [];
	};
	for (const piece of sent) {
		if (piece.kind !== "file") {
			const before = comments.get(piece);
			embedded.push(before ? { ...piece, comments: before } : piece);
			continue;
		}
		close();
		const { file: read } = files.read(piece.path);
		if (read) sections.push({ file: read, range: whole(read), transaction });
	}
	close();
	// A migration is known by the file of its first section.
	if (sections.length === 0 && isUp) {
		sections.push({ file, range: whole(file), transaction, embedded });
	}
	return sections;
}

function whole({ text }: SourceFile): Range {
	return { start: 0, end: text.length };
}

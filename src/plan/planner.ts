import { keyOf } from "../catalog/catalog.ts";
import type { Key } from "../catalog/model.ts";
import { comparableLines, linesAbout, schemaLines } from "../catalog/schema-lines.ts";
import { explain } from "../core/engine/explain.ts";
import { replayHistory, type History } from "../core/engine/history.ts";
import { lint, type LintInput } from "../core/engine/lint.ts";
import type { Finding } from "../core/finding.ts";
import type { Migration } from "../core/migration.ts";
import type { TableStatistics } from "../core/statistics.ts";
import { normalText } from "./normal-text.ts";
import { orderPieces, type OrderedPiece } from "./order.ts";
import { readPieces, type PieceReading } from "./piece-reading.ts";
import { planDialectOf } from "./dialects/index.ts";
import type { Piece } from "./piece.ts";
import { piecesOf } from "./pieces.ts";
import { runsOnServer, type Plan, type PlannedRevision } from "./plan.ts";
import { plannedHistory } from "./planned-history.ts";
import { statementsIn } from "./recipe-pieces.ts";
import { stepOf } from "./steps.ts";

/** What a plan is made of: a project as for `lint`. */
export interface PlanInput extends LintInput {
	/** SHA-256 of a text in UTF-8, as hexadecimal digits. */
	readonly hash: (text: string) => string;
	/** The name under which the plan keeps a file. */
	readonly nameOf: (file: string) => string;
}

function revisionOf({ id, up, down }: Migration, { hash, nameOf }: PlanInput): PlannedRevision {
	const files = new Map([...up, ...down].map(({ file }) => [file.path, file.text]));
	return {
		id,
		files: [...files].map(([path, text]) => ({
			path: nameOf(path),
			sha256: hash(normalText(text)),
		})),
	};
}

function historyOf(migrations: readonly Migration[], input: PlanInput): Plan["history"] {
	const lines = migrations.flatMap((migration) => {
		const { id, files } = revisionOf(migration, input);
		return files.map(({ sha256 }) => `${id} ${sha256}`);
	});
	return {
		revisions: migrations.length,
		last: migrations.at(-1)?.id ?? "",
		sha256: input.hash(lines.join("\n")),
	};
}

/** The schema that the released migrations leave behind, and the tables that it is wholly known of. */
interface Start {
	readonly lines: readonly string[];
	readonly known: ReadonlySet<string>;
}

function startOf(history: History): Start {
	const released = history.migrations.filter(({ candidate }) => !candidate);
	let start: Start = { lines: [], known: new Set() };
	const last = released.at(-1)?.release;
	replayHistory(
		{ ...history, migrations: released },
		{
			visits: () => false,
			releaseEnd(release, after) {
				if (release !== last) return;
				const tables = [...after.tables()].filter(({ complete }) => complete);
				start = { lines: schemaLines(after), known: new Set(tables.map(keyOf)) };
			},
		},
	);
	return start;
}

function touchedAtStart({ lines, known }: Start, relations: readonly Key[]): readonly string[] {
	const touched = new Set(relations.filter((one) => known.has(one)));
	return comparableLines([...touched].flatMap((key) => linesAbout(lines, key))).toSorted();
}

/** Queries in a file beside the migration prove what it does. */
function proofsBeside({ verify, id }: Migration, { history }: PlanInput): readonly Piece[] {
	return verify.flatMap(({ file, range }) =>
		statementsIn(history.dialect, file.text.slice(range.start, range.end)).map((sql): Piece => ({
			title: `Prove it with ${file.path.split("/").pop() ?? file.path}`,
			origin: { migration: id, file: file.path, line: 1 },
			sql: [sql],
			transaction: "own",
			settings: [],
			follows: false,
			proves: true,
			checks: [],
			evidence: [],
			notes: [],
		})),
	);
}

function notesOf(pieces: readonly Piece[], findings: readonly Finding[]): readonly string[] {
	const unread = pieces.filter(({ title }) => title.startsWith("Run by hand"));
	const recipes = new Set(pieces.flatMap(({ origin }) => origin.recipe ?? []));
	return [
		...(unread.length > 0
			? [
					unread.length === 1
						? "1 statement cannot be read and is left to people, in its place."
						: `${unread.length} statements cannot be read and are left to people, in their places.`,
				]
			: []),
		...(recipes.size === 0 && findings.length === 0
			? ["Every statement runs as it is written: none does harm."]
			: []),
	];
}

/**
 * Returns the plan of the candidate migrations: what does no harm as it is written, the rest as its safe
 * recipes, in the phases expand, migrate, verify and contract. Findings that a comment ignores keep their
 * statement as it is written.
 */
export function makePlan(input: PlanInput): Plan {
	const { history } = input;
	const candidates = history.migrations.filter(({ candidate }) => candidate);
	const { findings } = lint(input);
	const plans = planDialectOf(history.dialect.id);
	const written = [
		...piecesOf(explain(history), findings, history),
		...candidates.flatMap((migration) => proofsBeside(migration, input)),
	];
	const { pieces, first, ordered } = safeguarded(history, placedIn(history, written));
	const ids = stepIds(ordered);
	const idOf = new Map(ordered.map(({ index }, at) => [index, ids[at] ?? ""]));
	const planned = plannedHistory(
		history,
		ordered.map((placed, at) => ({ ...placed, id: ids[at] ?? "" })),
	);
	const earlier = ordered.flatMap(({ index }) => first[index] ?? []);
	const readings = readPieces(planned, ordered.length, earlier);
	const left = lint({ ...input, history: planned });
	const statistics = statisticsIn(input);
	const start = startOf(history);
	const steps = ordered.map((placed, at) => {
		const id = ids[at] ?? "";
		return stepOf({
			id,
			placed,
			file: input.nameOf(placed.piece.origin.file),
			needs: placed.needs.flatMap((need) => idOf.get(need) ?? []),
			reading: readings[at],
			findings: left.findings.filter(({ migration }) => migration === id),
			statistics,
			dialect: plans,
		});
	});
	return {
		version: 1,
		dialect: history.dialect.id,
		serverVersion: history.version,
		revisions: candidates.map((migration) => revisionOf(migration, input)),
		history: historyOf(
			history.migrations.filter(({ candidate }) => !candidate),
			input,
		),
		schemaRev: input.hash(start.lines.join("\n")),
		starts: touchedAtStart(
			start,
			plans.locksTables
				? steps.filter(runsOnServer).flatMap(({ locks }) => locks.map(({ relation }) => relation))
				: readings.flatMap(({ touches }) => touches.map(({ object }) => object)),
		),
		steps,
		notes: notesOf(pieces, findings),
	};
}

interface Placed {
	readonly pieces: readonly Piece[];
	/** What each does, in the order in which they are written. */
	readonly first: readonly PieceReading[];
	readonly ordered: readonly OrderedPiece[];
}

function placedIn(history: History, pieces: readonly Piece[]): Placed {
	const asWritten = pieces.map((piece) => ({ piece }));
	const first = readPieces(plannedHistory(history, asWritten), pieces.length);
	const ordered = orderPieces(
		pieces.flatMap((piece, at) => {
			const reading = first[at];
			return reading ? [{ piece, reading }] : [];
		}),
	);
	return { pieces, first, ordered };
}

/** Puts what must be done once before the first step that takes something away right before that one. */
function safeguarded(history: History, placed: Placed): Placed {
	const first = placed.ordered.find(
		({ phase, piece }) =>
			piece.transaction !== "people" &&
			(phase === "contract" || (piece.undo && "none" in piece.undo)),
	);
	const guard = first && planDialectOf(history.dialect.id).safeguard(first.piece);
	if (!first || !guard) return placed;
	const pieces = placed.pieces.toSpliced(first.index, 0, { ...guard, phase: first.phase });
	return placedIn(history, pieces);
}

/** Each phase counts its own steps: expand-1, expand-2, migrate-1. */
function stepIds(ordered: readonly OrderedPiece[]): readonly string[] {
	const counts = new Map<string, number>();
	return ordered.map(({ phase }) => {
		const count = (counts.get(phase) ?? 0) + 1;
		counts.set(phase, count);
		return `${phase}-${count}`;
	});
}

function statisticsIn({
	rows,
	tables,
}: PlanInput): (relation: string) => TableStatistics | undefined {
	return (relation) => {
		const name = relation.slice(relation.indexOf(".") + 1);
		const count = rows.get(relation) ?? rows.get(name);
		const measured = tables?.get(relation) ?? tables?.get(name);
		return count === undefined ? measured : { ...measured, rows: count };
	};
}

import type {
	DatabaseId,
	MigrationSource,
	ProjectProblem,
	Section,
	TransactionClass,
} from "../../core/migration.ts";
import type { SourceFile } from "../../core/source.ts";
import type { AlembicRevision, PieceGroup } from "../embedded/alembic/read.ts";
import { joinPath, parentOf, type Files } from "../files.ts";
import { lazily } from "../lazy.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isAbove } from "./manifest.ts";
import { embeddedSection } from "./program.ts";
import { duplicateRevisions, readInto } from "./section.ts";
import { parentsFirst } from "./topology.ts";

const reader = lazily(async () => (await import("../embedded/alembic/read.ts")).readAlembic);

/** Enough files to tell what a directory holds. */
const sampled = 5;

/** Alembic: Python programs whose revisions name the ones that they follow. */
export const alembic: Layout = {
	id: "alembic",
	name: "Alembic",
	orderedBy: "down_revision",
	applied: {
		table: "alembic_version",
		rows: "SELECT version_num, NULL, false FROM {table}",
		holds: "newest",
	},
	whenGone: `it stops: "can't locate revision"`,
	ownsFolders: false,
	load: reader.load,

	detect(directory, files) {
		const first = pythonNames(directory, files)
			.slice(0, sampled)
			.find((name) => isRevision(files.read(joinPath(directory, name)).file?.text ?? ""));
		if (first === undefined) return undefined;
		const why = isAbove(directory, files, "alembic.ini")
			? `alembic.ini above files like ${first}`
			: `revision and down_revision in ${first}`;
		return { why, dialect: dialectOf(directory, files) };
	},

	read(directory, files, dialect): LayoutReading {
		const problems: ProjectProblem[] = [];
		const revisions: Revision[] = [];
		for (const name of pythonNames(directory, files)) {
			const file = readInto(joinPath(directory, name), files, problems);
			const read = file && reader.get()(file.text);
			if (read) revisions.push({ ...read, file });
		}
		problems.push(
			...duplicateRevisions(
				revisions.map(({ revision, file }) => ({ revision, file: file.path })),
				"Alembic",
			),
			...graphProblems(directory, revisions),
		);
		const transaction = transactionOf(directory, files, dialect);
		const ordered = parentsFirst(
			revisions,
			({ revision }) => revision,
			({ parents, dependsOn }) => [...parents, ...dependsOn],
		);
		return { migrations: ordered.map((one) => sourceOf(one, transaction)), problems };
	},
};

interface Revision extends AlembicRevision {
	readonly file: SourceFile;
}

function pythonNames(directory: string, files: Files): readonly string[] {
	return files.list(directory).filter((name) => name.endsWith(".py") && name !== "__init__.py");
}

function isRevision(text: string): boolean {
	return /^revision\s*[:=]/m.test(text) && /^down_revision\s*[:=]/m.test(text);
}

/** SQL is made for PostgreSQL unless the revisions use the types of another database only. */
function dialectOf(
	directory: string,
	files: Files,
): { readonly id: DatabaseId; readonly why: string } {
	const texts = pythonNames(directory, files).map(
		(name) => files.read(joinPath(directory, name)).file?.text ?? "",
	);
	const count = (pattern: RegExp): number => texts.filter((text) => pattern.test(text)).length;
	const postgres = count(/\bpostgresql\b/);
	const mysql = count(/\bmysql\b/);
	if (mysql > postgres) return { id: "mysql", why: "mysql in the revisions" };
	return {
		id: "postgres",
		why: postgres > 0 ? "postgresql in the revisions" : "nothing says otherwise",
	};
}

/**
 * On PostgreSQL all pending revisions run in one transaction, unless env.py says
 * transaction_per_migration (alembic/runtime/migration.py); MySQL and SQLite have none.
 */
function transactionOf(directory: string, files: Files, dialect: DatabaseId): TransactionClass {
	if (dialect !== "postgres" && dialect !== "cockroachdb") return "none";
	const environment = files.read(joinPath(parentOf(directory), "env.py")).file?.text ?? "";
	return /^[^#\n]*\btransaction_per_migration\s*=\s*True\b/m.test(environment) ? "file" : "all";
}

function sourceOf(revision: Revision, transaction: TransactionClass): MigrationSource {
	const { file, up, down } = revision;
	const sections = (groups: readonly PieceGroup[]): readonly Section[] =>
		groups.map(({ autocommit, pieces }) =>
			embeddedSection(file, pieces, autocommit ? "none" : transaction),
		);
	const name = file.path.replace(/^.*\//, "").replace(/\.py$/, "");
	return {
		id: revision.revision,
		name: name.replace(`${revision.revision}_`, ""),
		// A merge sends nothing.
		up: up.length > 0 ? sections(up) : [embeddedSection(file, [], transaction)],
		down: sections(down),
		verify: [],
		placeholders: [],
	};
}

function graphProblems(
	directory: string,
	revisions: readonly Revision[],
): readonly ProjectProblem[] {
	const known = new Set(revisions.map(({ revision }) => revision));
	const followed = new Set(revisions.flatMap(({ parents }) => parents));
	const missing = revisions.flatMap(({ file, parents }) =>
		parents
			.filter((parent) => !known.has(parent))
			.map((parent): ProjectProblem => ({
				code: "missingFile",
				severity: "warning",
				file: file.path,
				message: `${file.path} follows revision ${parent}, which is not in ${directory}`,
				hint: "Put the file of that revision back, or correct down_revision.",
			})),
	);
	const heads = revisions.filter(({ revision }) => !followed.has(revision));
	const isBranched = revisions.some(({ file }) =>
		/^branch_labels\b[^=\n]*=\s*[^N\s]/m.test(file.text),
	);
	const [first, second] = heads;
	if (!first || !second || isBranched) return missing;
	return [
		...missing,
		{
			code: "outOfOrder",
			severity: "warning",
			file: second.file.path,
			message: `${directory} has ${String(heads.length)} heads: ${heads.map(({ revision }) => revision).join(", ")}`,
			hint: `Join them with "alembic merge heads": "alembic upgrade head" refuses to choose.`,
		},
	];
}

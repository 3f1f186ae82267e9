import type { Project } from "../../core/migration.ts";
import { joinPath, nameOf, parentOf } from "../files.ts";
import { mainFile } from "../releases.ts";
import { nextRevisions } from "./revisions.ts";

/** A migration to be written. */
export interface NewMigration {
	/** Small letters, digits and underscores. */
	readonly name: string;
	readonly sql: string;
	/** `alone`: a single statement that refuses to run in a transaction. */
	readonly runs: "inTransaction" | "alone";
	readonly down?: string;
}

/** A file with its path from the working directory. */
export interface NewFile {
	readonly path: string;
	readonly text: string;
}

/** A migration with the revision that it gets, and where its files lie. */
interface Numbered extends NewMigration {
	readonly revision: string;
	readonly directory: string;
}

/** What a tool's files look like: one function of a migration, and of the files that are there. */
type Writer = (migration: Numbered, existing: readonly string[]) => readonly NewFile[];

const withDown = (down: string | undefined): string => (down === undefined ? "" : `${down}\n`);

/** goose cuts where a line ends with a semicolon; a block is one statement. */
function gooseBlocks(sql: string): string {
	const isOne = /^(?:--.*\n)*(?:DO|CREATE (?:FUNCTION|TRIGGER))\b/.test(sql);
	return isOne ? `-- +goose StatementBegin\n${sql.trimEnd()}\n-- +goose StatementEnd\n` : sql;
}

/** How each tool wants a migration that must be alone, and one that is a transaction. */
const writers: Readonly<Record<string, Writer>> = {
	flyway({ directory, revision, name, sql, runs }) {
		const path = joinPath(directory, `V${revision}__${name}.sql`);
		const config = { path: `${path}.conf`, text: "executeInTransaction=false\n" };
		return [{ path, text: sql }, ...(runs === "alone" ? [config] : [])];
	},
	"golang-migrate"({ directory, revision, name, sql, down }) {
		const stem = joinPath(directory, `${revision}_${name}`);
		const back = { path: `${stem}.down.sql`, text: withDown(down) };
		return [{ path: `${stem}.up.sql`, text: sql }, ...(down === undefined ? [] : [back])];
	},
	dbmate({ directory, revision, name, sql, runs, down }) {
		const option = runs === "alone" ? " transaction:false" : "";
		const text = `-- migrate:up${option}\n${sql}\n-- migrate:down\n${withDown(down)}`;
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text }];
	},
	goose({ directory, revision, name, sql, runs, down }) {
		const head = runs === "alone" ? "-- +goose NO TRANSACTION\n" : "";
		const back = down === undefined ? "" : `\n-- +goose Down\n${gooseBlocks(withDown(down))}`;
		const text = `${head}-- +goose Up\n${gooseBlocks(sql)}${back}`;
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text }];
	},
	sqlx({ directory, revision, name, sql, runs, down }, existing) {
		const stem = joinPath(directory, `${revision}_${name}`);
		const text = `${runs === "alone" ? "-- no-transaction\n" : ""}${sql}`;
		const isPaired = existing.some((file) => file.endsWith(".up.sql"));
		return isPaired
			? [
					{ path: `${stem}.up.sql`, text },
					{ path: `${stem}.down.sql`, text: withDown(down) },
				]
			: [{ path: `${stem}.sql`, text }];
	},
	diesel({ directory, revision, name, sql, runs, down }, existing) {
		const isDated = existing.some((file) => /\/\d{4}-\d\d-\d\d-[^/]*\/up\.sql$/.test(file));
		const shown = isDated ? revision.replace(/^(\d{4})(\d\d)(\d\d)/, "$1-$2-$3-") : revision;
		const folder = joinPath(directory, "..", `${shown}_${name}`);
		const settings = {
			path: joinPath(folder, "metadata.toml"),
			text: "run_in_transaction = false\n",
		};
		return [
			{ path: joinPath(folder, "up.sql"), text: sql },
			{ path: joinPath(folder, "down.sql"), text: withDown(down) },
			...(runs === "alone" ? [settings] : []),
		];
	},
	// A single statement of a message commits by itself: CONCURRENTLY needs nothing more.
	prisma({ directory, revision, name, sql }) {
		return [{ path: joinPath(directory, "..", `${revision}_${name}`, "migration.sql"), text: sql }];
	},
	supabase({ directory, revision, name, sql }) {
		return [{ path: joinPath(directory, `${revision}_${name}.sql`), text: sql }];
	},
	// psql commits after each statement.
	plain({ directory, revision, name, sql, runs }, existing) {
		const head = /^([a-z]*[_-]?)\d/i.exec(nameOf(existing.at(-1) ?? ""))?.[1] ?? "";
		const text = runs === "alone" ? sql : `BEGIN;\n${sql}COMMIT;\n`;
		return [{ path: joinPath(directory, `${head}${revision}_${name}.sql`), text }];
	},
};

/** Why a tool cannot run the steps one by one, as they must be; undefined where it can. */
function refusal(layout: string, wanted: readonly NewMigration[]): string | undefined {
	const alone = wanted.find(({ runs }) => runs === "alone");
	if (layout === "drizzle") {
		return `Drizzle runs all pending migrations in one transaction, and these ${wanted.length} steps need one each`;
	}
	return layout === "supabase" && alone
		? `The Supabase CLI runs every migration in a transaction, and ${alone.name} refuses to`
		: undefined;
}

/** The numbers that revisions begin with, and what stands before the last of them (Flyway's 2.1). */
function numbersOf(ids: readonly string[]): { readonly head: string; readonly last: string[] } {
	const newest = /^((?:\d+[._])*)(\d+)/.exec(ids.at(-1) ?? "");
	const head = newest?.[1] ?? "";
	const last = ids.flatMap((id) => {
		const match = /(?:^|[^\d])(\d+)/.exec(id.slice(id.startsWith(head) ? head.length : 0));
		return match?.[1] ?? [];
	});
	return { head, last: head === "" ? last : last.slice(-1) };
}

/**
 * Returns the files of new migrations in the layout of a project, after those that it has; or why its tool
 * cannot run them as they must be. `now`: milliseconds since 1970.
 */
export function filesOfMigrations(
	{ layout, migrations, root }: Project,
	wanted: readonly NewMigration[],
	now: number,
): readonly NewFile[] | string {
	const why = refusal(layout.id, wanted);
	if (why !== undefined) return why;
	const writer = writers[layout.id];
	if (!writer) return `lockkeeper cannot write migrations of ${layout.name}`;
	const versioned = migrations.filter(({ repeatable }) => repeatable !== true);
	const existing = versioned.flatMap((migration) => mainFile(migration) ?? []);
	const newest = existing.at(-1);
	const directory = newest === undefined ? root : parentOf(newest);
	const { head, last } = numbersOf(versioned.map(({ id }) => id));
	const revisions = nextRevisions(last, wanted.length, now);
	return wanted.flatMap((migration, at) =>
		writer({ ...migration, revision: `${head}${revisions[at] ?? ""}`, directory }, existing),
	);
}

import type { Project } from "../core/migration.ts";
import { nameOf, parentOf } from "../project/files.ts";
import { mainFile } from "../project/releases.ts";

/** Layouts whose migrations are numbered SQL files, or folders of such a name with a SQL file in each. */
const namedByNumber = new Set([
	"flyway",
	"plain",
	"golang-migrate",
	"prisma",
	"goose",
	"dbmate",
	"supabase",
	"sqlx",
	"tern",
	"sql-migrate",
	"refinery",
	"postgres-migrations",
	"morph",
	"rambler",
	"hasura",
]);

/** How the name of a migration is made up: V | 0012 | __ | orders | .sql */
const nameParts = /^([Vv]?)(\d{1,15})(__|_|-)(.*?)((?:\.up)?\.sql)?$/;

/** Returns the paths of the next migrations after the newest one, named as the open one is; `now` in milliseconds. */
export function nextMigrations(
	project: Project,
	file: string,
	words: readonly string[],
	count: number,
	now: number,
): readonly string[] | undefined {
	if (!namedByNumber.has(project.layout.id)) return undefined;
	const own = revisionOf(file);
	if (!own) return undefined;
	const newest = Math.max(
		...project.migrations.flatMap((migration) => {
			const revision = revisionOf(mainFile(migration) ?? "");
			return revision ? [Number(revision.digits)] : [];
		}),
	);
	const first = Math.max(newest + 1, clockRevision(own.digits, now) ?? 0);
	const padded = own.digits.startsWith("0") || own.digits.length > String(newest).length;
	return Array.from({ length: count }, (_, at) => {
		const digits = String(first + at).padStart(padded ? own.digits.length : 0, "0");
		const name = [...words, ...(count > 1 ? [String(at + 1)] : [])].join(own.wordMark);
		return own.rename(`${own.prefix}${digits}${own.separator}${name}${own.suffix}`);
	});
}

interface Revision {
	readonly prefix: string;
	readonly digits: string;
	readonly separator: string;
	readonly suffix: string;
	/** Between the words of a name. */
	readonly wordMark: string;
	/** Returns the path of a file whose migration has another name. */
	rename(name: string): string;
}

function revisionOf(file: string): Revision | undefined {
	const folder = parentOf(file);
	const base = nameOf(file);
	const inName = parse(base, (name) => `${folder}/${name}`.replace(/^\.\//, ""));
	if (inName) return inName.suffix === "" ? undefined : inName;
	return parse(nameOf(folder), (name) =>
		`${parentOf(folder)}/${name}/${base}`.replace(/^\.\//, ""),
	);
}

function parse(name: string, rename: Revision["rename"]): Revision | undefined {
	const [, prefix, digits, separator, words, suffix = ""] = nameParts.exec(name) ?? [];
	if (prefix === undefined || digits === undefined || separator === undefined) return undefined;
	const wordMark = separator === "-" || words?.includes("-") === true ? "-" : "_";
	return { prefix, digits, separator, suffix, wordMark, rename };
}

/** A revision that is a point in time, written as the tool writes it; undefined for a plain number. */
function clockRevision(digits: string, now: number): number | undefined {
	const stamp = new Date(now).toISOString().replace(/\D/g, "");
	if (/^20\d{12}$/.test(digits)) return Number(stamp.slice(0, 14));
	if (/^20\d{10}$/.test(digits)) return Number(stamp.slice(0, 12));
	if (/^1\d{12}$/.test(digits)) return now;
	if (/^1\d{9}$/.test(digits)) return Math.floor(now / 1000);
	return undefined;
}

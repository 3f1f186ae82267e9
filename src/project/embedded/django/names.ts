import { createHash } from "node:crypto";
import { hasHole, hole } from "../sql-text.ts";

/** The longest name that PostgreSQL keeps, in bytes. */
const longestName = 63;

/** Returns the name that Django gives an index or constraint (db/backends/base/schema.py, _create_index_name). */
export function indexName(table: string, columns: readonly string[], suffix = ""): string {
	if (hasHole(table) || columns.some(hasHole) || hasHole(suffix)) return hole("index_name");
	const digest = createHash("md5")
		.update(table + columns.join(""))
		.digest("hex")
		.slice(0, 8);
	let tail = `${digest}${suffix}`;
	const joined = columns.join("_");
	const whole = `${table}_${joined}_${tail}`;
	if (whole.length <= longestName) return whole;
	if (tail.length > longestName / 3) tail = tail.slice(0, Math.floor(longestName / 3));
	const other = Math.floor((longestName - tail.length) / 2) - 1;
	const short = `${table.slice(0, other)}_${joined.slice(0, other)}_${tail}`;
	return /^[_\d]/.test(short) ? `D${short.slice(0, -1)}` : short;
}

/** Tables of Django's own apps that are not called app_model. */
const ownTables: Readonly<Record<string, string>> = {
	"contenttypes.contenttype": "django_content_type",
	"sites.site": "django_site",
	"sessions.session": "django_session",
	"admin.logentry": "django_admin_log",
};

/** Returns the table of a model that no migration here makes. */
export function foreignTable(app: string, model: string): string {
	return ownTables[`${app}.${model}`] ?? `${app}_${model}`;
}

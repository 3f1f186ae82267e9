import { readdirSync, readFileSync } from "node:fs";
import type { Dialect } from "../../src/core/dialect.ts";
import type { Migration, TransactionClass } from "../../src/core/migration.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { traceHistory, type Trace } from "../../src/trace/trace.ts";

/** A statement, or a transaction of several, and the schema before it. */
export interface Form {
	readonly name: string;
	/** The name of its file. */
	readonly family: string;
	readonly versions: { readonly from: number; readonly to: number };
	readonly setup: string;
	readonly settings: string;
	readonly sql: string;
	readonly transaction: TransactionClass;
}

const folder = new URL("../../fixtures/forms/", import.meta.url);

const markers = ["form", "versions", "settings", "setup", "statement", "transaction"] as const;
type Marker = (typeof markers)[number];

function sectionsOf(text: string): readonly { readonly marker: Marker; readonly text: string }[] {
	const pattern = new RegExp(`^-- (${markers.join("|")}): *(.*)$`, "gm");
	const found = [...text.matchAll(pattern)];
	return found.map((match, at) => {
		const body = text.slice(match.index + match[0].length, found[at + 1]?.index);
		return { marker: match[1] as Marker, text: `${match[2] ?? ""}${body}`.trim() };
	});
}

function versionsOf(text: string | undefined): Form["versions"] {
	const [, from = "", to = ""] = /^(\d*)-(\d*)$/.exec(text ?? "-") ?? [];
	return { from: Number(from), to: to === "" ? 99 : Number(to) };
}

function readForms(family: string, text: string): readonly Form[] {
	const forms: Form[] = [];
	let parts = new Map<Marker, string>();
	const finish = (): void => {
		const name = parts.get("form");
		if (name === undefined) return;
		const [setting, value] = (parts.get("settings") ?? "").split(" = ");
		forms.push({
			name,
			family,
			versions: versionsOf(parts.get("versions")),
			setup: parts.get("setup") ?? "",
			settings: setting && value ? `SET ${setting} = '${value}';` : "",
			sql: parts.get("statement") ?? parts.get("transaction") ?? "",
			transaction: parts.has("transaction") ? "file" : "none",
		});
	};
	for (const { marker, text: body } of sectionsOf(text)) {
		if (marker === "form") {
			finish();
			parts = new Map();
		}
		parts.set(marker, body);
	}
	finish();
	return forms;
}

/** The forms of fixtures/forms, one family a file. */
export function loadForms(): readonly Form[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".sql") && name !== "base.sql")
		.sort()
		.flatMap((name) => readForms(name.slice(0, -4), readFileSync(new URL(name, folder), "utf8")));
}

const base = readFileSync(new URL("base.sql", folder), "utf8");

export interface SqlRelease {
	readonly sql: string;
	readonly transaction?: TransactionClass;
}

export function migrationOf(
	id: string,
	{ sql, transaction = "none" }: SqlRelease,
	order: number,
	candidate: boolean,
): Migration {
	const file = { path: `${id}.sql`, text: sql };
	return {
		id,
		name: id,
		layout: "plain",
		order,
		release: id,
		candidate,
		up: [{ file, range: { start: 0, end: sql.length }, transaction }],
		down: [],
		verify: [],
		placeholders: [],
	};
}

/** Runs a form on an engine with nothing in it and compares what is said with what happens. */
export function traceForm(form: Form, engine: TraceEngine, dialect: Dialect): Promise<Trace> {
	const before = [base, form.setup, form.settings].join("\n");
	return traceHistory(
		{
			migrations: [
				migrationOf("before", { sql: before }, 0, false),
				migrationOf("form", { sql: form.sql, transaction: form.transaction }, 1, true),
			],
			dialect,
		},
		engine,
	);
}

const clean = `
RESET ALL;
SET client_min_messages = error;
DO $clean$
DECLARE found text;
BEGIN
	FOR found IN SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication LOOP EXECUTE found; END LOOP;
	FOR found IN SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_event_trigger LOOP EXECUTE found; END LOOP;
	FOR found IN SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE found; END LOOP;
	FOR found IN SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
		WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP EXECUTE found; END LOOP;
	FOR found IN SELECT format('DROP TABLE pg_temp.%I CASCADE', relname) FROM pg_class
		WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' LOOP EXECUTE found; END LOOP;
	FOR found IN SELECT format('DROP OWNED BY %1$I; DROP ROLE %1$I', rolname) FROM pg_roles
		WHERE rolname !~ '^pg_' AND rolname <> current_user LOOP EXECUTE found; END LOOP;
END $clean$;
CREATE SCHEMA public;
GRANT ALL ON SCHEMA public TO public;
SET client_min_messages = debug1;`;

/** Empties the engine's database. */
export async function emptyDatabase(engine: TraceEngine): Promise<void> {
	await engine.execute("ROLLBACK");
	await engine.execute("RESET SESSION AUTHORIZATION");
	const { failure } = await engine.execute(clean);
	if (failure) throw new Error(`The database could not be emptied: ${failure.message}`);
}

import { defineRule, historyIsWhole, listWords, showName } from "#core";
import type { Catalog, Key, Table } from "#core";

/** The objects of a schema by what people call them, with what they look like where that counts. */
function inventory(catalog: Catalog): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	const name = (object: { readonly schema: string; readonly name: string }): Key =>
		showName(catalog, `${object.schema}.${object.name}`);
	for (const table of catalog.tables()) {
		// What is not whole was not made: a statement names it, nothing else.
		if (table.persistence === "temporary" || !table.complete) continue;
		found.set(`table ${name(table)}`, "");
		partsOf(table, name(table), found);
	}
	for (const view of catalog.views()) found.set(`view ${name(view)}`, "");
	for (const type of catalog.types()) {
		found.set(`type ${name(type)}`, type.kind === "enum" ? "" : type.kind);
	}
	for (const routine of catalog.allRoutines()) {
		found.set(`function ${name(routine)}`, "");
	}
	for (const sequence of catalog.sequences()) {
		if (!sequence.ownedBy && !sequence.temporary) found.set(`sequence ${name(sequence)}`, "");
	}
	return found;
}

function partsOf(table: Table, name: string, found: Map<string, string>): void {
	for (const column of table.columns) {
		const type = column.type ? `${column.type.name} ${column.type.modifiers.join()}` : "";
		found.set(`column ${name}.${column.name}`, `${type} ${String(column.notNull)}`);
	}
	for (const { type, name: constraint } of table.constraints) {
		if (type !== "notNull") found.set(`constraint ${constraint} of ${name}`, type);
	}
	for (const index of table.indexes) {
		if (index.constraint === undefined) found.set(`index ${index.name}`, String(index.unique));
	}
	for (const trigger of table.triggers) found.set(`trigger ${trigger.name} of ${name}`, "");
	for (const policy of table.policies) found.set(`policy ${policy.name} of ${name}`, "");
	if (table.rowSecurity) found.set(`row security of ${name}`, "");
}

function shorten(words: readonly string[]): string {
	return words.length > 4
		? listWords([...words.slice(0, 3), `${words.length - 3} more`])
		: listWords(words);
}

/** The parts of a table that is itself in the list say nothing new. */
function withoutParts(words: readonly string[]): readonly string[] {
	const isTable = (word: string): boolean => word.startsWith("table ");
	const whole = words.filter(isTable).map((word) => word.slice("table ".length));
	return words.filter((word) => isTable(word) || !whole.some((table) => belongsTo(word, table)));
}

function belongsTo(word: string, table: string): boolean {
	return word.endsWith(` of ${table}`) || word.startsWith(`column ${table}.`);
}

export default defineRule({
	id: "require-undoing-down",
	summary: "Require that a down migration undoes what its migration does.",
	why: `A down migration runs in a bad hour, when a release is taken back. What it leaves behind makes the next up
fail with 42P07 or 42701, because the object is there already; what it drops beyond its own migration is gone for
the release before. The schema before the migration is compared with the schema after its up and its down: tables,
columns with their types, constraints, indexes, views, functions, types, triggers and policies.`,
	category: "schema",
	notes: {
		mysql: `Each statement commits by itself: a down migration that fails half-way leaves the schema in between.`,
		mariadb: `Each statement commits by itself: a down migration that fails half-way leaves the schema in between.`,
		sqlite: `The errors are "table ... already exists" and "duplicate column name".`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "Complete the down section, so that up, down and up again work.",
	messages: {
		unknown: "This down migration changes {table}, which does not exist: it fails.",
		remains: "After this down migration there remain: {remaining}.",
		lost: "This down migration does not bring back: {lost}.",
		differs: "After this down migration {differing} not what it was.",
		both: "After this down migration there remain: {remaining}; it does not bring back: {lost}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, note text);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN channel text;
ALTER TABLE orders ADD COLUMN source text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN channel text, ADD COLUMN source text;`,
			down: {
				bad: `ALTER TABLE orders DROP COLUMN channel;`,
				good: `ALTER TABLE orders DROP COLUMN channel, DROP COLUMN source;`,
			},
		},
	],
	on: {
		undone({ down, before, done, undone }, context) {
			const [first] = down;
			if (!first) return;
			if (!historyIsWhole(done)) return;
			const at = first.range;
			for (const table of undone.tables()) {
				if (table.complete || before.table(table)) continue;
				const shown = showName(undone, `${table.schema}.${table.name}`);
				context.report({ message: "unknown", at, data: { table: shown } });
				return;
			}
			const [old, now] = [inventory(before), inventory(undone)];
			const remaining = withoutParts([...now.keys()].filter((key) => !old.has(key)));
			const lost = withoutParts([...old.keys()].filter((key) => !now.has(key)));
			const differing = [...old].flatMap(([key, look]) => {
				const later = now.get(key);
				return later !== undefined && later !== look ? [key] : [];
			});
			const data = { remaining: shorten(remaining), lost: shorten(lost) };
			if (remaining.length > 0 && lost.length > 0) context.report({ message: "both", at, data });
			else if (remaining.length > 0) context.report({ message: "remains", at, data });
			else if (lost.length > 0) context.report({ message: "lost", at, data });
			else if (differing.length > 0) {
				const verb = differing.length > 1 ? "are" : "is";
				const words = `${shorten(differing)} ${verb}`;
				context.report({ message: "differs", at, data: { differing: words } });
			}
		},
	},
});

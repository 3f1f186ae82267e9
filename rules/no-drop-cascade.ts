import { defineRule, listWords, showName } from "#core";
import type { Operation, OperationContext } from "#core";
import { closureOf } from "../src/catalog/dependencies.ts";
import { describeTarget, droppedTargets, isThere } from "../src/catalog/drop-targets.ts";

function shorten(words: readonly string[]): string {
	const more = words.length - 4;
	return listWords(more > 1 ? [...words.slice(0, 4), `${more} more`] : words);
}

function judge(
	operation: Operation & { readonly cascade: boolean },
	context: OperationContext<"takes">,
): void {
	if (!operation.cascade) return;
	const { catalog, part } = context;
	// The objects of one statement go together: said once, at the first.
	const [first] = part.operations.filter(({ kind }) => kind === operation.kind);
	if (first !== operation) return;
	const targets = part.operations.flatMap((other) => droppedTargets(other, catalog));
	const own = closureOf(catalog, targets, false);
	const victims = [...closureOf(catalog, targets, true)].flatMap(([id, target]) => {
		// What belongs to a victim goes with it: the victim is said.
		const victim = own.has(id) ? undefined : describeTarget(target, catalog);
		if (!victim || context.madeHere(victim.origin)) return [];
		return [{ target, ...victim }];
	});
	const dropped = new Set(victims.map(({ words }) => words));
	const said = victims.filter(
		({ target }) =>
			!("relation" in target) ||
			(!dropped.has(`table ${showName(catalog, target.relation)}`) &&
				!dropped.has(`view ${showName(catalog, target.relation)}`)),
	);
	if (said.length === 0) return;
	const report = (list: typeof said) => ({
		message: "takes" as const,
		data: { victims: shorten(list.map(({ words }) => words)) },
		severity: list.some(({ losesData }) => losesData) ? ("error" as const) : ("warning" as const),
	});
	context.report({
		...report(said),
		at: operation,
		atReleaseEnd(after) {
			const left = said.filter(({ target }) => !isThere(target, after));
			return left.length === 0 ? "settled" : report(left);
		},
	});
}

export default defineRule({
	id: "no-drop-cascade",
	summary:
		"Disallow DROP ... CASCADE that takes objects with it which the statement does not name.",
	why: `CASCADE drops whatever depends on the object: views of other people, foreign keys of other tables, triggers,
defaults, columns. The server mentions it in a NOTICE that migration tools do not show, and nothing in the file
says which objects these are. Each of them also takes an ACCESS EXCLUSIVE lock on its table. Without CASCADE the
server refuses the statement as long as something depends on the object, and lists it.`,
	category: "data-loss",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Drop the dependent objects by name first, then leave out CASCADE.",
	messages: {
		takes: "CASCADE also drops {victims}, which the statement does not name.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE FUNCTION log_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER orders_log AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION log_order();`,
			bad: `SET lock_timeout = '2s';
DROP FUNCTION log_order() CASCADE;`,
			good: `SET lock_timeout = '2s';
DROP TRIGGER orders_log ON orders;
DROP FUNCTION log_order();`,
		},
		{
			before: `CREATE TABLE customers (id bigint PRIMARY KEY, email text CONSTRAINT customers_email_key UNIQUE);
CREATE TABLE invoices (id bigint PRIMARY KEY, email text CONSTRAINT invoices_email_fk REFERENCES customers (email));
CREATE INDEX invoices_email_idx ON invoices (email);`,
			bad: `SET lock_timeout = '2s';
-- lockkeeper:contract customers_email_key since=0001_create
ALTER TABLE customers DROP CONSTRAINT customers_email_key CASCADE;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE invoices DROP CONSTRAINT invoices_email_fk;
-- lockkeeper:contract customers_email_key since=0001_create
ALTER TABLE customers DROP CONSTRAINT customers_email_key;`,
		},
	],
	on: {
		dropTable: judge,
		dropView: judge,
		dropConstraint: judge,
		dropFunction: judge,
	},
});

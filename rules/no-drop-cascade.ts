import { defineRule, listWords, showName } from "#core";
import type { Catalog, Key, Operation, OperationContext, Origin } from "#core";
import { closureOf, type DropTarget } from "../src/catalog/dependencies.ts";
import { routineId } from "../src/catalog/routine-id.ts";

/** What the statement names, where it has CASCADE and the catalog knows it. */
function targetsOf(operation: Operation, catalog: Catalog): readonly DropTarget[] {
	switch (operation.kind) {
		case "dropTable":
			return [{ kind: "table", key: catalog.resolve(operation.table) }];
		case "dropView":
			return [{ kind: "view", key: catalog.resolve(operation.view) }];
		case "dropConstraint": {
			const relation = catalog.resolve(operation.table);
			return [{ kind: "constraint", relation, name: operation.constraint }];
		}
		case "dropFunction":
			return catalog.routines(operation.function).map((routine) => ({
				kind: "routine",
				key: `${routine.schema}.${routine.name}`,
				id: routineId(routine),
			}));
		default:
			return [];
	}
}

interface Victim {
	readonly words: string;
	readonly origin: Origin | undefined;
	readonly losesData: boolean;
}

function partOf(
	catalog: Catalog,
	kind: "constraint" | "trigger" | "policy" | "column" | "default",
	relation: Key,
	name: string,
): Origin | undefined {
	const table = catalog.tableByKey(relation);
	const lists = {
		constraint: table?.constraints,
		trigger: (table ?? catalog.viewByKey(relation))?.triggers,
		policy: table?.policies,
		column: table?.columns,
		default: table?.columns,
	};
	return lists[kind]?.find((part) => part.name === name)?.origin;
}

/** What goes along, in words; undefined for what is no loss of its own. */
function describe(target: DropTarget, catalog: Catalog): Victim | undefined {
	switch (target.kind) {
		case "table":
		case "view": {
			const { origin } =
				(target.kind === "table"
					? catalog.tableByKey(target.key)
					: catalog.viewByKey(target.key)) ?? {};
			const words = `${target.kind} ${showName(catalog, target.key)}`;
			return { words, origin, losesData: target.kind === "table" };
		}
		case "routine": {
			const routine = catalog
				.routinesByKey(target.key)
				.find((candidate) => routineId(candidate) === target.id);
			const words = `function ${showName(catalog, target.key)}`;
			return { words, origin: routine?.origin, losesData: false };
		}
		case "constraint":
		case "trigger":
		case "policy":
		case "default":
		case "column": {
			const { kind, name, relation } = target;
			const owner = showName(catalog, relation);
			const words =
				kind === "column" || kind === "default"
					? `${kind === "default" ? "the default of" : kind} ${owner}.${name}`
					: `${kind} ${name} of ${owner}`;
			const origin = partOf(catalog, kind, relation, name);
			return { words, origin, losesData: kind === "column" };
		}
		default:
			return undefined;
	}
}

/** True when a later statement of the release has made the thing again. */
function isBack(target: DropTarget, after: Catalog): boolean {
	switch (target.kind) {
		case "table":
			return after.tableByKey(target.key) !== undefined;
		case "view":
			return after.viewByKey(target.key) !== undefined;
		case "routine":
			return after.routinesByKey(target.key).length > 0;
		case "constraint":
		case "trigger":
		case "policy":
		case "column":
			return partOf(after, target.kind, target.relation, target.name) !== undefined;
		case "default": {
			const columns = after.tableByKey(target.relation)?.columns;
			return columns?.find(({ name }) => name === target.name)?.default !== undefined;
		}
		default:
			return false;
	}
}

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
	const targets = part.operations.flatMap((other) => targetsOf(other, catalog));
	const own = closureOf(catalog, targets, false);
	const victims = [...closureOf(catalog, targets, true)].flatMap(([id, target]) => {
		// What belongs to a victim goes with it: the victim is said.
		const victim = own.has(id) ? undefined : describe(target, catalog);
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
			const left = said.filter(({ target }) => !isBack(target, after));
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

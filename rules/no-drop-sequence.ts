import {
	contractObject,
	defineRule,
	historyIsWhole,
	missingEvidence,
	type OperationContext,
} from "#core";
import { nameRelations, relationNamed } from "../src/catalog/exposure.ts";
import type { Key } from "../src/catalog/model.ts";

/** Tables whose defaults draw from the sequence and go with it: CASCADE takes the default away. */
function drawingTables(locks: readonly { readonly relation: Key }[], context: OperationContext) {
	return locks
		.filter(({ relation }) => context.catalog.tableByKey(relation) !== undefined)
		.map(({ relation }) => relationNamed(context.catalog, relation));
}

export default defineRule({
	id: "no-drop-sequence",
	summary: "Disallow DROP SEQUENCE of a sequence that released code may use.",
	why: `While a release is rolled out, the code before it still runs. Code and object mappers that number rows
themselves call nextval with the sequence's name: once it is gone they fail with 42P01. With CASCADE the defaults
that draw from it go too, and every INSERT that relies on them stores NULL or fails with 23502. Where the last
number was is lost. The server refuses without CASCADE while a default draws from the sequence.`,
	category: "compatibility",
	dialects: ["postgres"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "First release code that no longer draws from the sequence, then drop it in a later release.",
	messages: {
		drops: "Running code that draws numbers from {sequence} fails once it is dropped.",
		cascades:
			"INSERTs of running code into {tables} get no number once {sequence} and the defaults that draw from it are dropped.",
	},
	examples: [
		{
			before: `CREATE SEQUENCE invoice_numbers;
CREATE TABLE invoices (id bigint PRIMARY KEY, number bigint NOT NULL);`,
			bad: `SET lock_timeout = '2s';
DROP SEQUENCE invoice_numbers;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:contract invoice_numbers since=0001_create
DROP SEQUENCE invoice_numbers;`,
		},
		{
			before: `CREATE SEQUENCE invoice_numbers;
CREATE TABLE invoices (id bigint PRIMARY KEY, number bigint NOT NULL DEFAULT nextval('invoice_numbers'));`,
			bad: `SET lock_timeout = '2s';
DROP SEQUENCE invoice_numbers CASCADE;`,
			good: `SET lock_timeout = '2s';
CREATE SEQUENCE refund_numbers;
DROP SEQUENCE refund_numbers;`,
		},
	],
	on: {
		dropSequence(operation, context) {
			const { catalog } = context;
			const known = catalog.sequence(operation.sequence);
			if (context.isNew(operation.sequence) || known?.temporary) return;
			if (operation.ifExists && !known && historyIsWhole(catalog)) return;
			const object = contractObject(catalog, catalog.resolve(operation.sequence));
			const missing = missingEvidence(context, object);
			if (missing === undefined) return;
			const { locks } = context.effectOf(operation);
			const tables = drawingTables(locks, context).filter((table) => !context.isNew(table));
			// A serial column's own sequence: who took the column's default away has been told.
			if (known?.ownedBy && tables.length === 0) return;
			context.report({
				message: tables.length > 0 ? "cascades" : "drops",
				at: operation,
				recipe: "drop-in-later-release",
				data: { sequence: object.shown, tables: nameRelations(tables) },
				...(tables.length > 0 && { severity: "error" }),
				help: `First release code that no longer draws from ${object.shown}. ${missing}`,
				atReleaseEnd: (after) => (after.sequence(operation.sequence) ? "settled" : undefined),
			});
		},
	},
});

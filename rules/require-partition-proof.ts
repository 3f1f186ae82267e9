import {
	defineRule,
	type Effect,
	type OperationContext,
	type OperationOf,
	type QualifiedName,
} from "#core";
import { keyOf } from "../src/catalog/catalog.ts";
import { hasFewRows, largeInUse, nameRelations, relationNamed } from "../src/catalog/exposure.ts";

type Attach = OperationOf<"attachPartition">;

/** The default partition of a parent, where it is read and may have many rows. */
function defaultRead(
	parent: QualifiedName,
	{ scans }: Effect,
	context: OperationContext,
): QualifiedName | undefined {
	const { catalog } = context;
	const rest = catalog
		.partitionsOf(catalog.resolve(parent))
		.find(({ partitionOf }) => partitionOf?.bound.kind === "default");
	if (!rest) return undefined;
	const leaves = [rest, ...catalog.partitionsOf(keyOf(rest), true)].map(keyOf);
	const isRead = largeInUse(
		context,
		scans.filter((key) => leaves.includes(key)),
	);
	return isRead.length > 0 ? { schema: rest.schema, name: rest.name } : undefined;
}

function judgeAttach(operation: Attach, context: OperationContext): void {
	const { table, partition } = operation;
	const { catalog } = context;
	const effect = context.effectOf(operation);
	const rest = defaultRead(table, effect, context);
	if (rest) {
		reportDefault(operation, rest, partition, context);
		return;
	}
	const read = [...effect.scans, ...effect.builds.map((build) => build.table)]
		.map((key) => relationNamed(catalog, key))
		.filter((relation) => !hasFewRows(context, relation));
	const waiting = effect.locks.filter(
		({ blocks, relation }) =>
			(blocks === "writes" || blocks === "readsAndWrites") &&
			!context.isNew(relationNamed(catalog, relation)),
	);
	const strongest = waiting.find(({ blocks }) => blocks === "readsAndWrites") ?? waiting[0];
	if (read.length === 0 || !strongest) return;
	const same = waiting.filter(({ blocks }) => blocks === strongest.blocks);
	const names = same.map(({ relation }) => relationNamed(catalog, relation));
	const waiters = strongest.blocks === "writes" ? "write to" : "read and write of";
	context.report({
		message: "partitionRead",
		at: operation,
		table: names[0] ?? partition,
		data: {
			waiters,
			tables: nameRelations(names),
			partition: partition.name,
			reasons: effect.reasons.join("; "),
		},
		recipe: "prove-partition-bound",
	});
}

function reportDefault(
	at: Attach | OperationOf<"createTable">,
	rest: QualifiedName,
	partition: QualifiedName,
	context: OperationContext,
): void {
	context.report({
		message: "defaultRead",
		at,
		table: rest,
		data: { rest: rest.name, partition: partition.name },
		help: `Add a CHECK to ${rest.name} that leaves out the rows of ${partition.name}, as NOT VALID, and validate it before: then nothing is read.`,
		recipe: "prove-partition-bound",
	});
}

export default defineRule({
	id: "require-partition-proof",
	summary: "Require a proof that spares reading a table in use when a partition is added.",
	why: `ATTACH PARTITION reads the whole new partition under ACCESS EXCLUSIVE to see that its rows belong there,
and builds the indexes that it lacks. If there is a default partition, both ATTACH and CREATE TABLE ... PARTITION
OF lock it too and read it whole: it may hold rows of the new one. A validated CHECK spares each of the two
readings: one on the partition that implies its bound, one on the default partition that leaves the bound out.
Before PostgreSQL 12 ATTACH also stops every read and write of the parent.`,
	category: "locks",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: { pgfence: "attach-partition" },
	help: "Add a CHECK that says what the bound says as NOT VALID, validate it, build the parent's indexes on the partition, then attach it.",
	messages: {
		defaultRead:
			"Every read and write of {rest} waits while all its rows are read: some may belong to the new partition {partition}.",
		partitionRead: "Every {waiters} {tables} waits while {partition} is attached: {reasons}.",
	},
	examples: [
		{
			before: `CREATE TABLE events (id bigint NOT NULL, at date) PARTITION BY RANGE (id);
CREATE TABLE old_events (id bigint NOT NULL, at date);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE events ATTACH PARTITION old_events FOR VALUES FROM (MINVALUE) TO (1000000);`,
			good: `SET lock_timeout = '2s';
ALTER TABLE old_events ADD CONSTRAINT old_events_bound CHECK (id < 1000000) NOT VALID;
ALTER TABLE old_events VALIDATE CONSTRAINT old_events_bound;
ALTER TABLE events ATTACH PARTITION old_events FOR VALUES FROM (MINVALUE) TO (1000000);`,
		},
		{
			before: `CREATE TABLE orders (id bigint, country text) PARTITION BY LIST (country);
CREATE TABLE orders_other PARTITION OF orders DEFAULT;`,
			bad: `SET lock_timeout = '2s';
CREATE TABLE orders_de PARTITION OF orders FOR VALUES IN ('DE');`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders_other ADD CONSTRAINT orders_other_without_de CHECK (country IS NULL OR country NOT IN ('DE')) NOT VALID;
ALTER TABLE orders_other VALIDATE CONSTRAINT orders_other_without_de;
CREATE TABLE orders_de PARTITION OF orders FOR VALUES IN ('DE');`,
		},
	],
	on: {
		attachPartition: judgeAttach,
		createTable(operation, context) {
			const { partitionOf, table } = operation;
			const rest =
				partitionOf && defaultRead(partitionOf.parent, context.effectOf(operation), context);
			if (rest) reportDefault(operation, rest, table, context);
		},
	},
});

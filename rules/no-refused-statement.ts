import { defineRule, type ColumnDefinition, type Operation, type OperationContext } from "#core";

/**
 * Refusals that follow from what a statement is and from objects that the history made. Others (an object
 * that exists already or does not exist) hang on what the history may not show.
 */
const certain = /^(0A000|25|42804|42809|42P16|42P17|55000)/;

const makers: ReadonlySet<string> = new Set(["addConstraint", "addColumn", "createTable"]);
const changers: ReadonlySet<string> = new Set(["alterColumnType", "setDefault", "dropDefault"]);

const byPartition =
	"A partitioned table refuses CONCURRENTLY: create the index on ONLY the parent, build one on each partition with CONCURRENTLY, then attach them.";
const likeBefore = "Run it on a database with the same schema: it fails there in the same way.";

function adviceFor(
	operation: Operation,
	{ catalog }: OperationContext,
): { readonly help: string; readonly recipe?: string } {
	switch (operation.kind) {
		case "alterColumnType":
			return {
				help: "Drop what uses the column, change the type, and create it again, all in one transaction. Or add a new column and leave this one as it is.",
			};
		case "createIndex":
			return operation.concurrently
				? { help: byPartition, recipe: "build-index-by-partition" }
				: { help: likeBefore };
		case "addConstraint":
			if (catalog.table(operation.table)?.kind !== "partitioned") return { help: likeBefore };
			return operation.constraint.type === "foreignKey" && operation.constraint.notValid
				? {
						help: "Add the foreign key to each partition as NOT VALID, validate it there, then add it to the parent, which takes them over.",
						recipe: "add-foreign-key-by-partition",
					}
				: {
						help: "Do it on each partition first; the constraint of the parent then takes those of the partitions over.",
					};
		case "detachPartition":
			return {
				help: "Detach it without CONCURRENTLY and with a lock_timeout: the lock is short once it is granted. Or empty and drop the default partition first.",
			};
		case "refreshMaterializedView":
			return {
				help: "Create a unique index over plain columns of the view first, without WHERE.",
				recipe: "refresh-concurrently",
			};
		case "lockTable":
			return { help: "Put BEGIN before it and COMMIT after what needs the lock." };
		default:
			return { help: likeBefore };
	}
}

/** What MySQL and MariaDB say of names that are there or not there: the history may not show all. */
const namesOfMysql = /^(?:1050|1051|1054|1060|1061|1068|1072|1091|1146|1176|1359|1360|3822)$/;

function refusalOfMysql(operation: Operation, context: OperationContext) {
	const { fails } = context.effectOf(operation);
	return fails && !fails.hangsOn && !namesOfMysql.test(fails.code) ? fails : undefined;
}

/** ALGORITHM= and LOCK= that promise too much are refused so that nothing worse happens. */
function adviceForMysql({ online }: Operation, code: string): string {
	return code === "1845" || code === "1846" || code === "1221"
		? `Let a tool such as gh-ost or pt-online-schema-change copy the table, or leave out ${online?.lock ? "LOCK=" : "ALGORITHM="} in a window without writes.`
		: likeBefore;
}

function adviceForSqlite({ kind }: Operation): string {
	switch (kind) {
		case "addColumn":
			return "Add the column without it (a unique index can be created afterwards), or make the table anew with the column.";
		case "dropColumn":
			return "Drop what uses the column first, or make the table anew without it.";
		case "renameTable":
		case "renameColumn":
			return "Drop the view or trigger first and create it again after the RENAME (their text is in sqlite_schema), or run PRAGMA legacy_alter_table = ON before the RENAME and OFF after it.";
		default:
			return "Make the table anew: a new table, INSERT ... SELECT, DROP, RENAME, in one transaction.";
	}
}

/** What SQLite says no to. What a rule of its own tells is left to that. */
function refusalOfSqlite(operation: Operation, context: OperationContext) {
	const { fails } = context.effectOf(operation);
	if (!fails || fails.hangsOn) return undefined;
	// no-add-required-column tells it, and BEGIN is told by require-balanced-transaction.
	if (operation.kind === "addColumn" && isRequiredWithoutValue(operation.column)) return undefined;
	return operation.kind === "begin" ? undefined : fails;
}

function isRequiredWithoutValue({ constraints, default: value, generated }: ColumnDefinition) {
	const hasValue = value && !(value.kind === "literal" && value.type === "null");
	return !hasValue && !generated && constraints.some(({ type }) => type === "notNull");
}

/** What the server says no to, in words; undefined where it does not, or where that is not certain. */
function refusal(operation: Operation, context: OperationContext) {
	const { part, statement, transaction } = context;
	// An IF or an exception handler of the body or the program may know.
	if (part.reached?.conditional || statement.sides) return undefined;
	const { fails } = context.effectOf(operation);
	if (context.dialect === "sqlite") return refusalOfSqlite(operation, context);
	if (context.dialect !== "postgres") return refusalOfMysql(operation, context);
	// Foreign keys between types that do not compare: no-foreign-key-type-mismatch tells both types.
	const isTypeMismatch = fails?.code === "42804" && makers.has(operation.kind);
	// What a version does not know is 42601 too, and the version may be a guess.
	const isCertain =
		certain.test(fails?.code ?? "") || (fails?.code === "42601" && changers.has(operation.kind));
	if (fails) return isCertain && !isTypeMismatch ? fails : undefined;
	if (operation.kind !== "lockTable" || transaction || part.reached) return undefined;
	return { code: "25P01", reason: "LOCK TABLE is for transactions, and none is open" };
}

export default defineRule({
	id: "no-refused-statement",
	summary: "Disallow statements that the server refuses on this schema.",
	why: `Some statements are good SQL, and yet the server refuses them for what they meet: ALTER COLUMN TYPE of a
column that a view, policy, trigger or generated column uses; CREATE INDEX CONCURRENTLY on a partitioned table,
and a NOT VALID foreign key of one before PostgreSQL 18; DETACH CONCURRENTLY beside a default partition; REFRESH
CONCURRENTLY of a view without a unique index. On an empty development database they fail in the same way, but
often nobody has run them against the whole schema before the deploy stops there.`,
	category: "schema",
	notes: {
		mysql: `The server refuses ALGORITHM=INSTANT or LOCK=NONE where it has to do more; a change of a column that a foreign key, a generated column or a CHECK needs; DROP and TRUNCATE of a table that a foreign key refers to; a default that may differ on a replica.`,
		mariadb: `The server refuses ALGORITHM=INSTANT or LOCK=NONE where it has to do more; a change of a column that a foreign key, a generated column or a CHECK needs; DROP and TRUNCATE of a table that a foreign key refers to; a default that may differ on a replica.`,
		sqlite: `ALTER TABLE adds, drops and renames columns and renames tables; what else there is came late (RENAME COLUMN 3.25, DROP COLUMN
3.35, NOT NULL and CHECK 3.53). ADD COLUMN refuses UNIQUE, PRIMARY KEY, and on a table with rows STORED columns and defaults
that are not constant: such a migration passes on a fresh database. DROP COLUMN is refused while something uses the column, RENAME
while a view reads a table that is not there.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: likeBefore,
	messages: {
		refused:
			"PostgreSQL {version} refuses this statement (SQLSTATE {code}), and the deploy stops here: {reason}.",
		refusedByMysql:
			"{server} refuses this statement ({code}), and the deploy stops here: {reason}.",
		refusedByLite: "SQLite refuses this statement, and the deploy stops here: {reason}.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, status varchar(20));
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status = 'open';`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN status TYPE text;`,
			good: `SET lock_timeout = '2s';
ALTER TABLE orders ALTER COLUMN id SET STATISTICS 1000;`,
		},
		{
			before: `CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');`,
			bad: "CREATE INDEX CONCURRENTLY events_id ON events (id);",
			good: `SET lock_timeout = '2s';
CREATE INDEX events_id ON ONLY events (id);
CREATE INDEX CONCURRENTLY events_2026_id ON events_2026 (id);
ALTER INDEX events_id ATTACH PARTITION events_2026_id;`,
		},
		{
			before: `CREATE TABLE logs (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE logs_2020 PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;`,
			bad: "ALTER TABLE logs DETACH PARTITION logs_2020 CONCURRENTLY;",
			good: `SET lock_timeout = '2s';
ALTER TABLE logs DETACH PARTITION logs_2020;`,
		},
		{
			dialect: "sqlite",
			before: `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);`,
			bad: `ALTER TABLE users ADD COLUMN created_at TEXT DEFAULT CURRENT_TIMESTAMP;`,
			good: `ALTER TABLE users ADD COLUMN created_at TEXT;
CREATE UNIQUE INDEX users_email ON users (email);`,
		},
		{
			dialect: "mysql",
			before: `CREATE TABLE customers (id bigint NOT NULL PRIMARY KEY, name varchar(40));
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, customer_id bigint, FOREIGN KEY (customer_id) REFERENCES customers (id));`,
			bad: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE orders MODIFY customer_id int;`,
			good: `SET SESSION lock_wait_timeout = 5;
ALTER TABLE customers ADD COLUMN note varchar(40);`,
		},
	],
	on: {
		anyOperation(operation, context) {
			const found = refusal(operation, context);
			if (!found) return;
			if (context.dialect === "sqlite") {
				context.report({
					message: "refusedByLite",
					at: operation,
					data: { reason: found.reason },
					help: adviceForSqlite(operation),
					...("table" in operation && { recipe: "rebuild-table" }),
				});
				return;
			}
			if (context.dialect !== "postgres") {
				const { code, reason } = found;
				context.report({
					message: "refusedByMysql",
					at: operation,
					once: `${context.migration.id} ${context.part.range.start}`,
					data: { server: context.dialect === "mysql" ? "MySQL" : "MariaDB", code, reason },
					help: adviceForMysql(operation, code),
				});
				return;
			}
			context.report({
				message: "refused",
				at: operation,
				data: { version: context.version, code: found.code, reason: found.reason },
				...adviceFor(operation, context),
			});
		},
	},
});

import { contractObject, defineRule, missingEvidence, reportRebuild, walkExpressions } from "#core";
import type { ConstraintDefinition, OperationContext, QualifiedName } from "#core";
import { restrictionsOf, wasUnique } from "../src/catalog/stricter.ts";

function columnsOf(constraint: ConstraintDefinition): readonly string[] {
	switch (constraint.type) {
		case "check": {
			const columns = new Set<string>();
			walkExpressions([constraint.expression], (part) => {
				if (part.kind === "column") columns.add(part.path.at(-1) ?? "");
			});
			return [...columns];
		}
		case "exclude":
			return [];
		default:
			return constraint.columns;
	}
}

const errors: Readonly<Record<ConstraintDefinition["type"], string>> = {
	notNull: "leave it empty fail with 23502",
	primaryKey: "leave it empty or repeat a value fail",
	check: "break the CHECK fail with 23514",
	unique: "repeat a value fail with 23505",
	foreignKey: "point to a missing row fail with 23503",
	exclude: "overlap fail with 23P01",
};

function judge(
	at: Parameters<OperationContext["effectOf"]>[0],
	name: QualifiedName,
	columns: readonly string[],
	type: ConstraintDefinition["type"],
	context: OperationContext<"refuses">,
): void {
	const { catalog } = context;
	const table = catalog.table(name);
	if (!table || context.isNew(table)) return;
	const known = table.columns.filter((column) => columns.includes(column.name));
	// What this release adds the code before it does not write.
	if (known.some(({ origin }) => context.madeHere(origin))) return;
	if (type === "notNull" && known.every(({ notNull }) => notNull)) return;
	if (type === "unique" && wasUnique(table, columns)) return;
	const key = catalog.resolve(table);
	const [column] = columns;
	const object = contractObject(catalog, key, columns.length === 1 ? column : undefined);
	if (missingEvidence(context, object) === undefined) return;
	context.report({
		message: "refuses",
		at,
		table,
		data: {
			object: object.shown,
			error: context.dialect === "postgres" ? errors[type] : errors[type].replace(/ with \w+$/, ""),
		},
		once: `${key} ${columns.join(" ")} ${context.migration.release}`,
		help: `Deploy code that keeps to it first. Where that is done: -- lockkeeper:contract ${object.shown} since=<revision>`,
	});
}

export default defineRule({
	id: "no-new-restriction",
	summary: "Disallow a new constraint that writes of released code may break.",
	why: `A constraint refuses new rows from the moment it exists, NOT VALID or not. While a release is rolled out, and for
as long as it may be rolled back, the code before it still runs: it knows nothing of the constraint, and what it
writes against it fails with 23502, 23503, 23505 or 23514. Code that keeps to the rule belongs in an earlier release,
which a contract directive names.`,
	category: "compatibility",
	notes: {
		mysql: `The errors are 1048 (NULL), 1062 (duplicate), 1452 (foreign key) and 3819 (CHECK).`,
		mariadb: `The errors are 1048 (NULL), 1062 (duplicate), 1452 (foreign key) and 4025 (CHECK).`,
		sqlite: `The errors are "NOT NULL constraint failed", "UNIQUE constraint failed" and the like.`,
	},
	dialects: ["postgres", "mysql", "mariadb", "sqlite"],
	severity: "info",
	preset: "strict",
	aliases: {},
	help: "First release code that keeps to the constraint, then add it in a later release.",
	messages: {
		refuses: "Writes of running code to {object} that {error} from now on.",
	},
	examples: [
		{
			before: `CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE INDEX orders_total_idx ON orders (total);`,
			bad: `SET lock_timeout = '2s';
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;`,
			good: `SET lock_timeout = '2s';
-- lockkeeper:contract orders.total since=0001_create
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const draft = { message: "refuses", data: { object: "", error: "" } } as const;
			reportRebuild(operation, context, draft, ({ copy, table, key }) => {
				for (const { type, columns, mended } of restrictionsOf(copy, table)) {
					const [column] = columns;
					const object = contractObject(
						context.catalog,
						key,
						columns.length === 1 ? column : undefined,
					);
					// What rows that are there may break is told by a rule of its own.
					if (!mended || type === "strict" || missingEvidence(context, object) === undefined)
						continue;
					const error = errors[type].replace(/ with \w+$/, "");
					return { message: "refuses", data: { object: object.shown, error } };
				}
				return undefined;
			});
		},
		setNotNull(operation, context) {
			judge(operation, operation.table, [operation.column], "notNull", context);
		},
		addConstraint(operation, context) {
			const { constraint } = operation;
			if (!constraint.enforced || ("usingIndex" in constraint && constraint.usingIndex)) return;
			const columns = columnsOf(constraint);
			if (columns.length === 0) return;
			const isProof =
				constraint.type === "check" &&
				constraint.expression.kind === "isNull" &&
				constraint.expression.negated;
			judge(operation, operation.table, columns, isProof ? "notNull" : constraint.type, context);
		},
		createIndex(operation, context) {
			if (!operation.unique) return;
			const columns = operation.elements.flatMap(({ expression }) =>
				expression.kind === "column" ? expression.path.slice(-1) : [],
			);
			if (columns.length === operation.elements.length) {
				judge(operation, operation.table, columns, "unique", context);
			}
		},
	},
});

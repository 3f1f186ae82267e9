import { historyIsWhole } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/expression.ts";
import { mergeKeys } from "../../../catalog/merged-keys.ts";
import type { TypeName } from "../../../core/expression.ts";
import type { ColumnDefinition, OperationOf } from "../../../core/operation.ts";
import { domainOf, isConstrained, typeLabel } from "../type-change.ts";
import { isBuiltIn, unknownFunctionsIn, volatilityOf } from "../volatility.ts";
import { refuseRowTypeUse } from "./alter-type.ts";
import { because, hasFile, lock, refuse, rewrite, scan, type Draft } from "./draft.ts";
import { addForeignKey } from "./foreign-key.ts";
import { addUniqueness, refusePrimaryKey } from "./index-constraint.ts";
import {
	columnOf,
	descendantsOf,
	isNullConstant,
	treeOf,
	type Scene,
	type Target,
} from "./scene.ts";
import { lockSequencesOf } from "./sequence.ts";
import { has, refuseBefore, since } from "./versions.ts";

type AddColumn = OperationOf<"addColumn">;

const serialTypes: ReadonlySet<string> = new Set([
	"serial",
	"bigserial",
	"smallserial",
	"serial2",
	"serial4",
	"serial8",
]);

/**
 * ADD COLUMN: always ACCESS EXCLUSIVE on the table and what inherits from it. Rows are written anew when
 * each gets its own value. Source: ATExecAddColumn in src/backend/commands/tablecmds.c.
 */
export function addColumn(operation: AddColumn, target: Target, scene: Scene, draft: Draft): void {
	const { column, ifNotExists, only } = operation;
	const tree = treeOf(scene, target, only);
	const [first] = tree;
	refuseByKind(target, draft);
	if (first && columnOf(target.table, column.name) && !isDropped(column.name, scene)) {
		lock(draft, first.key, "AccessExclusiveLock");
		if (ifNotExists)
			because(draft, `column ${column.name} is there already: only the lock is taken`);
		else refuse(draft, "42701", `column ${column.name} exists already`);
		return;
	}
	if (only && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the column must be added to the child tables too");
	}
	refuseByVersion(column, scene, draft);
	refuseSecondKey(column, target, scene, draft);
	refuseIdentityBelow(column, target, scene, draft);
	refuseEnumDefault(column, scene, draft);
	for (const { key } of tree) lock(draft, key, "AccessExclusiveLock");
	const filled = rewriteReason(column, scene, draft);
	for (const storage of tree) {
		if (filled !== undefined) rewrite(draft, storage);
		if (filled === undefined && needsVerification(column, scene)) scan(draft, storage);
	}
	if (filled !== undefined) because(draft, filled);
	if (target.table && (filled !== undefined || defaultOf(column, scene))) {
		refuseRowTypeUse(target.table, scene, draft);
	}
	if (filled !== undefined && column.default) lockSequencesOf(column.default, scene, draft);
	explain(column, draft);
	if (isUnfilled(column, scene) && tree.some((storage) => hasFile(storage) && !storage.empty)) {
		refuse(draft, "23502", `the rows that are there have no value for ${column.name}`);
	}
	addInlineConstraints(operation, target, scene, draft);
}

/** ALTER TABLE drops before it adds, whatever the order of its actions (ATPrepCmd). */
function isDropped(name: string, scene: Scene): boolean {
	return scene.command.some((action) => action.kind === "dropColumn" && action.column === name);
}

function refuseByKind({ kind, key, table }: Target, draft: Draft): void {
	if (kind === "view" || kind === "materializedView") {
		refuse(draft, "42809", `${key} is a view: its columns are those of its query`);
	}
	if (table?.partitionOf) {
		refuse(draft, "42809", "a partition has the columns of its parent and no others");
	}
}

function refuseSecondKey(
	column: ColumnDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	for (const constraint of column.constraints) {
		if (constraint.type === "primaryKey") refusePrimaryKey(constraint, target, scene, draft);
	}
}

/** Children and, before 17, partitions cannot share the numbers of their parent's identity. */
function refuseIdentityBelow(
	column: ColumnDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (!column.identity || descendantsOf(scene, target.key).length === 0) return;
	if (target.kind === "partitioned" && has(scene.version, "partitionedIdentity")) return;
	refuse(draft, "42P16", "an identity column cannot be added to a table that has children");
}

function refuseEnumDefault(column: ColumnDefinition, scene: Scene, draft: Draft): void {
	const { type, default: value } = column;
	if (!type || type.dimensions > 0 || value?.kind !== "literal" || value.type !== "string") return;
	const known = scene.catalog.type(type);
	if (known?.kind !== "enum" || known.values.some((one) => one.value === value.value)) return;
	refuse(draft, "22P02", `${value.value} is no value of the enum ${known.name}`);
}

function refuseByVersion(column: ColumnDefinition, scene: Scene, draft: Draft): void {
	if (column.generated) refuseBefore("generatedStored", "generated columns", scene, draft);
	if (column.generated?.kind === "virtual")
		refuseBefore("generatedVirtual", "virtual columns", scene, draft);
	if (column.compression !== undefined) refuseBefore("compression", "COMPRESSION", scene, draft);
	if (column.constraints.some(({ enforced }) => !enforced))
		refuseBefore("notEnforced", "NOT ENFORCED", scene, draft);
	if (column.storage !== undefined)
		refuseBefore("columnStorageClause", "STORAGE at a column", scene, draft);
	if (column.default) refuseUnknownFunctions(column, scene, draft);
	if (column.generated) refuseChangingExpression(column, scene, draft);
}

/** gen_random_uuid was pgcrypto's before it was the server's own. */
function refuseUnknownFunctions(column: ColumnDefinition, scene: Scene, draft: Draft): void {
	const { default: value } = column;
	if (value?.kind !== "call" || !isBuiltIn(value.function.name)) return;
	const { name } = value.function;
	const first = functionsSince[name];
	if (first === undefined || scene.version >= first || !historyIsWhole(scene.catalog)) return;
	if (name === "gen_random_uuid" && scene.catalog.extension("pgcrypto")) return;
	refuse(draft, "42883", `PostgreSQL ${scene.version} has no function ${name}`);
}

const functionsSince: Readonly<Record<string, number>> = {
	gen_random_uuid: since.randomUuid,
	random_normal: 16,
	uuidv4: 18,
	uuidv7: 18,
};

function refuseChangingExpression(column: ColumnDefinition, scene: Scene, draft: Draft): void {
	const { generated } = column;
	if (!generated) return;
	const volatility = volatilityOf(generated.expression, scene.catalog);
	if (volatility === "volatile") {
		refuse(draft, "42P17", "the expression of a generated column must be immutable");
	}
}

/** Why the server fills the new column row by row; undefined when no row is touched. */
function rewriteReason(column: ColumnDefinition, scene: Scene, draft: Draft): string | undefined {
	const { type, generated } = column;
	if (generated?.kind === "virtual") return undefined;
	if (generated) return "the generated value of every row is computed and stored";
	if (type && serialTypes.has(type.name)) return `${type.name} gives every row its own number`;
	if (column.identity) return "an identity column gives every row its own number";
	const domain = type && domainOf(type, scene.catalog);
	if (domain && isConstrained(domain, scene.catalog)) {
		return `domain ${domain.name} has constraints, so the value of every row is checked`;
	}
	const value = defaultOf(column, scene);
	if (value === undefined) return undefined;
	if (!has(scene.version, "fastDefault")) {
		draft.better = { version: since.fastDefault, how: "keeps a constant default in the catalog" };
		return "before PostgreSQL 11 a default is written into every row";
	}
	return volatileReason(value, scene, draft);
}

function volatileReason(
	value: NonNullable<ColumnDefinition["default"]>,
	scene: Scene,
	draft: Draft,
): string | undefined {
	switch (volatilityOf(value, scene.catalog)) {
		case "volatile":
			return "the default is volatile, so every row gets its own value";
		case "unknown": {
			draft.assumed = true;
			const names = unknownFunctionsIn(value, scene.catalog).join(", ");
			return `nothing is known about ${names}: it is taken for volatile, so every row gets its own value`;
		}
		default:
			return undefined;
	}
}

/** The default that fills the rows: the column's, else its domain's; DEFAULT NULL is none. */
function defaultOf(column: ColumnDefinition, scene: Scene): ColumnDefinition["default"] {
	if (column.default) return isNullConstant(column.default) ? undefined : column.default;
	return column.type && domainDefault(column.type, scene);
}

function domainDefault(type: TypeName, scene: Scene): ColumnDefinition["default"] {
	const domain = domainOf(type, scene.catalog);
	if (!domain) return undefined;
	return domain.default ?? domainDefault(domain.base, scene);
}

export function isNotNull(column: ColumnDefinition): boolean {
	return column.constraints.some(({ type }) => type === "notNull" || type === "primaryKey");
}

function isUnfilled(column: ColumnDefinition, scene: Scene): boolean {
	if (!isNotNull(column) || column.identity || column.generated) return false;
	if (column.type && serialTypes.has(column.type.name)) return false;
	return defaultOf(column, scene) === undefined;
}

/** Constraints written at the column are checked against every row, default or not. */
function needsVerification(column: ColumnDefinition, scene: Scene): boolean {
	const checked = column.constraints.some(({ type, enforced }) => type === "check" && enforced);
	const computed = column.generated?.kind === "virtual" && isNotNull(column);
	return checked || computed || isUnfilled(column, scene);
}

function explain(column: ColumnDefinition, draft: Draft): void {
	if (column.constraints.some(({ type, enforced }) => type === "check" && enforced)) {
		because(draft, "a CHECK at the column is tested against every row, even if all are the same");
	}
	if (column.type && draft.rewrites.size === 0 && column.default) {
		because(
			draft,
			`the default of ${typeLabel(column.type)} is kept in the catalog: no row is touched`,
		);
	}
}

function addInlineConstraints(
	operation: AddColumn,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { column } = operation;
	for (const constraint of column.constraints) {
		if (constraint.type === "foreignKey") {
			const given = column.default !== undefined || isSerial(column);
			const valued = given && !(column.default && isNullConstant(column.default));
			const reads =
				given ||
				(target.kind === "partitioned" && !has(scene.version, "partitionedReferenceSkips"));
			const check = reads && constraint.enforced ? (valued ? "both" : "referencing") : "none";
			addForeignKey(constraint, target, scene, draft, check, operation.only);
		}
	}
	for (const constraint of mergeKeys(column.constraints)) {
		if (constraint.type === "unique" || constraint.type === "primaryKey") {
			addUniqueness(constraint, target, scene, draft);
		}
	}
}

function isSerial(column: ColumnDefinition): boolean {
	return column.type !== undefined && serialTypes.has(column.type.name);
}

/** The columns that a generated column is computed from. */
export function sourcesOf(column: {
	readonly generated?: ColumnDefinition["generated"];
}): ReadonlySet<string> {
	return column.generated ? columnsIn(column.generated.expression) : new Set();
}

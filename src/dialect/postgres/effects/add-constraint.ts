import { visitExpression } from "../../../catalog/expression.ts";
import type { ConstraintDefinition, OperationOf } from "../../../core/operation.ts";
import { because, lock, refuse, scan, type Draft } from "./draft.ts";
import { addForeignKey } from "./foreign-key.ts";
import { addExclusion, addUniqueness, lockForIndex } from "./index-constraint.ts";
import { refuseColumns } from "./missing-column.ts";
import { isAddedUnfilled, requireNotNull } from "./not-null.ts";
import { constraintOf, descendantsOf, lockTree, treeOf, type Scene, type Target } from "./scene.ts";
import { has, refuseBefore } from "./versions.ts";

/** ALTER TABLE ... ADD CONSTRAINT. */
export function addConstraint(
	operation: OperationOf<"addConstraint">,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { constraint, only } = operation;
	if (!constraint.enforced) refuseBefore("notEnforced", "NOT ENFORCED", scene, draft);
	refuseTwice(constraint, target, scene, draft);
	switch (constraint.type) {
		case "check":
			addCheck(constraint, target, scene, draft, only);
			return;
		case "notNull":
			addNotNull(constraint, target, scene, draft, only);
			return;
		case "foreignKey": {
			const check =
				constraint.notValid || !constraint.enforced
					? "none"
					: isAddedEmpty(constraint.columns, scene)
						? "referencing"
						: "both";
			addForeignKey(constraint, target, scene, draft, check, only);
			return;
		}
		case "unique":
		case "primaryKey":
			lockForIndex(constraint, target, scene, draft);
			addUniqueness(constraint, target, scene, draft);
			return;
		case "exclude":
			addExclusion(constraint, target, scene, draft);
	}
}

/** True when the same command adds one of the columns and nothing fills it: no row refers to anything. */
function isAddedEmpty(columns: readonly string[], scene: Scene): boolean {
	return columns.some((name) => isAddedUnfilled(name, scene));
}

function refuseTwice(
	constraint: ConstraintDefinition,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	const { name } = constraint;
	if (name === undefined || !constraintOf(target.table, name)) return;
	const replaced = scene.command.some(
		(operation) => operation.kind === "dropConstraint" && operation.constraint === name,
	);
	if (!replaced && constraint.type !== "notNull") {
		const isIndex = target.table?.indexes.some((index) => index.name === name);
		if (isIndex && constraint.type !== "check" && constraint.type !== "foreignKey") {
			refuse(draft, "42P07", `relation ${name} exists already`);
		}
		refuse(draft, "42710", `constraint ${name} exists already`);
	}
}

function addCheck(
	constraint: Extract<ConstraintDefinition, { readonly type: "check" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
	only: boolean,
): void {
	const { noInherit, notValid, enforced } = constraint;
	refuseExpression(constraint, target, scene, draft);
	if (noInherit && target.kind === "partitioned") {
		refuse(draft, "42P16", "a constraint of a partitioned table is inherited");
	}
	if (only && !noInherit && descendantsOf(scene, target.key).length > 0) {
		refuse(draft, "42P16", "the constraint must be added to the child tables too");
	}
	for (const storage of treeOf(scene, target, only || noInherit)) {
		lock(draft, storage.key, "AccessExclusiveLock");
		if (!notValid && enforced) scan(draft, storage);
	}
	if (noInherit && has(scene.version, "noInheritLocksChildren")) {
		lockTree(draft, scene, target, "AccessExclusiveLock", only);
	}
	if (!notValid && enforced) because(draft, "every row is tested while reads and writes wait");
}

function refuseExpression(
	{ expression, deferrable }: Extract<ConstraintDefinition, { readonly type: "check" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
): void {
	if (deferrable) refuse(draft, "0A000", "a CHECK cannot be deferred");
	const columns: string[] = [];
	visitExpression(expression, (part) => {
		if (part.kind === "subquery") refuse(draft, "0A000", "a CHECK cannot hold a query");
		if (part.kind !== "column" || part.path.length !== 1) return;
		const [name] = part.path;
		if (name !== undefined && name !== target.table?.name) columns.push(name);
	});
	refuseColumns(columns, target, scene, draft);
}

function addNotNull(
	constraint: Extract<ConstraintDefinition, { readonly type: "notNull" }>,
	target: Target,
	scene: Scene,
	draft: Draft,
	only: boolean,
): void {
	draft.phase = "contract";
	refuseBefore("namedNotNull", "NOT NULL as a table constraint", scene, draft);
	lockTree(draft, scene, target, "AccessExclusiveLock", only || constraint.noInherit);
	const [column] = constraint.columns;
	const present = target.table?.constraints.find(
		(other) => other.type === "notNull" && other.columns[0] === column,
	);
	if (present && constraint.name !== undefined && present.name !== constraint.name) {
		refuse(draft, "55000", `${column} has the not-null constraint ${present.name} already`);
	}
	if (!constraint.notValid) requireNotNull(constraint.columns[0], target, scene, draft, only);
}

import type { ConstraintDefinition, OperationOf } from "../../../core/operation.ts";
import {
	columnNamed,
	columnsOf,
	constraintNamed,
	indexNamed,
	isSameName,
	isSettingOff,
	primaryKeyOf,
	type Target,
} from "./facts.ts";
import { beginsWith, foreignKeysFrom } from "./foreign-keys.ts";
import { dropNamedIndex } from "./indexes.ts";
import { keyProblem } from "./key-length.ts";
import { has, locksParents } from "./server.ts";
import {
	buildIndexes,
	copy,
	done,
	instant,
	metadataInPlace,
	nothing,
	rebuild,
	refused,
	type Step,
} from "./step.ts";

type Definition<Type> = Extract<ConstraintDefinition, { readonly type: Type }>;

/** Where a constraint is written: as a clause of its own, at a new column, at a changed one. */
export type Place = "clause" | "column" | "redefined";

/**
 * ADD CONSTRAINT, and constraints written at a column.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Primary Key Operations, Foreign Key Operations), 15.1.20.6 CHECK
 * Constraints; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function constraintStep(
	constraint: ConstraintDefinition,
	target: Target,
	place: Place,
): Step {
	switch (constraint.type) {
		case "check":
			return checkStep(constraint, target, place);
		case "foreignKey":
			return foreignKeyStep(constraint, target);
		case "primaryKey":
			return primaryKeyStep(constraint, target, place);
		case "unique":
			return uniqueStep(constraint, target);
		default:
			return nothing;
	}
}

function checkStep({ enforced }: Definition<"check">, target: Target, place: Place): Step {
	const { server } = target.scene;
	if (!has(server, "checks")) return instant("before MySQL 8.0.16 a CHECK is read and forgotten");
	if (!enforced && server.flavor === "mariadb") {
		return refused(1064, "MariaDB has no NOT ENFORCED");
	}
	if (!enforced) return instant("a CHECK that is not enforced tests nothing");
	// MariaDB does not test the rows that are there when the CHECK stands at a column.
	if (server.flavor === "mariadb" && place !== "clause") {
		return instant("MariaDB does not test the rows that are there");
	}
	return { ...copy("every row is copied to test it"), phase: "contract" };
}

function foreignKeyStep(constraint: Definition<"foreignKey">, target: Target): Step {
	const { scene } = target;
	const { server } = scene;
	if (constraint.inline === true && !has(server, "columnReferences")) {
		return instant("before MySQL 9.0 REFERENCES at a column is read and forgotten");
	}
	const others = locksParents(server) ? [scene.catalog.resolve(constraint.references)] : [];
	const common = { phase: "contract", others } as const;
	if (!isSettingOff(scene, "foreign_key_checks")) {
		return {
			...copy("with foreign_key_checks on every row is copied to test the foreign key"),
			...common,
		};
	}
	const unchecked = "with foreign_key_checks off the rows that are there are never tested";
	if (hasIndexFor(constraint.columns, target)) {
		return { ...metadataInPlace(server, unchecked), ...common };
	}
	const name = constraint.name ?? constraint.columns[0] ?? "";
	return {
		...buildIndexes(server, "none", [name], unchecked, "an index over its columns is built for it"),
		...common,
	};
}

/** True when an index stands, or comes with the same statement, that begins with the columns. */
function hasIndexFor(columns: readonly string[], target: Target): boolean {
	const standing = (target.table?.indexes ?? []).map(columnsOf);
	const coming = target.scene.command.flatMap((operation): readonly (readonly string[])[] => {
		if (operation.kind === "createIndex") {
			const names = operation.elements.flatMap(({ expression }) =>
				expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
			);
			return [names];
		}
		if (operation.kind !== "addConstraint") return [];
		const { constraint } = operation;
		return constraint.type === "unique" || constraint.type === "primaryKey"
			? [constraint.columns]
			: [];
	});
	return [...standing, ...coming].some((index) => beginsWith(index, columns));
}

/** Columns that come with the same statement are of its command; of those that are not known nothing is said. */
function lengthProblem(
	{ columns, type }: Definition<"unique" | "primaryKey">,
	target: Target,
): Step | undefined {
	const coming = target.scene.command.flatMap((other) =>
		other.kind === "addColumn" || other.kind === "redefineColumn"
			? [other.kind === "addColumn" ? other.column : other.definition]
			: [],
	);
	const parts = columns.map((name) => ({
		column: coming.find((other) => isSameName(other.name, name)) ?? columnNamed(target, name),
	}));
	const problem = keyProblem(parts, type === "unique" ? "unique" : "primary", target);
	return problem && refused(problem.code, problem.reason);
}

function primaryKeyStep(
	constraint: Definition<"unique" | "primaryKey">,
	target: Target,
	place: Place,
): Step {
	const drops = target.scene.command.some(
		(operation) => operation.kind === "dropConstraint" && isPrimary(operation),
	);
	if (!drops && primaryKeyOf(target))
		return refused(1068, `${target.name} has a primary key already`);
	// A clause may give its texts a length, which the constraint does not keep.
	const tooLong = place === "clause" ? undefined : lengthProblem(constraint, target);
	if (tooLong) return tooLong;
	return {
		...rebuild("none", "the rows are kept in the order of the primary key: all are written anew"),
		primaryKey: "added",
		phase: "contract",
	};
}

/** UNIQUE over whole TEXT or BLOB columns is kept by a hidden hash column in MariaDB. */
function uniqueStep(constraint: Definition<"unique" | "primaryKey">, target: Target): Step {
	const { name, columns } = constraint;
	const { server } = target.scene;
	const index = name ?? columns[0] ?? "";
	if (name !== undefined && indexNamed(target, name)) {
		return refused(1061, `${target.name} has an index ${name} already`);
	}
	const tooLong = lengthProblem(constraint, target);
	if (tooLong) return tooLong;
	const isLong = columns.some((column) =>
		/(?:text|blob)$/i.test(columnNamed(target, column)?.type?.name ?? ""),
	);
	const contract = { phase: "contract" } as const;
	if (isLong && server.flavor === "mariadb") {
		return {
			...copy("a unique index over whole texts needs a hidden column in every row"),
			...contract,
		};
	}
	return { ...buildIndexes(server, "none", [index]), ...contract };
}

function isPrimary({ constraint, type }: OperationOf<"dropConstraint">): boolean {
	return type === "primaryKey" || constraint.toUpperCase() === "PRIMARY";
}

/** DROP PRIMARY KEY, FOREIGN KEY, CHECK and CONSTRAINT. */
export function dropConstraint(operation: OperationOf<"dropConstraint">, target: Target): Step {
	if (isPrimary(operation)) return dropPrimaryKey(target);
	const { server } = target.scene;
	const { constraint: name, ifExists, type } = operation;
	const constraint = constraintNamed(target, name);
	if (!constraint && target.table?.complete === true) {
		if (type === undefined && indexNamed(target, name))
			return dropNamedIndex(name, ifExists, target);
		if (ifExists) return done;
		const code = server.flavor === "mysql" && type !== "foreignKey" ? 3940 : 1091;
		return refused(code, `${target.name} has no constraint ${name}`);
	}
	if (constraint?.type === "unique") return dropNamedIndex(name, ifExists, target);
	const contract = { phase: "contract" } as const;
	const isForeign = constraint ? constraint.type === "foreignKey" : type === "foreignKey";
	if (isForeign)
		return { ...metadataInPlace(server), ...contract, others: parentsOf(name, target) };
	return { ...instant(), ...contract };
}

function parentsOf(name: string, target: Target): readonly string[] {
	if (!locksParents(target.scene.server)) return [];
	return foreignKeysFrom(target)
		.filter((constraint) => constraint.name === name)
		.map(({ references }) => target.scene.catalog.resolve(references));
}

/** Rows without a primary key of their own are kept in another order: copied, unless a new one comes along. */
function dropPrimaryKey(target: Target): Step {
	if (target.table?.complete === true && !primaryKeyOf(target)) {
		return refused(1091, `${target.name} has no primary key`);
	}
	const contract = { phase: "contract", primaryKey: "dropped" } as const;
	const comes = target.scene.command.some(
		(operation) =>
			(operation.kind === "addConstraint" && operation.constraint.type === "primaryKey") ||
			(operation.kind === "addColumn" &&
				operation.column.constraints.some(({ type }) => type === "primaryKey")),
	);
	if (comes)
		return {
			...rebuild("none", "all rows are written anew in the order of the new key"),
			...contract,
		};
	return {
		...copy("without a primary key the rows are kept in another order, so every row is copied"),
		...contract,
	};
}

/** ALTER CHECK ... [NOT] ENFORCED of MySQL. */
export function alterConstraint({ enforced, constraint }: OperationOf<"alterConstraint">): Step {
	if (enforced !== true) return instant();
	return { ...copy(`every row is copied to test ${constraint}`), phase: "contract" };
}

import type { Expression } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import {
	columnNamed,
	columnsOf,
	indexNamed,
	isFulltext,
	isSameName,
	type Target,
} from "./facts.ts";
import { keyProblem } from "./key-length.ts";
import { beginsWith, foreignKeysFrom, foreignKeysTo, referencedColumns } from "./foreign-keys.ts";
import {
	buildIndexes,
	copy,
	done,
	metadata,
	metadataInPlace,
	nothing,
	rebuild,
	refused,
	type Step,
} from "./step.ts";

type CreateIndex = OperationOf<"createIndex">;

/**
 * CREATE INDEX and ADD INDEX.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Index Operations); MariaDB Knowledge Base, InnoDB Online DDL Operations
 * with the NOCOPY Alter Algorithm; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function createIndex(operation: CreateIndex, target: Target): Step {
	const { server, command } = target.scene;
	const name = nameOf(operation);
	const standing = indexNamed(target, name);
	const replaced = command.some(
		(other) => other.kind === "dropIndex" && isSameName(other.index.name, name),
	);
	if (standing && !replaced && operation.index !== undefined) {
		if (operation.ifNotExists) return done;
		return refused(1061, `${target.name} has an index ${name} already`);
	}
	if (standing && replaced && isAlike(operation, standing)) {
		// MySQL changes USING BTREE and HASH so: InnoDB builds trees for both.
		return metadata(
			server,
			"instant",
			"the index stays as it is, only its name for the kind changes",
		);
	}
	if (isFulltext(operation)) return fulltextStep(operation, name, target);
	if (operation.method.toLowerCase() === "spatial") {
		return buildIndexes(server, "shared", [name], "writes wait while a spatial index is built");
	}
	const parts = operation.elements.map(({ expression, prefixLength }) => ({
		column: columnBeside(expression, target),
		...(prefixLength !== undefined && { prefixLength }),
	}));
	const problem = keyProblem(parts, operation.unique ? "unique" : "plain", target);
	if (problem) return refused(problem.code, problem.reason);
	if (operation.elements.some(({ expression }) => expression.kind !== "column")) {
		return buildIndexes(
			server,
			"shared",
			[name],
			"writes wait while an index over an expression is built",
		);
	}
	if (isLongUnique(operation, target)) {
		return copy("a unique index over whole texts needs a hidden column in every row");
	}
	const step = buildIndexes(server, coversNewVirtual(operation, target) ? "shared" : "none", [
		name,
	]);
	return operation.unique ? { ...step, phase: "contract" } : step;
}

/** A column of the table, or one that the same statement adds or defines anew. */
function columnBeside(expression: Expression, target: Target) {
	const name = expression.kind === "column" ? expression.path.at(-1) : undefined;
	if (name === undefined) return undefined;
	for (const other of target.scene.command) {
		if (other.kind === "addColumn" && isSameName(other.column.name, name)) return other.column;
		if (other.kind === "redefineColumn" && isSameName(other.column, name)) return other.definition;
	}
	return columnNamed(target, name);
}

function nameOf({ index, elements }: CreateIndex): string {
	if (index !== undefined) return index.name;
	const first = elements[0]?.expression;
	return (first?.kind === "column" ? first.path.at(-1) : undefined) ?? "functional_index";
}

type Standing = NonNullable<ReturnType<typeof indexNamed>>;

/** True when the dropped index and the new one hold the same. */
function isAlike(operation: CreateIndex, standing: Standing): boolean {
	if (operation.unique !== standing.unique) return false;
	if (isFulltext(operation) || isFulltext(standing)) return false;
	const shape = (elements: CreateIndex["elements"]): string =>
		JSON.stringify(
			elements.map(({ expression, descending, prefixLength }) => [
				expression.kind === "column" ? expression.path.at(-1) : expression,
				descending,
				prefixLength,
			]),
		);
	return shape(operation.elements) === shape(standing.elements);
}

function fulltextStep(operation: CreateIndex, name: string, target: Target): Step {
	const { server, command } = target.scene;
	const others = command.filter((other) => other.kind === "createIndex" && isFulltext(other));
	if (server.flavor === "mysql" && others.length > 1) {
		return copy("MySQL builds one FULLTEXT index in place, several by a copy of the table");
	}
	const has = (target.table?.indexes ?? []).some(isFulltext);
	const hasId = columnNamed(target, "FTS_DOC_ID") !== undefined;
	if (has || hasId || others[0] !== operation) {
		return buildIndexes(server, "shared", [name], "writes wait while a FULLTEXT index is built");
	}
	return rebuild(
		"shared",
		"the first FULLTEXT index of a table adds a hidden column, so all rows are written anew",
	);
}

function isLongUnique({ unique, elements }: CreateIndex, target: Target): boolean {
	if (!unique || target.scene.server.flavor !== "mariadb") return false;
	return elements.some(({ expression, prefixLength }) => {
		if (expression.kind !== "column" || prefixLength !== undefined) return false;
		const column = columnNamed(target, expression.path.at(-1) ?? "");
		return /(?:text|blob)$/i.test(column?.type?.name ?? "");
	});
}

/** The values of a virtual column that comes with the same statement are computed while writes wait. */
function coversNewVirtual({ elements }: CreateIndex, { scene }: Target): boolean {
	return scene.command.some(
		(other) =>
			other.kind === "addColumn" &&
			other.column.generated?.kind === "virtual" &&
			elements.some(
				({ expression }) =>
					expression.kind === "column" &&
					isSameName(expression.path.at(-1) ?? "", other.column.name),
			),
	);
}

export function dropIndex({ index, ifExists }: OperationOf<"dropIndex">, target: Target): Step {
	return dropNamedIndex(index.name, ifExists, target);
}

/** DROP INDEX: its pages are given back, no row is touched. */
export function dropNamedIndex(name: string, ifExists: boolean, target: Target): Step {
	const { server, command } = target.scene;
	const index = indexNamed(target, name);
	if (!index && target.table?.complete === true) {
		return ifExists ? done : refused(1091, `${target.name} has no index ${name}`);
	}
	const needs = index && keyThatNeeds(index, target);
	if (needs !== undefined) return refused(1553, `the foreign key ${needs} needs the index ${name}`);
	const dropped: Step = {
		...(server.flavor === "mariadb"
			? { ...nothing, algorithm: "nocopy" as const }
			: metadataInPlace(server)),
		dropsIndex: true,
		phase: "contract",
	};
	const comesBack = command.some(
		(other) =>
			other.kind === "createIndex" &&
			index !== undefined &&
			other.index !== undefined &&
			isSameName(other.index.name, name) &&
			isAlike(other, index),
	);
	return comesBack ? metadata(server) : dropped;
}

/** The foreign key, from here or to here, that no other index serves. */
function keyThatNeeds(index: Standing, target: Target): string | undefined {
	const { command } = target.scene;
	const goes = new Set(
		command.flatMap((other) => (other.kind === "dropConstraint" ? [other.constraint] : [])),
	);
	const coming = command.flatMap((other) =>
		other.kind === "createIndex"
			? [
					other.elements.flatMap(({ expression }) =>
						expression.kind === "column" ? (expression.path.at(-1) ?? []) : [],
					),
				]
			: [],
	);
	const rest = (target.table?.indexes ?? []).filter((other) => other !== index).map(columnsOf);
	const others = [...rest, ...coming];
	const served = columnsOf(index);
	const own = foreignKeysFrom(target)
		.filter(({ name }) => !goes.has(name))
		.map(({ name, columns }) => ({ name, columns }));
	const referring = foreignKeysTo(target).map(({ constraint }) => ({
		name: constraint.name,
		columns: referencedColumns(constraint, target),
	}));
	return [...own, ...referring].find(
		({ columns }) =>
			beginsWith(served, columns) && !others.some((other) => beginsWith(other, columns)),
	)?.name;
}

export function renameIndex({ index, to }: OperationOf<"renameIndex">, target: Target): Step {
	const { server } = target.scene;
	if (target.table?.complete === true && !indexNamed(target, index.name)) {
		return refused(1176, `${target.name} has no index ${index.name}`);
	}
	if (indexNamed(target, to)) return refused(1061, `${target.name} has an index ${to} already`);
	return metadataInPlace(server);
}

/** ALTER INDEX ... VISIBLE, INVISIBLE, and IGNORED of MariaDB. */
export function setIndexParameters(
	{ index, parameters }: OperationOf<"setIndexParameters">,
	target: Target,
): Step {
	const isMysql = target.scene.server.flavor === "mysql";
	const foreign = parameters.find(({ name }) => name === (isMysql ? "ignored" : "visible"));
	if (foreign) {
		const why = isMysql
			? "MySQL says INVISIBLE, not IGNORED"
			: "MariaDB says IGNORED, not INVISIBLE";
		return refused(1064, why);
	}
	if (target.table?.complete === true && !indexNamed(target, index.name)) {
		return refused(1176, `${target.name} has no index ${index.name}`);
	}
	return metadataInPlace(target.scene.server);
}

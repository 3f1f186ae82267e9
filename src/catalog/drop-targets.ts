import { showName } from "../core/contract.ts";
import type { Operation } from "../core/operation.ts";
import type { Catalog } from "./catalog.ts";
import type { DropTarget } from "./dependencies.ts";
import type { Key, Origin } from "./model.ts";
import { routineId } from "./routine-id.ts";

/** Returns what the operation names, where dropping it may take other objects along. */
export function droppedTargets(operation: Operation, catalog: Catalog): readonly DropTarget[] {
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

/** An object that a DROP takes along. */
export interface Victim {
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

/** Returns an object in words; undefined for what is no loss of its own. */
export function describeTarget(target: DropTarget, catalog: Catalog): Victim | undefined {
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

/** True when the catalog has the object, or one that has taken its place. */
export function isThere(target: DropTarget, catalog: Catalog): boolean {
	switch (target.kind) {
		case "table":
			return catalog.tableByKey(target.key) !== undefined;
		case "view":
			return catalog.viewByKey(target.key) !== undefined;
		case "routine":
			return catalog.routinesByKey(target.key).length > 0;
		case "constraint":
		case "trigger":
		case "policy":
		case "column":
			return partOf(catalog, target.kind, target.relation, target.name) !== undefined;
		case "default": {
			const columns = catalog.tableByKey(target.relation)?.columns;
			return columns?.find(({ name }) => name === target.name)?.default !== undefined;
		}
		default:
			return false;
	}
}

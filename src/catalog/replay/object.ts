import type { OperationOf } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects, type DropTarget } from "../dependencies.ts";
import type { MutableCatalog, Place } from "../mutable.ts";
import { routineId } from "../routine-id.ts";
import { alteredTable, type Replay } from "./altered.ts";
import { moveRelation, moveType } from "./rename.ts";
import { moveRoutine, routineOf } from "./routine.ts";
import { renamePolicy, renameRule, renameTrigger } from "./trigger.ts";
import { renameDomainConstraint } from "./type.ts";

export const createSchema: Replay<"createSchema"> = (catalog, operation, origin) => {
	if (catalog.schema(operation.schema)) return;
	catalog.putSchema({ schema: "", name: operation.schema, object: "schema", origin });
};

export const dropSchema: Replay<"dropSchema"> = (catalog, operation) => {
	const { schema, cascade } = operation;
	const targets = contentsOf(catalog, schema);
	if (targets.length > 0 && !(cascade && dropObjects(catalog, targets, true))) return;
	catalog.removeSchema(schema);
};

/** Returns everything that lives in a schema. */
function contentsOf(catalog: MutableCatalog, schema: string): readonly DropTarget[] {
	const here = <T extends { readonly schema: string }>(objects: Iterable<T>) =>
		[...objects].filter((object) => object.schema === schema);
	return [
		...here(catalog.tables()).map((table) => ({ kind: "table" as const, key: keyOf(table) })),
		...here(catalog.views()).map((view) => ({ kind: "view" as const, key: keyOf(view) })),
		...here(catalog.sequences()).map((sequence) => ({
			kind: "sequence" as const,
			key: keyOf(sequence),
		})),
		...here(catalog.types()).map((type) => ({ kind: "type" as const, key: keyOf(type) })),
		...here(catalog.allRoutines()).map((routine) => ({
			kind: "routine" as const,
			key: keyOf(routine),
			id: routineId(routine),
		})),
	];
}

export const createExtension: Replay<"createExtension"> = (catalog, operation, origin) => {
	if (catalog.extension(operation.extension)) return;
	const schema = operation.schema ?? catalog.creationSchema;
	catalog.putExtension({ schema, name: operation.extension, object: "extension", origin });
};

export const renameTable: Replay<"renameTable"> = (catalog, operation) => {
	const from = catalog.place(operation.table);
	const schema = operation.toSchema ?? from.schema;
	renameRelation(catalog, from, { schema, name: operation.to }, operation);
};

export const setTableSchema: Replay<"setTableSchema"> = (catalog, operation) => {
	const from = catalog.place(operation.table);
	renameRelation(catalog, from, { ...from, schema: operation.schema }, operation);
};

/** A table that no statement made is a stub under its new name: there it is proved to be. */
function renameRelation(
	catalog: MutableCatalog,
	from: Place,
	to: Place,
	operation: OperationOf<"renameTable" | "setTableSchema">,
): void {
	if (catalog.relationExists(keyOf(from))) {
		moveRelation(catalog, from, to);
		return;
	}
	if (operation.relation !== "table" || catalog.relationExists(keyOf(to))) return;
	const stub = alteredTable(catalog, operation.table, operation.ifTableExists);
	if (!stub) return;
	catalog.putTable(stub);
	moveRelation(catalog, from, to);
}

export const renameObject: Replay<"renameObject"> = (catalog, operation) => {
	const { object, name, to } = operation;
	const table = operation.table && catalog.table(operation.table);
	switch (object) {
		case "trigger":
			if (operation.table) renameTrigger(catalog, operation.table, name.name, to);
			return;
		case "rule":
			renameRule(catalog, table, name.name, to);
			return;
		case "policy":
			renamePolicy(catalog, table, name.name, to);
			return;
		case "domainConstraint":
			renameDomainConstraint(
				catalog,
				operation.table && catalog.type(operation.table),
				name.name,
				to,
			);
			return;
		case "schema":
			renameSchema(catalog, name.name, to);
			return;
		default:
			moveObject(catalog, operation, (place) => ({ ...place, name: to }));
	}
};

export const setObjectSchema: Replay<"setObjectSchema"> = (catalog, operation) => {
	const { object, name, schema } = operation;
	if (object === "extension") {
		const extension = catalog.extension(name.name);
		if (extension) catalog.putExtension({ ...extension, schema });
		return;
	}
	moveObject(catalog, operation, (place) => ({ ...place, schema }));
};

function moveObject(
	catalog: MutableCatalog,
	{ object, name }: OperationOf<"renameObject" | "setObjectSchema">,
	to: (place: Place) => Place,
): void {
	switch (object) {
		case "function":
		case "procedure":
		case "routine":
		case "aggregate": {
			const routine = routineOf(catalog, name);
			if (routine)
				moveRoutine(catalog, routine, to({ schema: routine.schema, name: routine.name }));
			return;
		}
		case "type":
		case "domain": {
			const type = catalog.type(name);
			if (!type) return;
			const place = { schema: type.schema, name: type.name };
			moveType(catalog, place, to(place));
			return;
		}
		case "table":
		case "foreignTable":
		case "view":
		case "materializedView":
		case "sequence":
		case "index": {
			const place = catalog.place(name);
			moveRelation(catalog, place, to(place));
			return;
		}
		default:
	}
}

function renameSchema(catalog: MutableCatalog, from: string, to: string): void {
	const schema = catalog.schema(from);
	if (catalog.schema(to)) return;
	catalog.removeSchema(from);
	catalog.putSchema({ object: "schema", ...schema, schema: "", name: to });
	const relations = [...catalog.tables(), ...catalog.views(), ...catalog.sequences()];
	const move = ({ schema: own, name }: Place, moved: (from: Place, to: Place) => void) => {
		if (own === from) moved({ schema: from, name }, { schema: to, name });
	};
	for (const relation of relations) {
		move(relation, (before, after) => {
			moveRelation(catalog, before, after);
		});
	}
	for (const type of [...catalog.types()]) {
		move(type, (before, after) => {
			moveType(catalog, before, after);
		});
	}
	for (const routine of [...catalog.allRoutines()]) {
		move(routine, (_before, after) => {
			moveRoutine(catalog, routineOf(catalog, routine), after);
		});
	}
}

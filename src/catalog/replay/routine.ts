import type { OperationOf, RoutineReference } from "../../core/operation.ts";
import { keyOf } from "../catalog.ts";
import { dropObjects, mapTriggers, type DropTarget } from "../dependencies.ts";
import type { Routine } from "../model.ts";
import type { MutableCatalog } from "../mutable.ts";
import { qualifyType } from "../qualify.ts";
import { routineId, signatureOf } from "../routine-id.ts";
import { functionUse } from "../uses.ts";
import type { Replay } from "./altered.ts";

export const createFunction: Replay<"createFunction"> = (catalog, operation, origin) => {
	const place = catalog.newPlace(operation.function);
	const key = keyOf(place);
	const overloads = catalog.routinesByKey(key);
	const { routine, argumentNames, defaults, language, volatility, securityDefiner } = operation;
	const made: Routine = {
		...place,
		origin,
		routine,
		argumentTypes: operation.argumentTypes.map((type) => qualifyType(catalog, type)),
		argumentNames,
		defaults,
		...(operation.returns && { returns: qualifyType(catalog, operation.returns) }),
		language,
		volatility,
		securityDefiner,
		settings: new Map(operation.settings.map(({ name, value }) => [name, value])),
		body: operation.body,
	};
	const id = routineId(made);
	const existing = overloads.find((overload) => routineId(overload) === id);
	if (!existing) {
		catalog.putRoutines(key, [...overloads, made]);
		return;
	}
	if (!operation.orReplace || existing.routine !== routine) return;
	const { origin: _origin, ...rest } = made;
	const replaced = existing.origin ? { ...rest, origin: existing.origin } : rest;
	catalog.putRoutines(
		key,
		overloads.map((overload) => (overload === existing ? replaced : overload)),
	);
};

/** Returns the overload that a reference names: by its argument types, or the only one. */
export function routineOf(
	catalog: MutableCatalog,
	reference: RoutineReference,
): Routine | undefined {
	const overloads = catalog.routines(reference);
	if (!reference.argumentTypes) return overloads.length === 1 ? overloads[0] : undefined;
	const id = signatureOf(reference.argumentTypes.map((type) => qualifyType(catalog, type)));
	return overloads.find((overload) => routineId(overload) === id);
}

function replaceRoutine(catalog: MutableCatalog, before: Routine, after: Routine): void {
	const key = keyOf(before);
	const overloads = catalog.routinesByKey(key);
	catalog.putRoutines(
		key,
		overloads.map((overload) => (overload === before ? after : overload)),
	);
}

export const alterFunction: Replay<"alterFunction"> = (catalog, operation) => {
	const routine = routineOf(catalog, operation.function);
	if (!routine) return;
	const { volatility, securityDefiner } = operation;
	const settings = new Map(routine.settings);
	for (const { name, value } of operation.settings) settings.set(name, value);
	replaceRoutine(catalog, routine, {
		...routine,
		settings,
		...(volatility && { volatility }),
		...(securityDefiner !== undefined && { securityDefiner }),
	});
};

/** Returns what DROP FUNCTION takes away. */
export function routineTarget(
	catalog: MutableCatalog,
	reference: RoutineReference,
): DropTarget | undefined {
	const routine = routineOf(catalog, reference);
	return routine && { kind: "routine", key: keyOf(routine), id: routineId(routine) };
}

export function dropFunction(
	catalog: MutableCatalog,
	operation: OperationOf<"dropFunction">,
	alsoDropped: readonly DropTarget[],
): void {
	const target = routineTarget(catalog, operation.function);
	if (target) dropObjects(catalog, [target], operation.cascade, alsoDropped);
}

/** Gives a routine another name or schema; triggers that run it follow. */
export function moveRoutine(
	catalog: MutableCatalog,
	routine: Routine | undefined,
	to: { readonly schema: string; readonly name: string },
): void {
	if (!routine) return;
	const id = routineId(routine);
	const there = catalog.routinesByKey(keyOf(to));
	if (there.some((overload) => routineId(overload) === id)) return;
	const key = keyOf(routine);
	const rest = catalog.routinesByKey(key).filter((overload) => overload !== routine);
	catalog.putRoutines(key, rest);
	catalog.putRoutines(keyOf(to), [...there, { ...routine, ...to }]);
	if (id !== "") return;
	const { tables, views } = catalog.usersOf(functionUse(routine.name));
	for (const relation of [...tables, ...views]) {
		mapTriggers(catalog, keyOf(relation), (trigger) =>
			trigger.function.name === routine.name && trigger.function.schema === routine.schema
				? [{ ...trigger, function: { ...trigger.function, ...to } }]
				: [trigger],
		);
	}
}

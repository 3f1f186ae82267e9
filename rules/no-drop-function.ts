import { codeObject, contractObject, defineRule, historyIsWhole, missingEvidence } from "#core";
import type { Catalog, OperationOf, Routine, TypeName } from "#core";

function sameTypes(one: readonly TypeName[], other: readonly TypeName[]): boolean {
	return one.every(
		(type, at) => type.name === other[at]?.name && type.dimensions === other[at].dimensions,
	);
}

/** The routine that the statement drops: the only one of its name when it writes no arguments. */
function dropped(operation: OperationOf<"dropFunction">, catalog: Catalog): Routine | undefined {
	const { argumentTypes } = operation.function;
	return catalog
		.routines(operation.function)
		.find(
			(routine) =>
				!argumentTypes ||
				(argumentTypes.length === routine.argumentTypes.length &&
					sameTypes(argumentTypes, routine.argumentTypes)),
		);
}

/** True when calls written for the arguments also reach the routine: more arguments need defaults. */
function accepts(routine: Routine, calledWith: readonly TypeName[]): boolean {
	const required = routine.argumentTypes.length - routine.defaults;
	return (
		calledWith.length >= required &&
		calledWith.length <= routine.argumentTypes.length &&
		sameTypes(calledWith, routine.argumentTypes)
	);
}

/** True when IF EXISTS finds nothing: a history that makes functions would know it. */
function isAbsent(operation: OperationOf<"dropFunction">, catalog: Catalog): boolean {
	if (!operation.ifExists) return false;
	for (const routine of catalog.allRoutines()) if (routine.origin) return true;
	return historyIsWhole(catalog);
}

function isTriggerFunction(routine: Routine | undefined): boolean {
	return routine?.returns?.name === "trigger" || routine?.returns?.name === "event_trigger";
}

const alike: Readonly<Record<string, string>> = {
	int2: "integer",
	int4: "integer",
	int8: "integer",
	varchar: "text",
	bpchar: "text",
};

/** True for answers that callers read in the same way. */
function areAlike(one: TypeName, other: TypeName): boolean {
	return (
		one.dimensions === other.dimensions &&
		(alike[one.name] ?? one.name) === (alike[other.name] ?? other.name)
	);
}

function showArguments(types: readonly TypeName[]): string {
	return types.map(({ name, dimensions }) => name + "[]".repeat(dimensions)).join(", ");
}

export default defineRule({
	id: "no-drop-function",
	summary:
		"Disallow DROP FUNCTION and changed arguments of a function that released code may call.",
	why: `While a release is rolled out, and for as long as it may be rolled back, the code before it still
runs: every call of the function fails with 42883 once it is gone, and misreads the answer of one that returns
another type. The server looks a function up by
the types of its arguments, so DROP and CREATE with other arguments breaks running callers in the
same way, unless the new ones have defaults. Create the new form beside the old one, and drop the old
one in a later release; a contract directive names the release that stopped calling it.`,
	category: "compatibility",
	notes: {
		mysql: `The errors are 1305 (does not exist) and 1318 (wrong number of arguments). MySQL has no CREATE OR REPLACE for routines: between DROP and CREATE every call fails. MariaDB has it.`,
		mariadb: `The errors are 1305 (does not exist) and 1318 (wrong number of arguments). MySQL has no CREATE OR REPLACE for routines: between DROP and CREATE every call fails. MariaDB has it.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Create the new form beside the old one, and drop the old one in a later release.",
	messages: {
		drops: "Calls of {function} by running code fail once it is dropped.",
		changed:
			"{function}({old}) is replaced by {function}({new}): calls of running code with the old arguments fail.",
		returns:
			"{function} is created again and returns {new} instead of {old}: running code expects the latter.",
	},
	examples: [
		{
			before: `CREATE FUNCTION order_total(order_id bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
			bad: `SET lock_timeout = '2s';
DROP FUNCTION order_total(bigint);`,
			good: `SET lock_timeout = '2s';
BEGIN;
DROP FUNCTION order_total(bigint);
CREATE FUNCTION order_total(id bigint, currency text DEFAULT 'EUR') RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';
COMMIT;`,
		},
		{
			before: `CREATE FUNCTION order_total(order_id bigint) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
			bad: `SET lock_timeout = '2s';
DROP FUNCTION IF EXISTS order_total;
CREATE FUNCTION order_total(order_id uuid) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
			good: `SET lock_timeout = '2s';
CREATE FUNCTION order_total(order_id uuid) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 0.0';`,
		},
	],
	on: {
		dropFunction(operation, context) {
			const { catalog } = context;
			const routine = dropped(operation, catalog);
			if (context.madeHere(routine?.origin) || isTriggerFunction(routine)) return;
			if (!routine && isAbsent(operation, catalog)) return;
			// Migrations of MySQL drop what they are about to make for a moment.
			if (!routine && operation.ifExists && context.dialect !== "postgres") return;
			const { name, schema = routine?.schema ?? catalog.searchPath[0] ?? "public" } =
				operation.function;
			const object = contractObject(catalog, `${schema}.${name}`);
			const code = codeObject("function", `${schema}.${name}`);
			const missing = missingEvidence(context, object, undefined, code);
			if (missing === undefined) return;
			const calledWith = routine?.argumentTypes ?? operation.function.argumentTypes;
			context.report({
				message: "drops",
				data: { function: object.shown },
				at: operation,
				code,
				recipe: "drop-in-later-release",
				help: `Create the new form beside the old one, and release code that calls it. ${missing}`,
				atReleaseEnd(after) {
					const overloads = after.routines({ schema, name });
					const same = overloads.find((other) => !calledWith || accepts(other, calledWith));
					if (same) {
						const [was, is] = [routine?.returns, same.returns];
						if (!was || !is || areAlike(was, is)) return "settled";
						return {
							message: "returns",
							data: { function: object.shown, old: showArguments([was]), new: showArguments([is]) },
							related: context.placeOf(same.origin, "The new form is created here."),
							withoutRecipe: true,
						};
					}
					const replacement = overloads.find(({ origin }) => context.madeHere(origin));
					if (!replacement || !calledWith) return undefined;
					const [old, current] = [calledWith, replacement.argumentTypes].map(showArguments);
					return {
						message: "changed",
						data: { function: object.shown, old: old ?? "", new: current ?? "" },
						related: context.placeOf(replacement.origin, "The new form is created here."),
					};
				},
			});
		},
	},
});

import type {
	AlterFunctionStmt,
	CreateFunctionStmt,
	DefineStmt,
	FunctionParameter,
	Node,
} from "@pgsql/types";
import type { Operation, OperationOf, Parameter } from "../../../core/operation.ts";
import { lowerExpression } from "./expression.ts";
import { itemsOf, lowerName, textOf } from "./name.ts";
import { afterVerb, lowerRoutineReference } from "./object-name.ts";
import { elementsOf, findOption, valueOf } from "./parameter.ts";
import { settingValue } from "./setting.ts";
import type { LowerSource } from "./source.ts";
import { lowerType } from "./type.ts";

/** Where the SQL of a routine or a DO block stands in its parse tree. */
export type RoutineSource =
	| {
			readonly kind: "text";
			readonly language: string;
			/** The body after unescaping: what the language's own parser gets. */
			readonly text: string;
			/** UTF-8 byte offset of the AS clause, or of the body's string in a DO. */
			readonly location: number;
	  }
	| {
			/** BEGIN ATOMIC ... END or RETURN: statements of the same parse tree. */
			readonly kind: "sqlBody";
			readonly statements: readonly Node[];
	  };

/** CREATE and ALTER of functions, procedures and aggregates, DO and CALL. */
export function lowerRoutine(node: Node, source: LowerSource): Operation[] | undefined {
	const range = source.statementRange;
	if ("CreateFunctionStmt" in node) return [createFunction(node.CreateFunctionStmt, source)];
	if ("DefineStmt" in node && node.DefineStmt.kind === "OBJECT_AGGREGATE") {
		return [createAggregate(node.DefineStmt, source)];
	}
	if ("AlterFunctionStmt" in node) return [alterFunction(node.AlterFunctionStmt, source)];
	if ("DoStmt" in node) {
		return [{ kind: "doBlock", range, language: languageOf(node.DoStmt.args) ?? "plpgsql" }];
	}
	if ("CallStmt" in node) {
		const { funccall } = node.CallStmt;
		const call = lowerExpression(funccall && { FuncCall: funccall }, source);
		return [{ kind: "callProcedure", range, call }];
	}
	return undefined;
}

/** The body of a CREATE FUNCTION, CREATE PROCEDURE or DO; undefined for every other statement. */
export function routineSource(node: Node): RoutineSource | undefined {
	if ("DoStmt" in node) return textBody(node.DoStmt.args, "plpgsql");
	if (!("CreateFunctionStmt" in node)) return undefined;
	const { sql_body: body, options } = node.CreateFunctionStmt;
	if (!body) return textBody(options, "sql");
	// BEGIN ATOMIC is a list that holds one list of statements; RETURN is a statement alone.
	return { kind: "sqlBody", statements: itemsOf(body).flatMap((item) => [...itemsOf(item)]) };
}

function textBody(
	options: readonly Node[] | undefined,
	defaultLanguage: string,
): RoutineSource | undefined {
	const body = findOption(options, "as");
	// The second string of a C function is its link symbol.
	const text = textOf(itemsOf(body?.arg)[0]);
	if (!body || text === undefined) return undefined;
	const language = languageOf(options) ?? defaultLanguage;
	return { kind: "text", language, text, location: body.location ?? 0 };
}

function languageOf(options: readonly Node[] | undefined): string | undefined {
	return valueOf(findOption(options, "language")?.arg)?.toLowerCase();
}

type Signature = Pick<
	OperationOf<"createFunction">,
	"argumentTypes" | "argumentNames" | "defaults"
>;

function signatureOf(nodes: readonly Node[], source: LowerSource): Signature {
	const inputs = nodes.flatMap((node) =>
		"FunctionParameter" in node && isInput(node.FunctionParameter) ? node.FunctionParameter : [],
	);
	return {
		argumentTypes: inputs.map((parameter) => lowerType(parameter.argType, source)),
		argumentNames: inputs.map((parameter) => parameter.name),
		defaults: inputs.filter((parameter) => parameter.defexpr).length,
	};
}

function isInput({ mode }: FunctionParameter): boolean {
	return mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE";
}

function createFunction(statement: CreateFunctionStmt, source: LowerSource): Operation {
	const { options } = statement;
	return {
		kind: "createFunction",
		range: source.statementRange,
		function: lowerName(statement.funcname, source, afterVerb(source)),
		routine: statement.is_procedure ? "procedure" : "function",
		orReplace: statement.replace ?? false,
		...signatureOf(statement.parameters ?? [], source),
		...(statement.returnType ? { returns: lowerType(statement.returnType, source) } : {}),
		language: languageOf(options) ?? "sql",
		volatility: volatilityOf(options) ?? "volatile",
		securityDefiner: securityOf(options) ?? false,
		settings: settingsOf(options),
		body: [],
	};
}

function createAggregate(statement: DefineStmt, source: LowerSource): Operation {
	return {
		kind: "createFunction",
		range: source.statementRange,
		function: lowerName(statement.defnames, source, afterVerb(source)),
		routine: "aggregate",
		orReplace: statement.replace ?? false,
		...aggregateSignature(statement, source),
		language: "internal",
		volatility: "immutable",
		securityDefiner: false,
		settings: [],
		body: [],
	};
}

/** The old style has no argument list: its one argument is the option BASETYPE ("ANY" for none). */
function aggregateSignature(statement: DefineStmt, source: LowerSource): Signature {
	if (!statement.oldstyle) return signatureOf(itemsOf(statement.args?.[0]), source);
	const base = elementsOf(statement.definition).find(
		({ defname }) => defname?.toLowerCase() === "basetype",
	)?.arg;
	const isType = base && "TypeName" in base && valueOf(base)?.toLowerCase() !== "any";
	return {
		argumentTypes: isType ? [lowerType(base.TypeName, source)] : [],
		argumentNames: isType ? [undefined] : [],
		defaults: 0,
	};
}

function alterFunction(statement: AlterFunctionStmt, source: LowerSource): Operation {
	const { actions } = statement;
	const volatility = volatilityOf(actions);
	const securityDefiner = securityOf(actions);
	return {
		kind: "alterFunction",
		range: source.statementRange,
		function: lowerRoutineReference(statement.func, source),
		...(volatility === undefined ? {} : { volatility }),
		...(securityDefiner === undefined ? {} : { securityDefiner }),
		settings: settingsOf(actions),
	};
}

function volatilityOf(options: readonly Node[] | undefined) {
	const value = valueOf(findOption(options, "volatility")?.arg);
	return value === "immutable" || value === "stable" || value === "volatile" ? value : undefined;
}

function securityOf(options: readonly Node[] | undefined): boolean | undefined {
	const option = findOption(options, "security");
	return option && valueOf(option.arg) === "true";
}

/** A setting without a value is a RESET or SET ... FROM CURRENT. */
function settingsOf(options: readonly Node[] | undefined): Parameter[] {
	return elementsOf(options).flatMap(({ defname, arg }) => {
		if (defname !== "set" || !arg || !("VariableSetStmt" in arg)) return [];
		const { name, args } = arg.VariableSetStmt;
		const value = settingValue(args);
		return { name: (name ?? "").toLowerCase(), ...(value === undefined ? {} : { value }) };
	});
}

import type {
	CreateFunctionStatement,
	DropFunctionStatement,
	FunctionArgument,
	Statement,
} from "pgsql-ast-parser";
import type { TypeName } from "../../../core/expression.ts";
import type { Operation } from "../../../core/operation.ts";
import { lowerName, nameOf } from "./name.ts";
import { findWord, type PortableSource } from "./source.ts";
import { lowerType } from "./type.ts";
import { Unreadable } from "./unreadable.ts";

/** CREATE FUNCTION, DROP FUNCTION and DO; bodies are left empty. */
export function lowerRoutine(node: Statement, source: PortableSource): Operation[] | undefined {
	switch (node.type) {
		case "create function":
			return [createFunction(node, source)];
		case "drop function":
			return [dropFunction(node, source)];
		case "do":
			return [{ kind: "doBlock", range: source.statementRange, language: languageOf(node) }];
		default:
			return undefined;
	}
}

/** The language of a DO block or a function. */
export function languageOf(
	node: Extract<Statement, { readonly type: "do" | "create function" }>,
): string {
	return node.language?.name.toLowerCase() ?? (node.type === "do" ? "plpgsql" : "sql");
}

const modes: readonly string[] = ["in", "out", "inout", "variadic"];

function isInput({ mode, name }: FunctionArgument): boolean {
	if (name && modes.includes(name.name)) throw new Unreadable(`${name.name} is no argument name`);
	return mode !== "out";
}

function createFunction(node: CreateFunctionStatement, source: PortableSource): Operation {
	const inputs = node.arguments.filter(isInput);
	return {
		kind: "createFunction",
		range: source.statementRange,
		function: lowerName(node.name, source),
		routine: "function",
		orReplace: node.orReplace ?? false,
		argumentTypes: inputs.map(({ type }) => lowerType(type, source)),
		argumentNames: inputs.map(({ name }) => name && nameOf(name, source)),
		defaults: inputs.filter((argument) => Boolean(argument.default)).length,
		...returnsOf(node, source),
		language: languageOf(node),
		volatility: node.purity ?? "volatile",
		securityDefiner: false,
		settings: [],
		body: [],
	};
}

/** RETURNS TABLE is a set of its one column, or of records. */
function returnsOf(node: CreateFunctionStatement, source: PortableSource) {
	const { returns } = node;
	if (!returns) return {};
	if (returns.kind !== "table") return { returns: lowerType(returns, source) };
	const word = findWord(source, "table", findWord(source, "returns")?.end);
	const range = word ? { start: word.start, end: word.end } : source.statementRange;
	const [first, second] = returns.columns;
	if (first && !second) return { returns: { ...lowerType(first.type, source), range } };
	const record: TypeName = { name: "record", modifiers: [], dimensions: 0, range };
	return { returns: record };
}

function dropFunction(node: DropFunctionStatement, source: PortableSource): Operation {
	const types = node.arguments?.map(({ name, type }) => {
		if (!name) return lowerType(type, source);
		if (modes.includes(name.name)) throw new Unreadable(`${name.name} is no argument name`);
		if (!isHalfType(name.name) || type.kind === "array") return lowerType(type, source);
		return lowerType({ ...type, ...name, name: `${name.name} ${type.name}` }, source);
	});
	return {
		kind: "dropFunction",
		range: source.statementRange,
		function: {
			...lowerName(node.name, source),
			...(types ? { argumentTypes: types } : {}),
		},
		routine: "function",
		ifExists: node.ifExists ?? false,
		cascade: false,
	};
}

/** DROP FUNCTION takes `double precision` for an argument `double` of the type `precision`. */
function isHalfType(name: string): boolean {
	return ["bit", "character", "double"].includes(name);
}

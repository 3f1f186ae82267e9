import type {
	AlterSequenceSetOptions,
	CreateSequenceOptions,
	CreateSequenceStatement,
} from "pgsql-ast-parser";
import type { QualifiedName } from "../../../core/expression.ts";
import type { Operation, Parameter } from "../../../core/operation.ts";
import { lowerName } from "./name.ts";
import { findWord, type PortableSource, textAfter } from "./source.ts";
import { qualifiedColumn } from "./table.ts";
import { lowerType } from "./type.ts";

/** CREATE SEQUENCE. */
export function createSequence(node: CreateSequenceStatement, source: PortableSource): Operation {
	const sequence = lowerName(node.name, source);
	const { ownedBy, parameters } = lowerSequenceOptions(node.options, sequence, source);
	return {
		kind: "createSequence",
		range: source.statementRange,
		sequence,
		temporary: node.temp === true || sequence.schema === "pg_temp",
		ifNotExists: node.ifNotExists ?? false,
		...(ownedBy ? { ownedBy } : {}),
		parameters,
	};
}

type Options = Omit<AlterSequenceSetOptions, "type"> | CreateSequenceOptions;

/** What the grammar calls an option, and the word that starts it. */
const optionWords: Readonly<Record<string, string>> = {
	incrementBy: "increment",
	minValue: "minvalue",
	maxValue: "maxvalue",
	startWith: "start",
	cache: "cache",
	restart: "restart",
};

/** The options in their order, with OWNED BY apart: null is NONE. */
export function lowerSequenceOptions(
	options: Options,
	sequence: QualifiedName,
	source: PortableSource,
) {
	const after = sequence.range?.end ?? source.base;
	const { ownedBy } = options;
	const parameters = Object.entries(options).flatMap(([option, value]: [string, unknown]) =>
		lowerOption(option, value, after, options, source),
	);
	if (ownedBy === undefined) return { parameters };
	if (ownedBy === "none") return { ownedBy: null, parameters };
	const owned = findWord(source, "owned", after);
	const { table, column } = qualifiedColumn(ownedBy, owned?.end ?? after, source);
	return { ownedBy: { table, column: column.name }, parameters };
}

function lowerOption(
	option: string,
	value: unknown,
	after: number,
	options: Options,
	source: PortableSource,
): Parameter[] {
	if (option === "as" && options.as) {
		return [{ name: "as", value: lowerType(options.as, source).name }];
	}
	if (option === "cycle") return [{ name: "cycle", value: String(value === "cycle") }];
	const name = optionWords[option];
	if (name === undefined) return [];
	if (typeof value !== "number") return [{ name }];
	return [{ name, value: writtenNumber(name, after, source) }];
}

/** The number after an option's word: the tree's own is rounded above 2^53. */
function writtenNumber(word: string, after: number, source: PortableSource): string {
	let at = findWord(source, word, after)?.end ?? after;
	let text = textAfter(source, at);
	while (/^(?:by|with)$/i.test(text)) {
		at = source.tokens[source.tokenIndexAt(at)]?.end ?? at;
		text = textAfter(source, at);
	}
	return text === "-" ? `-${textAfter(source, at, 1)}` : text;
}

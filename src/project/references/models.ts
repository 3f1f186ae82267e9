import type { Range, SourceFile } from "../../core/source.ts";
import { camelCase, normalForm, pascalCase, singularOf } from "./words.ts";

/** A file of code with its comments taken out. */
export interface CodeText extends SourceFile {
	readonly extension: string;
}

/** A top-level part of a file that describes a table to an ORM or a query builder. */
export interface Model {
	readonly zone: Range;
	/** Where the table is named: its mapping, or the class that is called like it. */
	readonly named: Range;
	/** What the program calls it: `Order`, `orders`. */
	readonly variable: string | undefined;
	/** True when Prisma makes the client's accessor from it. */
	readonly isPrisma: boolean;
}

/** A line that begins something at the top of a file: not indented, and no end of what went before. */
const topLevel = /^[^\s})\]@#%>;,]/;

/** Cuts a file into its top-level parts; decorators and attributes go with what they stand above. */
export function partsOf(text: string): readonly Range[] {
	const starts: number[] = [];
	let decorated: number | undefined;
	let at = 0;
	for (const line of text.split("\n")) {
		if (/^[@#][[\w!]/.test(line)) decorated ??= at;
		else if (topLevel.test(line) && !/^(?:end|else|\{)\b/.test(line)) {
			starts.push(decorated ?? at);
			decorated = undefined;
		}
		at += line.length + 1;
	}
	return starts.map((start, index) => ({ start, end: starts[index + 1] ?? text.length }));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Calls, attributes and keys that give a model its table: `@@map("orders")`, `pgTable("orders"`. */
function mappingPattern(table: string): RegExp {
	const name = escaped(table);
	return new RegExp(
		"(?:" +
			[
				`@@map\\(\\s*(?:name:\\s*)?`,
				`@(?:Entity|Table|ViewEntity)\\([^)]{0,120}?`,
				`(?:\\w*Table|sequelize\\.define|(?:sa|db)?\\.?Table|pgView|pgMaterializedView|createModel)\\(\\s*`,
				`\\b(?:__tablename__|tableName|table_name|db_table|self\\.table_name|table|TableName|collection)["']?\\s*[:=]\\s*`,
				`\\b(?:ToTable|MapToTable)\\(\\s*`,
				`func\\s*\\([^)]*\\)\\s*TableName\\(\\)\\s*string\\s*\\{\\s*return\\s*`,
				`table_name\\s*=\\s*`,
				`schema\\s+`,
			].join("|") +
			`)(?<quote>["'\`])(?:\\w+\\.)?(?<table>${name})\\k<quote>`,
		"dg",
	);
}

const declared =
	/(?:^|\n)\s*(?:export\s+)?(?:default\s+)?(?:(?:abstract|public|final|data|open|pub|type|internal|sealed|partial)\s+)*(?:class|model|const|let|var|struct|record|interface|defmodule|val|type)\s+([A-Za-z_][\w.]*)|(?:^|\n)([A-Za-z_]\w*)\s*=\s/;

function variableOf(part: string): string | undefined {
	const match = declared.exec(part);
	return (match?.[1] ?? match?.[2])?.split(".").at(-1);
}

/** Models that have their table by a convention of the framework, not by a mapping. */
function isNamedFor(table: string, part: string, variable: string, file: string): boolean {
	const isLike = (name: string): boolean => normalForm(variable) === normalForm(name);
	const own = isLike(table) || isLike(singularOf(table));
	if (file.endsWith(".prisma") && /^\s*model\s/.test(part))
		return variable === table && !part.includes("@@map(");
	if (/class\s+\w+\s*<\s*(?:ApplicationRecord|ActiveRecord::Base)/.test(part)) {
		return own && !/self\.table_name\s*=/.test(part);
	}
	if (/class\s+\w+\((?:[\w.]*\bModel)\b/.test(part) && /\bmodels\./.test(part)) {
		// Django: the app's name, then the class's (https://docs.djangoproject.com/en/stable/ref/models/options/#table-names).
		const app = table.slice(0, table.length - variable.length - 1);
		return (
			!part.includes("db_table") &&
			app !== "" &&
			table === `${app}_${variable.toLowerCase()}` &&
			file.includes(`${app}/`)
		);
	}
	if (/@Entity\s*(?:\(\s*\)|\n|$|\s)/.test(part) || /@Table\s*(?:\(\s*\)|\n)/.test(part)) {
		return own && !/@(?:Entity|Table)\([^)]*["']/.test(part);
	}
	return false;
}

/** What a file of models by convention has, cheap to look for. */
const conventions = ["ActiveRecord", "ApplicationRecord", "models.", "@Entity", "@Table", "table!"];

function hasConvention(text: string, file: string): boolean {
	return conventions.some((word) => text.includes(word)) || file.endsWith(".prisma");
}

/** What is asked again for every column of a table. */
interface KnownModels {
	parts?: readonly Range[];
	readonly byTable: Map<string, readonly Model[]>;
}

const known = new WeakMap<CodeText, KnownModels>();

/** Returns the models of a table in a file. */
export function modelsOf(code: CodeText, table: string): readonly Model[] {
	const ofFile = known.get(code) ?? { byTable: new Map<string, readonly Model[]>() };
	known.set(code, ofFile);
	const earlier = ofFile.byTable.get(table);
	if (earlier) return earlier;
	const models = findModels(code, table, () => (ofFile.parts ??= partsOf(code.text)));
	ofFile.byTable.set(table, models);
	return models;
}

function findModels(
	{ text, path }: CodeText,
	table: string,
	parts: () => readonly Range[],
): readonly Model[] {
	const isNamed = (stretch: string): boolean =>
		['"', "'", "`"].some((quote) => stretch.includes(table + quote));
	const isNamedInFile = isNamed(text);
	const isByConvention = hasConvention(text, path);
	const isDiesel = text.includes("table!");
	if (!isNamedInFile && !isByConvention) return [];
	const models: Model[] = [];
	const mapping = mappingPattern(table);
	const diesel = new RegExp(`\\btable!\\s*\\{\\s*(?:[\\w]+\\.)?(${escaped(table)})\\s*\\(`, "d");
	const isPrisma = path.endsWith(".prisma");
	for (const zone of parts()) {
		const part = text.slice(zone.start, zone.end);
		const isNamedHere = isNamedInFile && isNamed(part);
		if (!isNamedHere && !isByConvention) continue;
		const mapped = isNamedHere ? [...part.matchAll(mapping)][0] : undefined;
		const place =
			mapped?.indices?.groups?.["table"] ??
			(isDiesel ? diesel.exec(part)?.indices?.[1] : undefined);
		const shift = ([start, end]: readonly [number, number]): Range => ({
			start: zone.start + start,
			end: zone.start + end,
		});
		const variable = place || isByConvention ? variableOf(part) : undefined;
		if (place) {
			models.push({ zone, named: shift(place), variable, isPrisma });
		} else if (variable !== undefined && isNamedFor(table, part, variable, path)) {
			const at = part.indexOf(variable);
			models.push({ zone, named: shift([at, at + variable.length]), variable, isPrisma });
		}
	}
	return models;
}

/** Spellings under which models are searched for in files. */
export function modelWords(table: string): readonly string[] {
	const singular = singularOf(table);
	// Django puts the app before the model: shop_order is Order.
	const withoutApp = table.includes("_") ? [table.slice(table.indexOf("_") + 1)] : [];
	return [table, singular, pascalCase(singular), camelCase(table), ...withoutApp];
}

/** Calls of a query builder that name the table, to the end of the chain. */
export function builderZones(text: string, table: string): readonly (Range & { named: Range })[] {
	const name = table.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	if (!['"', "'", "`", " "].some((mark) => text.includes(`${table}${mark}`))) return [];
	const calls = new RegExp(
		`(?:\\.|\\b)(?:from|into|table|join|leftJoin|innerJoin|rightJoin|update|insert|selectFrom|insertInto|updateTable|deleteFrom|replaceInto|knex|db|trx|createQueryBuilder|getRepository|withSchema\\([^)]*\\)\\.from)\\(\\s*(["'\`])(?:\\w+\\.)?(${name})(?:\\s+(?:as\\s+)?\\w+)?\\1`,
		"dg",
	);
	return [...text.matchAll(calls)].map((match) => {
		const [start, end] = match.indices?.[2] ?? [match.index, match.index];
		return { start: match.index, end: endOfChain(text, end), named: { start, end } };
	});
}

/** Calls of Prisma's client for a model. */
export function prismaZones(text: string, model: string): readonly Range[] {
	const accessor = model.slice(0, 1).toLowerCase() + model.slice(1);
	const calls = new RegExp(
		`\\.${accessor}\\s*\\.\\s*(?:find|create|update|upsert|delete|count|aggregate|groupBy)\\w*\\s*\\(`,
		"g",
	);
	return [...text.matchAll(calls)].map(({ index }) => ({
		start: index,
		end: endOfChain(text, index + model.length + 1),
	}));
}

const longestChain = 3000;

/** Where the expression around a place ends: at a semicolon or a bracket that it did not open. */
function endOfChain(text: string, from: number): number {
	let depth = 0;
	const last = Math.min(text.length, from + longestChain);
	for (let at = from; at < last; at++) {
		const character = text[at];
		if (character === "(" || character === "[" || character === "{") depth++;
		else if (character === ")" || character === "]" || character === "}") {
			// The call's own bracket was open at `from`.
			if (--depth < -1) return at;
		} else if (character === ";" && depth <= 0) return at;
		else if (character === "\n" && depth <= -1 && !/^\s*[.)?]/.test(text.slice(at + 1, at + 80))) {
			return at;
		}
	}
	return last;
}

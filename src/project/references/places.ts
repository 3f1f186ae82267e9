import type { CodeObject } from "../../core/reference.ts";
import type { Range } from "../../core/source.ts";
import { builderZones, modelsOf, prismaZones, type CodeText, type Model } from "./models.ts";
import { sqlZones, tablesOf, type TableUse } from "./sql-zones.ts";
import { camelCase, wordPattern } from "./words.ts";

/** A place in a text, and whether it can only mean the object. */
export interface Place {
	readonly start: number;
	readonly certain: boolean;
}

const zones = new WeakMap<CodeText, readonly Range[]>();

/** The SQL of a file: it is asked for with every object. */
function zonesOf(code: CodeText): readonly Range[] {
	const known = zones.get(code);
	if (known) return known;
	const found = sqlZones(code.text, code.extension);
	zones.set(code, found);
	return found;
}

/** What the code calls a table. */
export interface TableNames {
	readonly schema: string;
	readonly table: string;
	/** Names of model classes and variables, from every file. */
	readonly variables: readonly string[];
	/** The models of Prisma. */
	readonly prisma: readonly string[];
}

function isOurs(use: TableUse, schema: string, table: string): boolean {
	return use.table === table || use.table.toLowerCase() === table
		? use.schema === undefined || use.schema === schema
		: false;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function quoted(text: string, name: string): readonly number[] {
	const pattern = new RegExp(`(["'\`])${escaped(name)}\\1`, "g");
	return [...text.matchAll(pattern)].map(({ index }) => index + 1);
}

/** Places that name a table: SQL, mappings of models, query builders; other strings are possible. */
export function placesOfTable(code: CodeText, schema: string, table: string): readonly Place[] {
	const { text } = code;
	const places: Place[] = [];
	for (const zone of zonesOf(code)) {
		for (const use of tablesOf(text, zone)) {
			if (isOurs(use, schema, table)) places.push({ start: use.start, certain: true });
		}
	}
	for (const { named } of modelsOf(code, table)) places.push({ start: named.start, certain: true });
	for (const { named } of builderZones(text, table))
		places.push({ start: named.start, certain: true });
	return [...places, ...quoted(text, table).map((start) => ({ start, certain: false }))];
}

/** A word that is quoted in SQL is a value, unless its quotes are those of a name. */
function isValue(text: string, start: number, zone: Range): boolean {
	return start > zone.start && text[start - 1] === "'";
}

function sqlPlaces(code: CodeText, names: TableNames, column: string): readonly Place[] {
	const { text } = code;
	const word = wordPattern([column], "gi");
	const places: Place[] = [];
	for (const zone of zonesOf(code)) {
		const sql = text.slice(zone.start, zone.end);
		if (!new RegExp(escaped(column), "i").test(sql)) continue;
		const uses = tablesOf(text, zone);
		const ours = uses.filter((use) => isOurs(use, names.schema, names.table));
		if (ours.length === 0) continue;
		const isAlone = uses.every((use) => isOurs(use, names.schema, names.table));
		const qualifiers = new Set(
			ours.flatMap(({ alias }) => [names.table, ...(alias === undefined ? [] : [alias])]),
		);
		const others = new Set(
			uses.filter((use) => !ours.includes(use)).flatMap(({ alias, table }) => [table, alias]),
		);
		for (const match of sql.matchAll(word)) {
			const start = zone.start + match.index;
			if (isValue(text, start, zone) || uses.some((use) => use.start === start)) continue;
			const qualifier = /([\w$]+)\\?"?\s*\.\s*\\?"?$/.exec(
				sql.slice(Math.max(0, match.index - 80), match.index),
			)?.[1];
			if (qualifier !== undefined && others.has(qualifier)) continue;
			const certain = qualifier === undefined ? isAlone : qualifiers.has(qualifier);
			places.push({ start, certain });
		}
	}
	return places;
}

/** The column's name where a line gives one that differs from the attribute's. */
const mappedName =
	/@map\(\s*(?:name:\s*)?["'](\w+)["']|=\s*(?:[\w.]+\.)?(?:mapped_c|C)olumn\(\s*["'](\w+)["']|\b(?:name|db_column|columnName|fieldName|field)["']?\s*[:=]\s*["'](\w+)["']|:\s*\w+\(\s*["'](\w+)["']|\bdb:"(\w+)|\bcolumn:(\w+)/;

const declares =
	/^\s*(?:@\w+(?:\([^)]*\))?\s*)*(?:(?:public|private|protected|internal|readonly|declare|static|val|var|let|pub|final|required|lateinit|override)\s+)*(?:[\w<>[\],.?]+\s+)?$/;

interface ModelPlaces {
	readonly places: readonly Place[];
	/** What the program calls the column. */
	readonly attributes: readonly string[];
}

/** Places in a model that declare the column or name it. */
function modelPlaces(text: string, model: Model, column: string): ModelPlaces {
	const places: Place[] = [];
	const attributes = new Set<string>();
	let at = model.zone.start;
	for (const line of text.slice(model.zone.start, model.zone.end).split("\n")) {
		const match = mappedName.exec(line);
		const groups: readonly (string | undefined)[] = match?.slice(1) ?? [];
		const mapped = groups.find((group) => group !== undefined);
		if (mapped === column) {
			places.push({ start: at + line.indexOf(column, match?.index), certain: true });
			const attribute = /^\s*(?:(?:public|private|readonly|declare|pub)\s+)*([A-Za-z_]\w*)/.exec(
				line,
			)?.[1];
			if (attribute !== undefined && !line.slice(0, line.indexOf(attribute)).includes("@"))
				attributes.add(attribute);
		} else if (mapped === undefined || mapped === camelCase(column)) {
			for (const found of line.matchAll(wordPattern([column, camelCase(column)]))) {
				const before = line.slice(0, found.index);
				const after = line.slice(found.index + found[0].length);
				const declared =
					declares.test(before) && /^["']?\s*(?:[?!]?\s*[:=;]|->|\s+\w|\?)/.test(after);
				const named =
					/(?:["'`:]|\b(?:self|this|cls)\.)$/.test(before) && !/^\s*["']?\s*=>/.test(after);
				if (declared) attributes.add(found[0]);
				places.push({ start: at + found.index, certain: declared || named });
			}
		}
		at += line.length + 1;
	}
	return { places, attributes: [...attributes] };
}

/** Returns what the models of a table call its column. */
export function attributesOf(code: CodeText, table: string, column: string): readonly string[] {
	return modelsOf(code, table).flatMap((model) => modelPlaces(code.text, model, column).attributes);
}

/** Places within calls of query builders and of Prisma's client, and behind a model's own name. */
function callPlaces(code: CodeText, names: TableNames, words: readonly string[]): readonly Place[] {
	const { text } = code;
	const calls = [
		...builderZones(text, names.table),
		...names.prisma.flatMap((model) => prismaZones(text, model)),
	];
	const places: Place[] = [];
	for (const zone of calls) {
		for (const match of text.slice(zone.start, zone.end).matchAll(wordPattern(words))) {
			const start = zone.start + match.index;
			const before = text.slice(Math.max(0, start - 60), start);
			const after = text.slice(start + match[0].length, start + match[0].length + 3);
			const isKey = /^["']?\s*:/.test(after) || /^\s*[,}]/.test(after);
			const isInString = /["'`](?:[\w\s,.*]*[\s,.])?$/.test(before);
			if (isKey || isInString) places.push({ start, certain: true });
		}
	}
	if (names.variables.length === 0) return places;
	const owned = new RegExp(
		`(?<![\\w$.])(?:${names.variables.map(escaped).join("|")})\\.(${words.map(escaped).join("|")})(?![\\w$(])`,
		"dg",
	);
	for (const match of text.matchAll(owned)) {
		places.push({ start: match.indices?.[1]?.[0] ?? match.index, certain: true });
	}
	return places;
}

/** Where a word stands in quotes of its own, or behind a dot as an attribute that is not called. */
function looseUses(text: string, word: string): readonly number[] {
	const starts: number[] = [];
	for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
		const before = text[at - 1] ?? "";
		const after = text[at + word.length] ?? "";
		const isQuoted = /["'`]/.test(before) && /["'`]/.test(after);
		const isAttribute =
			before === "." && /[\w)\]?]/.test(text[at - 2] ?? "") && !/[\w$(]/.test(after);
		if (isQuoted || isAttribute) starts.push(at);
	}
	return starts;
}

/** Places that name a column: where its table or the table's model is near; others are possible. */
export function placesOfColumn(
	code: CodeText,
	names: TableNames,
	column: string,
	attributes: readonly string[],
): readonly Place[] {
	const { text } = code;
	const words = [...new Set([column, camelCase(column), ...attributes])];
	// In SQL it is known whose column it is.
	const sql = zonesOf(code);
	const possible = words
		.flatMap((word) => looseUses(text, word))
		.filter((start) => !sql.some((zone) => zone.start <= start && start < zone.end))
		.map((start) => ({ start, certain: false }));
	return [
		...sqlPlaces(code, names, column),
		...modelsOf(code, names.table).flatMap((model) => modelPlaces(text, model, column).places),
		...callPlaces(code, names, words),
		...possible,
	];
}

/**
 * Places that name a constraint: ON CONFLICT ON CONSTRAINT in SQL, and what query builders make it of;
 * other strings are possible, such as those that tell one error from another.
 */
export function placesOfConstraint(code: CodeText, name: string): readonly Place[] {
	const { text } = code;
	const sql = new RegExp(`\\bON\\s+CONSTRAINT\\s+\\\\?"?(${escaped(name)})(?![\\w$])`, "dgi");
	// Kysely's oc.constraint("x"), SQLAlchemy's and GORM's constraint="x", Ecto's {:constraint, :x}.
	const calls = new RegExp(
		`(?<!\\b(?:const|let|var|val)\\s+)\\b(?:on_?)?constraint["']?\\s*(?:[(=,]|:(?!:))\\s*["'\`:]?(${escaped(name)})(?![\\w$])`,
		"dgi",
	);
	const certain = [...text.matchAll(sql), ...text.matchAll(calls)];
	return [
		...certain.map((match) => ({ start: match.indices?.[1]?.[0] ?? match.index, certain: true })),
		...quoted(text, name).map((start) => ({ start, certain: false })),
	];
}

/** Places that name a type: casts in SQL, mappings of enums; other strings are possible. */
export function placesOfType(code: CodeText, name: string): readonly Place[] {
	const { text } = code;
	const type = escaped(name);
	const certain = new RegExp(
		`(?:::\\s*\\\\?"?(?:\\w+\\.)?|\\bAS\\s+\\\\?"?(?:\\w+\\.)?(?=\\w+\\\\?"?\\s*\\))|(?:[eE]num|ENUM)\\w*\\(\\s*["']|(?:enumName|type_name|sqlType|pg_type|columnDefinition|@@map\\()\\s*[:=]?\\s*["']|type\\s*=\\s*"|\\bname\\s*=\\s*["'])(${type})(?![\\w$])`,
		"dg",
	);
	return [
		...[...text.matchAll(certain)].map((match) => ({
			start: match.indices?.[1]?.[0] ?? match.index,
			certain: true,
		})),
		...(/^enum\s/m.test(text) && code.path.endsWith(".prisma")
			? [...text.matchAll(new RegExp(`^enum\\s+(${type})\\b`, "dgm"))].map((match) => ({
					start: match.indices?.[1]?.[0] ?? match.index,
					certain: true,
				}))
			: []),
		...quoted(text, name).map((start) => ({ start, certain: false })),
	];
}

/** Places that write a value of an enum: near its type's mapping, or in SQL on a table that has it. */
export function placesOfValue(
	code: CodeText,
	object: Extract<CodeObject, { kind: "enumValue" }>,
): readonly Place[] {
	const { text } = code;
	const places: Place[] = [];
	const value = new RegExp(`(["'\`])${escaped(object.name)}\\1`, "g");
	for (const zone of zonesOf(code)) {
		const isNear = tablesOf(text, zone).some(({ table }) => object.tables.includes(table));
		for (const match of text.slice(zone.start, zone.end).matchAll(value)) {
			if (match[1] === "'") places.push({ start: zone.start + match.index + 1, certain: isNear });
		}
	}
	const isMapped = placesOfType(code, object.type).find(({ certain }) => certain);
	for (const match of text.matchAll(value)) {
		const start = match.index + 1;
		const isInMapping =
			isMapped !== undefined &&
			start > isMapped.start &&
			start < isMapped.start + 600 &&
			!text.slice(isMapped.start, start).includes(";");
		places.push({ start, certain: isInMapping });
	}
	return places;
}

/** Places that call a function: in SQL, or by a client's call of functions; strings are possible. */
export function placesOfFunction(code: CodeText, schema: string, name: string): readonly Place[] {
	const { text } = code;
	const places: Place[] = [];
	const call = new RegExp(`(?:\\b(\\w+)\\.)?(?<![\\w$])(${escaped(name)})\\s*\\(`, "dgi");
	for (const zone of zonesOf(code)) {
		for (const match of text.slice(zone.start, zone.end).matchAll(call)) {
			if (match[1] !== undefined && match[1] !== schema) continue;
			places.push({ start: zone.start + (match.indices?.[2]?.[0] ?? match.index), certain: true });
		}
	}
	const remote = new RegExp(
		`\\b(?:rpc|callproc|callFunction|func\\.call|prepareCall)\\(\\s*["'\`](${escaped(name)})["'\`]`,
		"dg",
	);
	for (const match of text.matchAll(remote)) {
		places.push({ start: match.indices?.[1]?.[0] ?? match.index, certain: true });
	}
	return [...places, ...quoted(text, name).map((start) => ({ start, certain: false }))];
}

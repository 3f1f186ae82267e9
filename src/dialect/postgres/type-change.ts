import type { Catalog } from "../../catalog/catalog.ts";
import type { UserType } from "../../catalog/model.ts";
import type { Expression, TypeName } from "../../core/expression.ts";
import { assignmentCasts, binaryCasts, explicitCasts } from "./builtin-casts.ts";

/** What ALTER COLUMN ... TYPE does with the values that are there. */
export interface TypeChange {
	/** Why every row is written anew; absent when the stored bytes stay. */
	readonly rewrite?: string;
	/** There is no cast that the server may use by itself: it asks for USING. */
	readonly needsUsing: boolean;
	/** Values may be refused or lose a part. */
	readonly narrows: boolean;
	/** A type of the statement is not known (an extension's): taken for a rewrite. */
	readonly assumed: boolean;
}

export interface TypeSituation {
	readonly catalog: Catalog;
	readonly version: number;
	readonly timeZone: string | undefined;
}

/** A value on its way through casts: its type below domains, and whether its bytes are still those. */
interface Value {
	readonly type: TypeName;
	readonly rewrite?: string;
	readonly needsUsing: boolean;
	readonly assumed: boolean;
}

/**
 * Decides as the server does: the value goes through the casts of USING and the last one to the new
 * type; a rewrite is needed unless each of them leaves the bytes alone (ATColumnChangeRequiresRewrite in
 * src/backend/commands/tablecmds.c; the planner drops length casts that cannot change a value: the
 * support functions of varchar, numeric, varbit, time, timestamp and interval).
 */
export function changeOf(
	column: string,
	from: TypeName,
	to: TypeName,
	using: Expression | undefined,
	situation: TypeSituation,
): TypeChange {
	const start: Value = { type: from, needsUsing: false, assumed: false };
	const value = using ? throughUsing(using, column, start, situation) : start;
	if (value === undefined) {
		const rewrite = "USING computes a new value for every row";
		return { rewrite, needsUsing: false, narrows: true, assumed: false };
	}
	const end = cast(value, to, situation);
	return {
		...(end.rewrite === undefined ? {} : { rewrite: end.rewrite }),
		needsUsing: end.needsUsing && using === undefined,
		narrows: narrows(from, to, situation.catalog),
		assumed: end.assumed,
	};
}

/** The value of a USING that only casts the column; undefined when it computes something. */
function throughUsing(
	using: Expression,
	column: string,
	start: Value,
	situation: TypeSituation,
): Value | undefined {
	if (using.kind === "column") return using.path.at(-1) === column ? start : undefined;
	if (using.kind !== "cast") return undefined;
	const inner = throughUsing(using.operand, column, start, situation);
	return inner && cast(inner, using.type, situation);
}

function cast(value: Value, target: TypeName, situation: TypeSituation): Value {
	const domain = domainOf(target, situation.catalog);
	if (!domain) return castPlain(value, target, situation);
	const inner = cast(value, domain.base, situation);
	if (!isConstrained(domain, situation.catalog)) return { ...inner, type: target };
	const rewrite = `every value is checked against domain ${domain.name}`;
	return { ...inner, type: target, rewrite: inner.rewrite ?? rewrite };
}

function castPlain(value: Value, target: TypeName, situation: TypeSituation): Value {
	const source = undomained(value.type, situation.catalog);
	const step = stepOf(source, target, situation);
	return {
		type: target,
		...withRewrite(value.rewrite ?? step.rewrite),
		needsUsing: value.needsUsing || step.needsUsing,
		assumed: value.assumed || step.assumed,
	};
}

function withRewrite(rewrite: string | undefined): { readonly rewrite?: string } {
	return rewrite === undefined ? {} : { rewrite };
}

type Step = Omit<Value, "type">;

function stepOf(source: TypeName, target: TypeName, situation: TypeSituation): Step {
	const free: Step = { needsUsing: false, assumed: false };
	const label = `${typeLabel(source)} and ${typeLabel(target)}`;
	if (sameType(source, target, situation.catalog)) {
		if (keepsLength(target, source.modifiers)) return free;
		return { ...free, rewrite: fitsWords(target) };
	}
	if (source.dimensions > 0 || target.dimensions > 0) {
		const both = source.dimensions > 0 && target.dimensions > 0;
		const needsUsing = !both && !isText(target);
		return { ...free, needsUsing, rewrite: "the elements of every array are converted" };
	}
	if (isBinary(source.name, target.name) || isFreeZoneChange(source, target, situation)) {
		if (keepsLength(target, [])) return free;
		return { ...free, rewrite: fitsWords(target) };
	}
	if (isZoneChange(source, target)) {
		return { ...free, rewrite: `${label} are the same bytes only while TimeZone is UTC` };
	}
	const known = isKnownCast(source, target, situation.catalog);
	return {
		rewrite: `${label} are stored differently`,
		needsUsing: known === "explicit",
		assumed: known === "unknown",
	};
}

/**
 * Numbers and times are rounded without a word; a text or bit string that is too long stops the statement, as
 * casts of assignments do (documentation, "Character Types"; only an explicit cast cuts).
 */
function fitsWords(target: TypeName): string {
	const isLength = ["varchar", "bpchar", "bit", "varbit"].includes(target.name);
	const label = typeLabel(target);
	return isLength
		? `the length of every value is checked for ${label}`
		: `every value is rounded to ${label}`;
}

export function typeLabel({ name, modifiers, dimensions }: TypeName): string {
	const length = modifiers.length > 0 ? `(${modifiers.join(",")})` : "";
	return `${name}${length}${"[]".repeat(dimensions)}`;
}

function sameType(one: TypeName, other: TypeName, catalog: Catalog): boolean {
	if (one.dimensions > 0 !== other.dimensions > 0) return false;
	if (one.schema === other.schema) return one.name === other.name;
	return catalog.resolve(one) === catalog.resolve(other);
}

/** Extension types that share their bytes with text: citext declares casts WITHOUT FUNCTION. */
const extensionBinaryCasts: ReadonlySet<string> = new Set([
	"text citext",
	"varchar citext",
	"citext text",
	"citext varchar",
	"citext bpchar",
]);

function isBinary(source: string, target: string): boolean {
	const pair = `${source} ${target}`;
	return binaryCasts.has(pair) || extensionBinaryCasts.has(pair);
}

function isZoneChange(source: TypeName, target: TypeName): boolean {
	const names = [source.name, target.name].sort().join(" ");
	return names === "timestamp timestamptz";
}

function isFreeZoneChange(source: TypeName, target: TypeName, situation: TypeSituation): boolean {
	const { version, timeZone } = situation;
	return version >= 12 && isZoneChange(source, target) && isUtc(timeZone);
}

/** Zones whose offset is zero at all times; London is not one. */
function isUtc(timeZone: string | undefined): boolean {
	if (timeZone === undefined) return false;
	return /^(etc\/)?(utc|gmt|uct|zulu|universal|greenwich|gmt[+-]?0)$|^[+-]?0+(:00)?$|^(utc|gmt)[+-]?0$/i.test(
		timeZone.trim(),
	);
}

function isText({ name, dimensions }: TypeName): boolean {
	return dimensions === 0 && ["text", "varchar", "bpchar", "citext"].includes(name);
}

type CastKind = "assignment" | "explicit" | "unknown";

/** Values become text by assignment; text becomes another type only when USING says so. */
function isKnownCast(source: TypeName, target: TypeName, catalog: Catalog): CastKind {
	const pair = `${source.name} ${target.name}`;
	if (assignmentCasts.has(pair)) return "assignment";
	if (explicitCasts.has(pair)) return "explicit";
	if (isText(target)) return "assignment";
	const known = (type: TypeName): boolean =>
		catalog.type(type) !== undefined || serverTypes.has(type.name);
	return known(source) && known(target) ? "explicit" : "unknown";
}

const serverTypes: ReadonlySet<string> = new Set(
	(
		"bool int2 int4 int8 float4 float8 numeric money text varchar bpchar name char bytea date time " +
		"timetz timestamp timestamptz interval uuid json jsonb xml inet cidr macaddr macaddr8 bit varbit " +
		"oid point line lseg box path polygon circle tsvector tsquery int4range int8range numrange " +
		"tsrange tstzrange daterange"
	).split(" "),
);

/**
 * True when the length of the new type cannot change a value of the old one. `old` are the modifiers of
 * a value of the same type; empty when it has just been cast and its length is no longer known.
 */
function keepsLength(target: TypeName, old: readonly string[]): boolean {
	const wanted = target.modifiers;
	if (wanted.length === 0) return true;
	if (wanted.join() === old.join() && old.length > 0) return true;
	if (target.dimensions > 0) return false;
	const [most] = wanted.map(Number);
	const [before] = old.map(Number);
	switch (target.name) {
		case "varchar":
		case "varbit":
			return before !== undefined && most !== undefined && most >= before;
		case "numeric":
			return keepsNumeric(wanted, old);
		case "time":
		case "timetz":
		case "timestamp":
		case "timestamptz":
			return most !== undefined && (most >= 6 || (before !== undefined && most >= before));
		case "interval":
			return keepsInterval(wanted, old);
		default:
			return false;
	}
}

function keepsNumeric(wanted: readonly string[], old: readonly string[]): boolean {
	if (old.length === 0) return false;
	const [precision = 0, scale = 0] = wanted.map(Number);
	const [oldPrecision = 0, oldScale = 0] = old.map(Number);
	return scale === oldScale && precision >= oldPrecision;
}

/** Fields from the coarsest; only the finest of an interval's fields cuts a value. */
const intervalFields = ["year", "month", "day", "hour", "minute", "second"];

function keepsInterval(wanted: readonly string[], old: readonly string[]): boolean {
	const fineness = (modifiers: readonly string[]): number => {
		const words = modifiers.find((word) => /[a-z]/i.test(word))?.split(/\s+/) ?? [];
		const last = words.at(-1) ?? "second";
		return intervalFields.indexOf(last);
	};
	const precision = (modifiers: readonly string[]): number =>
		Number(modifiers.find((word) => /^\d+$/.test(word)) ?? 6);
	const second = intervalFields.length - 1;
	if (fineness(wanted) < fineness(old)) return false;
	return fineness(old) < second || precision(wanted) >= precision(old);
}

export type Domain = Extract<UserType, { readonly kind: "domain" }>;

export function domainOf(type: TypeName, catalog: Catalog): Domain | undefined {
	if (type.dimensions > 0) return undefined;
	const found = catalog.type(type);
	return found?.kind === "domain" ? found : undefined;
}

/** True when the domain or one below it has NOT NULL or a CHECK. */
export function isConstrained(domain: Domain, catalog: Catalog): boolean {
	if (domain.notNull || domain.constraints.length > 0) return true;
	const below = domainOf(domain.base, catalog);
	return below !== undefined && isConstrained(below, catalog);
}

/** The type below domains; the length that a domain fixes is no longer known after it. */
function undomained(type: TypeName, catalog: Catalog): TypeName {
	const domain = domainOf(type, catalog);
	return domain ? { ...undomained(domain.base, catalog), modifiers: [] } : type;
}

/** Numeric types by how much they hold. */
const numbers = ["int2", "int4", "int8", "numeric"];

function narrows(from: TypeName, to: TypeName, catalog: Catalog): boolean {
	const source = undomained(from, catalog);
	if (source.name === to.name) return !keepsLength(to, source.modifiers);
	if (isText(to) && to.modifiers.length === 0) return false;
	if (numbers.includes(source.name) && numbers.includes(to.name)) {
		return numbers.indexOf(to.name) < numbers.indexOf(source.name) || to.modifiers.length > 0;
	}
	const wider = ["float4 float8", "date timestamp", "date timestamptz", "cidr inet", "bit varbit"];
	return !wider.includes(`${source.name} ${to.name}`);
}

/** Types that one operator class serves, so that an index stays as it is when bytes stay. */
const indexFamilies = [
	["text", "varchar"],
	["inet", "cidr"],
];

/** True when an index over a column of the old type serves the new one unchanged. */
export function indexServesBoth(from: TypeName, to: TypeName, catalog: Catalog): boolean {
	const one = undomained(from, catalog);
	const other = undomained(to, catalog);
	if (sameType(one, other, catalog)) return true;
	return indexFamilies.some((family) => family.includes(one.name) && family.includes(other.name));
}

import type { Table } from "../catalog/model.ts";
import type { Expression } from "../core/expression.ts";
import type { PartitionBound } from "../core/operation.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier } from "../dialect/postgres/quote.ts";

/** MINVALUE and MAXVALUE stand as bare words. */
function endlessWord(value: Expression | undefined): string | undefined {
	const word =
		value?.kind === "column" ? value.path.at(-1) : value?.kind === "other" ? value.what : undefined;
	return word !== undefined && /^(min|max)value$/i.test(word) ? word.toUpperCase() : undefined;
}

function valueText(value: Expression): string | undefined {
	return endlessWord(value) ?? quoteExpression(value);
}

function listText(values: readonly Expression[]): string | undefined {
	const texts = values.map(valueText);
	return texts.includes(undefined) ? undefined : texts.join(", ");
}

/** Returns a bound as SQL, undefined where it cannot be told from its tree. */
export function boundText(bound: PartitionBound): string | undefined {
	switch (bound.kind) {
		case "default":
			return "DEFAULT";
		case "hash":
			return `FOR VALUES WITH (MODULUS ${bound.modulus}, REMAINDER ${bound.remainder})`;
		case "list": {
			const values = listText(bound.values);
			return values === undefined ? undefined : `FOR VALUES IN (${values})`;
		}
		case "range": {
			const [from, to] = [listText(bound.from), listText(bound.to)];
			if (from === undefined || to === undefined) return undefined;
			return `FOR VALUES FROM (${from}) TO (${to})`;
		}
	}
}

function keyOfPartitions({ partitionBy }: Table): string | undefined {
	const [key, ...more] = partitionBy?.keys ?? [];
	const name = key?.kind === "column" && more.length === 0 ? key.path.at(-1) : undefined;
	return name === undefined ? undefined : quoteIdentifier(name);
}

interface Condition {
	readonly key: string;
	/** What the range or list asks of the key, and its opposite. */
	readonly inside: readonly string[];
	readonly outside: readonly string[];
	readonly withNull: boolean;
}

/** The bound as conditions on its key; undefined for several keys, hashes and what cannot be told. */
function conditionOf(parent: Table, bound: PartitionBound): Condition | undefined {
	const key = keyOfPartitions(parent);
	if (key === undefined) return undefined;
	if (bound.kind === "list") {
		const isNull = (value: Expression) => value.kind === "literal" && value.type === "null";
		const values = listText(bound.values.filter((value) => !isNull(value)));
		if (values === undefined || values === "") return undefined;
		const withNull = bound.values.some(isNull);
		return {
			key,
			inside: [`${key} IN (${values})`],
			outside: [`${key} NOT IN (${values})`],
			withNull,
		};
	}
	if (bound.kind !== "range") return undefined;
	const [inside, outside]: [string[], string[]] = [[], []];
	for (const [value, within, beyond] of [
		[bound.from[0], ">=", "<"],
		[bound.to[0], "<", ">="],
	] as const) {
		if (!value || endlessWord(value)) continue;
		const text = quoteExpression(value);
		if (text === undefined) return undefined;
		inside.push(`${key} ${within} ${text}`);
		outside.push(`${key} ${beyond} ${text}`);
	}
	return { key, inside, outside, withNull: false };
}

/** Returns the condition of a CHECK that every row of the bound meets, for a partition key of one column. */
export function insideBound(parent: Table, bound: PartitionBound): string | undefined {
	const condition = conditionOf(parent, bound);
	if (!condition) return undefined;
	const { key, inside, withNull } = condition;
	const all = inside.join(" AND ");
	return withNull ? `${key} IS NULL OR ${all}` : [`${key} IS NOT NULL`, ...inside].join(" AND ");
}

/** Returns the condition of a CHECK that no row of the bound meets. */
export function outsideBound(parent: Table, bound: PartitionBound): string | undefined {
	const condition = conditionOf(parent, bound);
	if (!condition) return undefined;
	const { key, outside, withNull } = condition;
	const any = outside.join(" OR ");
	return withNull ? `${key} IS NOT NULL AND ${any}` : [`${key} IS NULL`, ...outside].join(" OR ");
}

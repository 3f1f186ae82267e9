import type { Catalog } from "../catalog/catalog.ts";
import { columnsIn, replaceIn } from "../catalog/expression.ts";
import type { Column, Index, Table } from "../catalog/model.ts";
import { makeObjectName } from "../catalog/naming.ts";
import type { Expression, QualifiedName } from "../core/expression.ts";
import type { RecipeStep } from "../core/finding.ts";
import { quoteExpression } from "../dialect/postgres/quote-expression.ts";
import { quoteIdentifier, quoteName } from "../dialect/postgres/quote.ts";
import { addThenValidate } from "./constraint-steps.ts";

/** What a column that takes the place of another one gets before, and when they change places. */
export interface Belongings {
	readonly before: readonly RecipeStep[];
	/** Statements right before the columns change their names, right after, and how both are taken back. */
	readonly leave: readonly string[];
	readonly take: readonly string[];
	readonly giveBack: readonly string[];
	readonly restore: readonly string[];
	/** What people must see to, in words. */
	readonly rest: readonly string[];
}

interface Place {
	readonly table: QualifiedName;
	readonly column: string;
	readonly next: string;
}

const nothing: Belongings = {
	before: [],
	leave: [],
	take: [],
	giveBack: [],
	restore: [],
	rest: [],
};

function joined(all: readonly Belongings[]): Belongings {
	return {
		before: all.flatMap(({ before }) => before),
		leave: all.flatMap(({ leave }) => leave),
		take: all.flatMap(({ take }) => take),
		giveBack: all.flatMap(({ giveBack }) => giveBack).toReversed(),
		restore: all.flatMap(({ restore }) => restore),
		rest: all.flatMap(({ rest }) => rest),
	};
}

const forNext = (expression: Expression, { column, next }: Place): Expression =>
	replaceIn(expression, {
		expression: (part) =>
			part.kind === "column" && part.path.at(-1) === column
				? { kind: "column", path: [next] }
				: part,
	});

const renameIndex = ({ table }: Place, from: string, to: string): string =>
	`ALTER INDEX ${quoteName({ ...table, name: from })} RENAME TO ${quoteIdentifier(to)};`;

/** The same index over the other column; undefined where its text cannot be told. */
function indexText({ elements, include, method, where }: Index, place: Place): string | undefined {
	const parts = elements.map(({ expression, descending, operatorClass, collation }) => {
		const text = quoteExpression(forNext(expression, place));
		if (text === undefined || operatorClass !== undefined || collation) return undefined;
		return `${expression.kind === "column" ? text : `(${text})`}${descending ? " DESC" : ""}`;
	});
	const filter = where && quoteExpression(forNext(where, place));
	if (parts.includes(undefined) || (where && filter === undefined)) return undefined;
	const also = include.map((name) => quoteIdentifier(name === place.column ? place.next : name));
	return [
		`ON ${quoteName(place.table)} USING ${method} (${parts.join(", ")})`,
		...(also.length > 0 ? [`INCLUDE (${also.join(", ")})`] : []),
		...(filter === undefined ? [] : [`WHERE ${filter}`]),
	].join(" ");
}

function ofIndex(index: Index, place: Place): Belongings {
	const text = index.constraint === undefined ? indexText(index, place) : undefined;
	if (text === undefined || !index.valid || index.nullsNotDistinct) {
		return { ...nothing, rest: [`index ${index.name}`] };
	}
	const name = makeObjectName(index.name, undefined, "new");
	const old = makeObjectName(index.name, undefined, "old");
	return {
		...nothing,
		before: [
			{
				title: `Build what index ${index.name} is to the new column, while reads and writes go on`,
				sql: `CREATE ${index.unique ? "UNIQUE " : ""}INDEX CONCURRENTLY ${quoteIdentifier(name)} ${text};`,
				transaction: "none",
			},
		],
		take: [renameIndex(place, index.name, old), renameIndex(place, name, index.name)],
		giveBack: [renameIndex(place, old, index.name), renameIndex(place, index.name, name)],
	};
}

type Check = Extract<Table["constraints"][number], { readonly type: "check" }>;

function ofCheck(check: Check, place: Place): Belongings {
	const text = quoteExpression(forNext(check.expression, place));
	const before = quoteExpression(check.expression);
	if (text === undefined || before === undefined || !check.validated) {
		return { ...nothing, rest: [`constraint ${check.name}`] };
	}
	const alter = `ALTER TABLE ${quoteName(place.table)}`;
	const name = makeObjectName(check.name, undefined, "new");
	const [own, fresh] = [quoteIdentifier(check.name), quoteIdentifier(name)];
	return {
		...nothing,
		before: addThenValidate(place.table, name, `CHECK (${text})`),
		// The old column takes what the new one can give: nothing is asked of it any more.
		leave: [`${alter} DROP CONSTRAINT ${own};`],
		take: [`${alter} RENAME CONSTRAINT ${fresh} TO ${own};`],
		giveBack: [`${alter} RENAME CONSTRAINT ${own} TO ${fresh};`],
		restore: [`${alter} ADD CONSTRAINT ${own} CHECK (${before}) NOT VALID;`],
	};
}

/** The sequence of a serial column goes with the column that owns it, so it gets its new owner with the names. */
function ofDefault({ default: value }: Column, place: Place, catalog: Catalog): Belongings {
	if (!value) return nothing;
	const text = quoteExpression(value);
	if (text === undefined) return { ...nothing, rest: ["the default"] };
	const target = quoteName(place.table);
	const name = quoteIdentifier(place.column);
	const alter = `ALTER TABLE ${target} ALTER COLUMN`;
	const set = [
		...catalog
			.sequencesOwnedBy(catalog.resolve(place.table))
			.filter(({ ownedBy }) => ownedBy?.column === place.column)
			.map(
				(sequence) =>
					`ALTER SEQUENCE ${quoteName(shortName(sequence))} OWNED BY ${target}.${name};`,
			),
		`${alter} ${name} SET DEFAULT ${text};`,
	];
	return {
		...nothing,
		leave: [`${alter} ${name} DROP DEFAULT;`],
		take: set,
		giveBack: [`${alter} ${name} DROP DEFAULT;`],
		restore: set,
	};
}

/** The name of an object as it stands in the schema that goes without saying. */
const shortName = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
	schema === "public" ? { name } : { schema, name };

/** What the rows must hold before the columns change places: the scan is done while reads and writes go on. */
function ofProof(isNotNull: boolean, mayMiss: boolean, place: Place): Belongings {
	if (!isNotNull && !mayMiss) return nothing;
	const alter = `ALTER TABLE ${quoteName(place.table)}`;
	const [name, next] = [quoteIdentifier(place.column), quoteIdentifier(place.next)];
	const proof = makeObjectName(place.table.name, place.next, "proof");
	const drop = `${alter} DROP CONSTRAINT ${quoteIdentifier(proof)};`;
	const text = isNotNull
		? `CHECK (${next} IS NOT NULL)`
		: `CHECK (${next} IS NOT NULL OR ${name} IS NULL)`;
	const add = `${alter} ADD CONSTRAINT ${quoteIdentifier(proof)} ${text} NOT VALID;`;
	const before = addThenValidate(place.table, proof, text);
	if (!isNotNull) return { ...nothing, before, leave: [drop], restore: [add] };
	return {
		...nothing,
		before,
		leave: [`${alter} ALTER COLUMN ${name} DROP NOT NULL;`],
		take: [`${alter} ALTER COLUMN ${name} SET NOT NULL;`, drop],
		giveBack: [`${alter} ALTER COLUMN ${name} DROP NOT NULL;`],
		restore: [`${alter} ALTER COLUMN ${name} SET NOT NULL;`, add],
	};
}

/**
 * Returns what a column has that the one that takes its place must have too, but for keys. `mayMiss`: values that cannot
 * be converted are empty in the new column, and must be gone before it takes over.
 */
export function belongingsOf(
	table: Table | undefined,
	place: Place,
	{ mayMiss, catalog }: { readonly mayMiss: boolean; readonly catalog: Catalog },
): Belongings {
	const known = table?.columns.find(({ name }) => name === place.column);
	const uses = (expression: Expression | undefined): boolean =>
		expression !== undefined && columnsIn(expression).has(place.column);
	const key = table?.constraints.find(({ type }) => type === "primaryKey");
	const indexes = (table?.indexes ?? []).filter(
		({ elements, include, where, constraint }) =>
			(constraint === undefined || constraint !== key?.name) &&
			(elements.some(({ expression }) => uses(expression)) ||
				include.includes(place.column) ||
				uses(where)),
	);
	const checks = (table?.constraints ?? []).flatMap((constraint) =>
		constraint.type === "check" && uses(constraint.expression) ? [constraint] : [],
	);
	const isPlain = table?.kind !== "partitioned";
	return joined([
		ofProof(known?.notNull ?? false, mayMiss, place),
		...(known ? [ofDefault(known, place, catalog)] : []),
		...checks.map((check) => ofCheck(check, place)),
		...indexes.map((index) =>
			isPlain ? ofIndex(index, place) : { ...nothing, rest: [`index ${index.name}`] },
		),
	]);
}

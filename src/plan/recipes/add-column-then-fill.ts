import { replaceIn } from "../../catalog/expression.ts";
import type { UserType } from "../../catalog/model.ts";
import { makeObjectName } from "../../catalog/naming.ts";
import type { RecipeStep } from "../../core/finding.ts";
import type { Expression } from "../../core/expression.ts";
import type { OperationOf } from "../../core/operation.ts";
import { quoteExpression } from "../../dialect/postgres/quote-expression.ts";
import {
	quoteIdentifier,
	quoteName,
	quoteString,
	quoteType,
} from "../../dialect/postgres/quote.ts";
import { batchStep } from "../batches.ts";
import { postgresWords } from "../batching/postgres.ts";
import { addThenValidate, setNotNullSteps, stepsForConstraint } from "../constraint-steps.ts";
import { constraintText, typeText } from "../constraint-text.ts";
import { defineRecipe, type RecipeSituation } from "../recipe.ts";
import { fillTrigger } from "../fill-trigger.ts";

type AddColumn = OperationOf<"addColumn">;
type Steps = readonly RecipeStep[];

const serialTypes: Readonly<Record<string, string>> = {
	bigserial: "bigint",
	serial: "integer",
	serial2: "smallint",
	serial4: "integer",
	serial8: "bigint",
	smallserial: "smallint",
};

export default defineRecipe({
	id: "add-column-then-fill",
	summary: "Add the column empty, give new rows their value, and fill the old rows in batches.",
	for: ["addColumn"],
	steps(operation, situation) {
		const { column } = operation;
		if (!column.type) return undefined;
		if (column.generated) return generatedSteps(operation, column.generated.expression, situation);
		const integer = serialTypes[column.type.name];
		if (integer !== undefined || column.identity) {
			// The numbers of START WITH, INCREMENT BY and the like are not carried over.
			if (/\bIDENTITY\s*\(/i.test(situation.text)) return undefined;
			return numberSteps(operation, integer ?? quoteType(column.type), situation);
		}
		const domain = situation.catalog.type(column.type);
		if (domain?.kind === "domain" && domain.constraints.length > 0) {
			return domainSteps(operation, domain, situation);
		}
		return defaultSteps(operation, situation);
	},
});

function alter({ table }: AddColumn): string {
	return `ALTER TABLE ${quoteName(table)}`;
}

/** What comes when the rows are filled: NOT NULL and the other constraints. */
function constraintSteps(
	operation: AddColumn,
	{ catalog }: RecipeSituation,
	isKey: boolean,
): Steps {
	const { table, column } = operation;
	const isNotNull =
		isKey || column.constraints.some(({ type }) => type === "notNull" || type === "primaryKey");
	return [
		...(isNotNull ? setNotNullSteps(table, column.name) : []),
		...column.constraints
			.filter(({ type }) => type !== "notNull")
			.flatMap((constraint) => stepsForConstraint(constraint, table, catalog) ?? []),
	];
}

/** `pending`: true in a row that is not filled yet; NULL in the column when left out. */
function fillStep(
	{ table, column }: AddColumn,
	value: string,
	{ catalog }: RecipeSituation,
	pending = `${quoteIdentifier(column.name)} IS NULL`,
): RecipeStep {
	const change = { set: `${quoteIdentifier(column.name)} = ${value}` };
	return (
		batchStep({ table, change, pending }, catalog) ?? {
			title: `Fill ${column.name} in the rows of ${table.name} that are there, some thousand at a time: no unique key is known to go by`,
			transaction: "people",
			phase: "migrate",
		}
	);
}

function defaultSteps(operation: AddColumn, situation: RecipeSituation): Steps | undefined {
	const { column } = operation;
	const value = column.default && quoteExpression(column.default);
	if (!column.type || value === undefined) return undefined;
	const name = quoteIdentifier(column.name);
	return [
		{
			title: `Add ${column.name} empty; its default holds for new rows`,
			sql: `${alter(operation)} ADD COLUMN ${name} ${typeText({ ...column, type: column.type })};\n${alter(operation)} ALTER COLUMN ${name} SET DEFAULT ${value};`,
			transaction: "own",
		},
		fillStep(operation, "DEFAULT", situation),
		...constraintSteps(operation, situation, false),
	];
}

function numberSteps(operation: AddColumn, type: string, situation: RecipeSituation): Steps {
	const { table, column } = operation;
	const name = quoteIdentifier(column.name);
	const label = column.identity ? "numbers" : "seq";
	const sequence = quoteName({ ...table, name: makeObjectName(table.name, column.name, label) });
	const next = `nextval(${quoteString(sequence)})`;
	const add: RecipeStep = {
		title: `Add ${column.name} empty; new rows take their number from a sequence`,
		sql: [
			`CREATE SEQUENCE ${sequence} AS ${type};`,
			`${alter(operation)} ADD COLUMN ${name} ${type};`,
			`${alter(operation)} ALTER COLUMN ${name} SET DEFAULT ${next};`,
			...(column.identity
				? []
				: [`ALTER SEQUENCE ${sequence} OWNED BY ${quoteName(table)}.${name};`]),
		].join("\n"),
		transaction: "own",
	};
	const identity: RecipeStep = {
		title: `Make ${column.name} an identity column that counts on`,
		sql: [
			`${alter(operation)} ALTER COLUMN ${name} DROP DEFAULT;`,
			`${alter(operation)} ALTER COLUMN ${name} ADD GENERATED ${column.identity === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY;`,
			`SELECT setval(pg_get_serial_sequence(${quoteString(quoteName(table))}, ${quoteString(column.name)}), ${next});`,
			`DROP SEQUENCE ${sequence};`,
		].join("\n"),
		transaction: "own",
	};
	return [
		add,
		fillStep(operation, "DEFAULT", situation),
		...constraintSteps(operation, situation, true),
		...(column.identity ? [identity] : []),
	];
}

function generatedSteps(
	operation: AddColumn,
	expression: Expression,
	situation: RecipeSituation,
): Steps | undefined {
	const { table, column } = operation;
	const value = quoteExpression(expression);
	if (value === undefined || !column.type) return undefined;
	const name = quoteIdentifier(column.name);
	const type = typeText({ ...column, type: column.type });
	if (situation.version >= 18) {
		const sql = `${alter(operation)} ADD COLUMN ${name} ${type} GENERATED ALWAYS AS (${value}) VIRTUAL;`;
		return [
			{
				title: `Compute ${column.name} when it is read: no row is written`,
				sql,
				transaction: "own",
			},
		];
	}
	const trigger = fillTrigger(table, column.name, expression);
	const { catalog } = situation;
	const pending = postgresWords.differs(
		{ name: column.name, type: column.type, notNull: false },
		expression,
		{ table: catalog.table(table), catalog },
	);
	if (!trigger || pending === undefined) return undefined;
	return [
		{
			title: `Add ${column.name} as a plain column that a trigger fills for new and changed rows`,
			sql: `${alter(operation)} ADD COLUMN ${name} ${type};\n${trigger.create}`,
			transaction: "own",
		},
		fillStep(operation, value, situation, pending),
		...constraintSteps(operation, situation, false),
	];
}

function domainSteps(
	operation: AddColumn,
	domain: Extract<UserType, { readonly kind: "domain" }>,
	situation: RecipeSituation,
): Steps | undefined {
	const { table, column } = operation;
	const value = column.default ?? domain.default;
	const text = value && quoteExpression(value);
	if (value && text === undefined) return undefined;
	const name = quoteIdentifier(column.name);
	const checks = domain.constraints.flatMap((constraint) => {
		if (constraint.type !== "check") return [];
		const expression = replaceIn(constraint.expression, {
			expression: (part) =>
				part.kind === "column" && part.path.join().toLowerCase() === "value"
					? { kind: "column", path: [column.name] }
					: part,
		});
		const check = constraintText({ ...constraint, expression });
		const label = makeObjectName(table.name, column.name, "check");
		return check === undefined ? [] : addThenValidate(table, label, check);
	});
	const given = text === undefined ? "" : ` DEFAULT ${text}`;
	return [
		{
			title: `Add ${column.name} with the type behind ${domain.name}`,
			sql: `${alter(operation)} ADD COLUMN ${name} ${quoteType(domain.base)}${given};`,
			transaction: "own",
		},
		...checks,
		...constraintSteps(operation, situation, domain.notNull),
	];
}

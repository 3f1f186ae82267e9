import type { Catalog } from "../catalog/catalog.ts";
import type { DialectId } from "../core/dialect.ts";
import type { FilledRecipe } from "../core/finding.ts";
import type { Operation, OperationKind, OperationOf } from "../core/operation.ts";

/** What a recipe is filled in with. */
export interface RecipeSituation {
	readonly dialect: DialectId;
	/** The schema before the operation. */
	readonly catalog: Catalog;
	/** Major version of the server. */
	readonly version: number;
	/** The operation's own text in the file. */
	readonly text: string;
	/** The whole statement's text. */
	readonly statementText: string;
}

/** No safe steps are known here, and why. */
export interface RecipeRefusal {
	/** In sentences: why, and what could be written instead. */
	readonly refused: string;
}

/** The safe sequence of steps that replaces a hazardous operation. */
export interface Recipe<Kind extends OperationKind = OperationKind> {
	/** kebab-case, equal to the file name. */
	readonly id: string;
	/** One sentence. */
	readonly summary: string;
	readonly for: readonly Kind[];
	/** Whose SQL the steps are; PostgreSQL by default. */
	readonly dialects?: readonly DialectId[];
	/** The statement stays, and the steps come after it. */
	readonly keepsStatement?: true;
	/** Returns the steps as exact SQL; why there are none, or undefined, where no safe form exists here. */
	steps(
		operation: OperationOf<Kind>,
		situation: RecipeSituation,
	): FilledRecipe["steps"] | RecipeRefusal | undefined;
}

/** A recipe for any operation, as the registry holds it. */
export interface AnyRecipe {
	readonly id: string;
	readonly summary: string;
	readonly dialects: readonly DialectId[];
	/** Returns the filled recipe, why there is none, or undefined where it does not fit the operation or the database. */
	fill(operation: Operation, situation: RecipeSituation): FilledRecipe | RecipeRefusal | undefined;
}

function isOneOf<Kind extends OperationKind>(
	operation: Operation,
	kinds: readonly Kind[],
): operation is OperationOf<Kind> {
	return kinds.some((kind) => kind === operation.kind);
}

/** Returns the recipe in the form that the registry holds. */
export function defineRecipe<const Kind extends OperationKind>(recipe: Recipe<Kind>): AnyRecipe {
	const { id, summary, keepsStatement, dialects = ["postgres"] } = recipe;
	return {
		id,
		summary,
		dialects,
		fill(operation, situation) {
			if (!isOneOf(operation, recipe.for) || !dialects.includes(situation.dialect))
				return undefined;
			const steps = recipe.steps(operation, situation);
			if (steps && "refused" in steps) return steps;
			return steps && { id, summary, steps, ...(keepsStatement && { keepsStatement }) };
		},
	};
}

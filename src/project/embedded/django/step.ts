import { textArgument, type Call } from "../arguments.ts";
import { hole, nameOf } from "../sql-text.ts";
import { modelNamed, tableOf, type Model, type Models } from "./state.ts";

/** What an operation sends at once, and what Django keeps for the end of the migration. */
export interface Sent {
	readonly now: readonly string[];
	readonly later: readonly string[];
}

export const nothing: Sent = { now: [], later: [] };
export const now = (...sql: readonly string[]): Sent => ({ now: sql, later: [] });

/** An operation of a migration of an app; it changes the models. */
export interface Step {
	readonly call: Call;
	readonly app: string;
	readonly models: Models;
}

export function modelOf({ call, app, models }: Step): Model | undefined {
	return modelNamed(models, app, modelName(call));
}

export function modelName(call: Call): string {
	return textArgument(call, 0, "model_name") ?? hole("model");
}

export function tableName(step: Step): string {
	return nameOf(tableOf(step.models, step.app, modelName(step.call)));
}

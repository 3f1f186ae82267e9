import { textArgument, textsOf, type Call } from "../arguments.ts";
import { resolve } from "../scope.ts";
import { optionsOf, type Options } from "./columns.ts";
import { tableName } from "./names.ts";

/** A change of a table: the table's name, the call, and where its own arguments begin. */
export interface Change {
	readonly table: string;
	readonly call: Call;
	readonly options: Options;
	/** An argument after the table's. */
	readonly text: (place: number) => string | undefined;
	/** The texts of a list at a place after the table's. */
	readonly list: (place: number) => readonly string[];
	readonly version: number;
}

export function alter({ table }: Change): string {
	return `ALTER TABLE ${tableName(table)}`;
}

export function changeOf(call: Call, table: string, from: number, version: number): Change {
	return {
		table,
		call,
		options: optionsOf(call),
		version,
		text(place) {
			const node = call.node.args[place + from];
			return node && resolve(node, call.scope).node.kind !== "map"
				? textArgument(call, place + from)
				: undefined;
		},
		list(place) {
			const node = call.node.args[place + from];
			return node && resolve(node, call.scope).node.kind !== "map" ? textsOf(node, call.scope) : [];
		},
	};
}

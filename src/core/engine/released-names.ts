import { keyOf, type Catalog } from "../../catalog/catalog.ts";
import type { Key } from "../../catalog/model.ts";
import type { Operation, OperationOf } from "../operation.ts";

interface Move {
	readonly from: Key;
	readonly to: Key;
}

function moveOf(operation: Operation, catalog: Catalog): Move | undefined {
	switch (operation.kind) {
		case "renameTable":
		case "setTableSchema": {
			const from = catalog.resolve(operation.table);
			const to =
				operation.kind === "renameTable"
					? `${from.slice(0, from.indexOf("."))}.${operation.to}`
					: `${operation.schema}.${operation.table.name}`;
			return { from, to };
		}
		case "renameObject":
		case "setObjectSchema": {
			if (operation.object !== "type" && operation.object !== "domain") return undefined;
			const { name } = operation;
			const type = catalog.type(name) ?? {
				schema: name.schema ?? catalog.searchPath[0] ?? "public",
				name: name.name,
			};
			const to =
				operation.kind === "renameObject"
					? { schema: type.schema, name: operation.to }
					: { schema: operation.schema, name: type.name };
			return { from: keyOf(type), to: keyOf(to) };
		}
		default:
			return undefined;
	}
}

function columnMove(table: Key, { column, to }: OperationOf<"renameColumn">): Move {
	return { from: `${table}.${column}`, to: `${table}.${to}` };
}

/**
 * Follows the renames of a release. Code that was deployed before knows an object by the name it had
 * when the release began: what was renamed away and is dropped later was that object all along.
 */
export class ReleasedNames {
	#names = new Map<Key, Key>();

	/** Returns a function that brings back the names that are known now. */
	remember(): () => void {
		const names = new Map(this.#names);
		return () => {
			this.#names = new Map(names);
		};
	}

	startRelease(): void {
		this.#names.clear();
	}

	/** Notes an operation that is about to run. */
	before(operation: Operation, catalog: Catalog): void {
		const move =
			operation.kind === "renameColumn"
				? columnMove(this.of(catalog.resolve(operation.table)), operation)
				: moveOf(operation, catalog);
		if (!move) return;
		const released = this.of(move.from);
		this.#names.delete(move.from);
		this.#names.set(move.to, released);
	}

	of(key: Key): Key {
		return this.#names.get(key) ?? key;
	}

	/** True when what had the name when the release began has another one now. */
	isVacant(key: Key): boolean {
		return [...this.#names.values()].includes(key);
	}
}

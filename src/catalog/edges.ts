import { ForkableMap } from "./forkable-map.ts";
import type { Key } from "./model.ts";

/** The users of each target with how often they use it. */
export type EdgesContent = ReadonlyMap<string, ReadonlyMap<Key, number>>;

/** Who uses what, counted: taking away one of several uses leaves the others. */
export class Edges {
	#users: ForkableMap<string, ReadonlyMap<Key, number>>;
	/** Users that are not shared with a fork, by target. */
	readonly #own = new Map<string, Map<Key, number>>();

	constructor(users = new ForkableMap<string, ReadonlyMap<Key, number>>()) {
		this.#users = users;
	}

	/** Returns the users of a target in the order in which they began to use it. */
	usersOf(target: string): readonly Key[] {
		const users = this.#users.get(target);
		return users ? [...users.keys()] : [];
	}

	add(target: string, user: Key): void {
		const users = this.#writable(target);
		users.set(user, (users.get(user) ?? 0) + 1);
	}

	remove(target: string, user: Key): void {
		const users = this.#writable(target);
		const count = (users.get(user) ?? 0) - 1;
		if (count > 0) users.set(user, count);
		else users.delete(user);
	}

	/** Returns a copy that shares what neither side has changed. */
	fork(): Edges {
		this.#own.clear();
		return new Edges(this.#users.fork());
	}

	/** Returns what it holds now; later changes do not show. */
	content(): EdgesContent {
		this.#own.clear();
		return this.#users.content();
	}

	#writable(target: string): Map<Key, number> {
		const own = this.#own.get(target);
		if (own) return own;
		const copy = new Map(this.#users.get(target));
		this.#users.set(target, copy);
		this.#own.set(target, copy);
		return copy;
	}
}

/** Returns the elements of two lists that are not in both, when lists change in one place at a time. */
export function difference<T>(
	before: readonly T[],
	after: readonly T[],
): { readonly removed: readonly T[]; readonly added: readonly T[] } {
	if (before === after) return { removed: [], added: [] };
	let start = 0;
	while (start < before.length && start < after.length && before[start] === after[start]) start++;
	let end = 0;
	const most = Math.min(before.length, after.length) - start;
	while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
	return {
		removed: before.slice(start, before.length - end),
		added: after.slice(start, after.length - end),
	};
}

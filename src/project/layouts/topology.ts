/**
 * Returns the items so that each stands after those it follows, and otherwise in the order given. Items
 * in a circle come last, in the order given; what is followed but not there is left out.
 */
export function parentsFirst<T>(
	items: readonly T[],
	idOf: (item: T) => string,
	parentsOf: (item: T) => readonly string[],
): readonly T[] {
	const known = new Map(items.map((item) => [idOf(item), item]));
	const open = new Map<T, number>();
	const children = new Map<T, T[]>();
	for (const item of items) {
		const parents = [...new Set(parentsOf(item))].flatMap((id) => known.get(id) ?? []);
		open.set(item, parents.length);
		for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), item]);
	}
	const place = new Map(items.map((item, index) => [item, index]));
	const ready = items.filter((item) => open.get(item) === 0);
	const ordered: T[] = [];
	for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
		ordered.push(next);
		for (const child of children.get(next) ?? []) {
			const left = (open.get(child) ?? 0) - 1;
			open.set(child, left);
			if (left > 0) continue;
			const own = place.get(child) ?? 0;
			const at = ready.findIndex((other) => (place.get(other) ?? 0) > own);
			ready.splice(at === -1 ? ready.length : at, 0, child);
		}
	}
	const done = new Set(ordered);
	return [...ordered, ...items.filter((item) => !done.has(item))];
}

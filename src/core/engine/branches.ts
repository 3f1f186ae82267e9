import type { Side } from "../statement.ts";

/** A function that brings back a state that was remembered. */
type Restore = () => void;

interface OpenBranch extends Side {
	/** Brings back the state before the branch. */
	readonly before: Restore;
	/** Brings back the state after the first side; absent while that runs. */
	readonly afterFirst?: Restore;
}

/** The branches of a program that a replay is in, the outermost first. */
export type OpenBranches = readonly OpenBranch[];

/**
 * Goes from one statement of a program to the next: each side of a branch begins with the state before
 * it, and what follows the branch continues from its first side. Returns the branches that are open then.
 */
export function enterSides(
	open: OpenBranches,
	sides: readonly Side[],
	remember: () => Restore,
): OpenBranches {
	const differs = sides.findIndex(({ branch, side }, at) => {
		const known = open[at];
		return known?.branch !== branch || known.side !== side;
	});
	const kept = differs === -1 ? Math.min(sides.length, open.length) : differs;
	const [changed, ...deeper] = open.slice(kept);
	const next = sides[kept];
	for (const branch of deeper.toReversed()) branch.afterFirst?.();
	const entered: OpenBranch[] = [...open.slice(0, kept)];
	let opened = sides.slice(kept);
	if (changed && changed.branch === next?.branch) {
		const afterFirst = changed.afterFirst ?? remember();
		changed.before();
		entered.push({ ...next, before: changed.before, afterFirst });
		opened = opened.slice(1);
	} else changed?.afterFirst?.();
	for (const side of opened) entered.push({ ...side, before: remember() });
	return entered;
}

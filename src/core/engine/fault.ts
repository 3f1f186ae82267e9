import { placeIn, positionAt, type Position, type Range } from "../source.ts";
import type { Statement } from "../statement.ts";

/** A bug of ours that a statement has met: all else goes on without what would have been said there. */
export interface Fault {
	/** The rule that threw; absent: what the statement does could not be told. */
	readonly rule?: string;
	readonly file: string;
	/** The statement, in the file. */
	readonly range: Range;
	readonly start: Position;
	readonly error: unknown;
}

/** Takes faults. Where nobody does, what was thrown is thrown. */
export type TakeFault = (fault: Fault) => void;

/** Tells what was thrown at a statement, or throws it where nobody takes it. */
export function tellFault(
	take: TakeFault | undefined,
	error: unknown,
	{ file, range }: Pick<Statement, "file" | "range">,
	rule?: string,
): void {
	if (!take) throw error;
	const place = placeIn(file, range);
	take({
		...(rule !== undefined && { rule }),
		file: file.path,
		range: { start: place.start, end: place.end },
		start: positionAt(file, place.start),
		error,
	});
}

/** Runs a piece of a rule at a statement. Returns undefined when it throws and somebody takes that. */
export function runRule<Result>(
	take: TakeFault | undefined,
	rule: string,
	at: Pick<Statement, "file" | "range">,
	run: () => Result,
): Result | undefined {
	try {
		return run();
	} catch (error) {
		tellFault(take, error, at, rule);
		return undefined;
	}
}

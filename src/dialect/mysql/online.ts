import type { OnlineClauses, Operation } from "../../core/operation.ts";
import type { Cursor } from "../tolerant/cursor.ts";

type Algorithm = NonNullable<OnlineClauses["algorithm"]>;
type LockClause = NonNullable<OnlineClauses["lock"]>;

const algorithms: readonly Algorithm[] = ["default", "instant", "nocopy", "inplace", "copy"];
const locks: readonly LockClause[] = ["default", "none", "shared", "exclusive"];

/** Reads ALGORITHM, LOCK, WAIT or NOWAIT; undefined when none begins here. */
export function readOnlineClause(cursor: Cursor): OnlineClauses | undefined {
	if (cursor.is("ALGORITHM") && (cursor.peek(1) === "=" || isOneOf(algorithms, cursor.peek(1)))) {
		cursor.at++;
		return { algorithm: readOneOf(cursor, algorithms) };
	}
	if (cursor.is("LOCK") && (cursor.peek(1) === "=" || isOneOf(locks, cursor.peek(1)))) {
		cursor.at++;
		return { lock: readOneOf(cursor, locks) };
	}
	if (cursor.take("NOWAIT")) return { waitSeconds: 0 };
	if (cursor.is("WAIT") && cursor.kind(1) === "number") {
		cursor.at++;
		return { waitSeconds: Number(cursor.raw()) };
	}
	return undefined;
}

function isOneOf(values: readonly string[], word: string): boolean {
	return values.includes(word.toLowerCase());
}

function readOneOf<Value extends string>(cursor: Cursor, values: readonly Value[]): Value {
	cursor.take("=");
	const word = cursor.peek().toLowerCase();
	const found = values.find((value) => value === word);
	if (found === undefined) return cursor.fail();
	cursor.at++;
	return found;
}

/** Reads what stands here of them, and gives each operation all of it. */
export function readOnlineClauses(cursor: Cursor): readonly OnlineClauses[] {
	const said: OnlineClauses[] = [];
	for (let clause = readOnlineClause(cursor); clause; clause = readOnlineClause(cursor)) {
		said.push(clause);
		cursor.take(",");
	}
	return said;
}

/** Gives every operation of a command what the statement asks. */
export function withOnline(
	operations: readonly Operation[],
	said: readonly OnlineClauses[],
): readonly Operation[] {
	if (said.length === 0) return operations;
	const online = said.reduce<OnlineClauses>((all, one) => ({ ...all, ...one }), {});
	return operations.map((operation) => ({ ...operation, online }));
}

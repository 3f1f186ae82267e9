import type { Change, Fix } from "../core/fix.ts";
import { quoteString } from "../dialect/postgres/quote.ts";

const limit = "lock_timeout";

/** A wait for a lock that ends while CONCURRENTLY waits leaves an INVALID index: the limit is lifted for it. */
function withoutLimit(change: Change, settings: ReadonlyMap<string, string>): readonly Change[] {
	const value = settings.get(limit);
	if (value === undefined || /^0+\s*[a-z]*$/i.test(value)) return [change];
	return [
		{ kind: "insertBefore", sql: `SET ${limit} = 0;` },
		change,
		{ kind: "insertAfter", sql: `SET ${limit} = ${quoteString(value)};` },
	];
}

/** Returns the fix that adds CONCURRENTLY to a statement that then refuses to run in a transaction. */
export function concurrentFix(
	title: string,
	settings: ReadonlyMap<string, string>,
	safety: Fix["safety"] = "safe",
): Fix {
	const changes = withoutLimit({ kind: "addConcurrently" }, settings);
	return { title, safety, outsideTransaction: true, changes };
}

import type { SourceFile } from "./source.ts";
import type { Statement } from "./statement.ts";

/**
 * Returns the statement as it stands `by` code units further on in a file. What it does is copied when
 * somebody asks: after an edit most of the statements behind it are moved again before anybody does.
 */
export function movedStatement(statement: Statement, file: SourceFile, by: number): Statement {
	const { range, comments, unread, cutNames, placeholders } = statement;
	let parts: Statement["parts"] | undefined;
	return {
		file,
		range: { start: range.start + by, end: range.end + by },
		comments: comments.length === 0 ? comments : moved(comments, by),
		get parts() {
			return (parts ??= moved(statement.parts, by));
		},
		placeholders: placeholders.length === 0 ? placeholders : moved(placeholders, by),
		...(unread && { unread: moved(unread, by) }),
		...(cutNames && { cutNames: moved(cutNames, by) }),
	};
}

/** Returns a copy in which every range is moved. */
function moved<Value>(value: Value, by: number): Value {
	// The copy has the same properties: TypeScript cannot tell that of a loop over names.
	return copyMoved(value, by) as Value;
}

function copyMoved(value: unknown, by: number): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map((each: unknown) => copyMoved(each, by));
	const copy: Record<string, unknown> = {};
	for (const name of Object.keys(value)) {
		const property = Object.getOwnPropertyDescriptor(value, name);
		if (property?.get) defineLater(copy, name, () => copyMoved(Reflect.get(value, name), by));
		else copy[name] = copyMoved(property?.value, by);
	}
	if (typeof copy["start"] === "number" && typeof copy["end"] === "number") {
		copy["start"] += by;
		copy["end"] += by;
	}
	return copy;
}

/** The body of a function is read when it is asked for, in the copy too. */
function defineLater(copy: object, name: string, make: () => unknown): void {
	let made: { readonly value: unknown } | undefined;
	Object.defineProperty(copy, name, {
		enumerable: true,
		get: () => (made ??= { value: make() }).value,
	});
}

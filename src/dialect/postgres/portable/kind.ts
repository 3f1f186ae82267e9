import { identifierValue, type Token } from "../token.ts";

/** Verbs whose object says more than they do. */
const verbs: readonly string[] = ["create", "alter", "drop", "comment", "refresh", "security"];

/** Words between a verb and its object. */
const between: readonly string[] = [
	"or",
	"replace",
	"global",
	"local",
	"temp",
	"temporary",
	"unlogged",
	"recursive",
	"unique",
	"on",
	"trusted",
];

/** Objects whose first word alone would be another object. */
const firstOfTwo: readonly string[] = [
	"access",
	"constraint",
	"default",
	"event",
	"foreign",
	"large",
	"materialized",
	"operator",
	"text",
	"user",
];

/** A statement's kind in its own words: "CREATE TRIGGER statement". */
export function describeKind(text: string, tokens: readonly Token[]): string {
	const [verb = "", ...words] = tokens
		.filter(({ kind }) => kind === "word")
		.slice(0, 8)
		.map((token) => identifierValue(token, text));
	const rest = verbs.includes(verb) ? words.filter((word) => !between.includes(word)) : [];
	const [object, second] = rest;
	const named = object !== undefined && firstOfTwo.includes(object) ? [object, second] : [object];
	const kind = [verb, ...named].filter((word) => word !== undefined);
	return `${kind.join(" ").toUpperCase()} statement`.trimStart();
}

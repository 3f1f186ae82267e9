import type { Comment } from "./statement.ts";
import type { Range } from "./source.ts";

/** An instruction in a SQL comment: `-- lockkeeper:<verb> <arguments>`. */
export type Directive = { readonly range: Range } & (
	| {
			readonly verb: "ignore" | "ignore-file";
			readonly rules: readonly string[];
			readonly reason: string;
	  }
	| { readonly verb: "contract"; readonly object: string; readonly since: string }
	| { readonly verb: "verify"; readonly name: string }
	| { readonly verb: "transaction"; readonly mode: "none" | "wrapped" }
	| { readonly verb: "invalid"; readonly problem: string; readonly hint: string }
);

const grammar = {
	ignore: "-- lockkeeper:ignore <rule>[, <rule>]: <reason>",
	"ignore-file": "-- lockkeeper:ignore-file <rule>[, <rule>]: <reason>",
	contract: "-- lockkeeper:contract <object> since=<revision>",
	verify: "-- lockkeeper:verify <name>",
	transaction: "-- lockkeeper:transaction none|wrapped",
} as const;

type Verb = keyof typeof grammar;

function isVerb(word: string): word is Verb {
	return Object.hasOwn(grammar, word);
}

function invalid(range: Range, problem: string, hint: string): Directive {
	return { verb: "invalid", range, problem, hint };
}

function parseIgnore(verb: "ignore" | "ignore-file", rest: string, range: Range): Directive {
	const colon = rest.indexOf(":");
	const rules = (colon < 0 ? rest : rest.slice(0, colon))
		.split(",")
		.map((rule) => rule.trim())
		.filter((rule) => rule !== "");
	const reason = colon < 0 ? "" : rest.slice(colon + 1).trim();
	if (rules.length === 0) {
		return invalid(range, `lockkeeper:${verb} names no rule`, `Write ${grammar[verb]}.`);
	}
	// Editors write a placeholder in angle brackets.
	if (reason === "" || /^<[^>]*>$/.test(reason)) {
		return invalid(
			range,
			`lockkeeper:${verb} gives no reason`,
			`Say after a colon why it is safe here: ${grammar[verb]}.`,
		);
	}
	return { verb, rules, reason, range };
}

function parseArguments(verb: Verb, rest: string, range: Range): Directive {
	switch (verb) {
		case "ignore":
		case "ignore-file":
			return parseIgnore(verb, rest, range);
		case "contract": {
			const match = /^(\S+)\s+since=(\S+)$/.exec(rest);
			if (match?.[1] && match[2]) return { verb, object: match[1], since: match[2], range };
			break;
		}
		case "verify":
			if (/^[\w.-]+$/.test(rest)) return { verb, name: rest, range };
			break;
		case "transaction":
			if (rest === "none" || rest === "wrapped") return { verb, mode: rest, range };
			break;
	}
	return invalid(range, `lockkeeper:${verb} cannot be read`, `Write ${grammar[verb]}.`);
}

/** Returns the directives of comments, in order; what looks like one and is not becomes `invalid`. */
export function parseDirectives(comments: readonly Comment[]): readonly Directive[] {
	const found: Directive[] = [];
	for (const comment of comments) {
		const text = comment.text.trimStart();
		if (!text.startsWith("lockkeeper:")) continue;
		const line = (/^[^\r\n]*/.exec(text)?.[0] ?? "").trim();
		const match = /^lockkeeper:([\w-]*)\s*(.*)$/.exec(line);
		const verb = match?.[1] ?? "";
		if (!isVerb(verb)) {
			const known = Object.keys(grammar).join(", ");
			found.push(
				invalid(comment.range, `lockkeeper:${verb} is no directive`, `Known are: ${known}.`),
			);
			continue;
		}
		found.push(parseArguments(verb, (match?.[2] ?? "").trim(), comment.range));
	}
	return found;
}

import { TokenWalk } from "../token-walk.ts";
import type { Token } from "./tokens.ts";

export type PythonWalk = TokenWalk<Token>;

/** Returns a walk that begins at the first token. */
export function walkPython(source: string, tokens: readonly Token[]): PythonWalk {
	return new TokenWalk<Token>(source, tokens, { kind: "end", start: 0, end: 0 });
}

/** Returns the word at this place and goes on behind it; an empty text where there is none. */
export function takeName(walk: PythonWalk): string {
	const { token } = walk;
	if (token.kind !== "name") return "";
	walk.at++;
	return token.text;
}

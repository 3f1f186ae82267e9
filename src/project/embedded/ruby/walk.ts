import { TokenWalk } from "../token-walk.ts";
import type { RubyToken } from "./tokens.ts";

/** A walk through a Ruby program. */
export class RubyWalk extends TokenWalk<RubyToken> {
	/** In a command's arguments `do` belongs to the command. */
	keepsDo = false;

	constructor(source: string, tokens: readonly RubyToken[]) {
		super(source, tokens, { kind: "end", start: 0, end: 0, spaced: true });
	}

	skipLines(): void {
		while (this.isKind("newline") || this.is(";")) this.at++;
	}
}

/** Words that bind a condition to the statement before them. */
export const modifiers = new Set(["if", "unless", "while", "until", "rescue"]);

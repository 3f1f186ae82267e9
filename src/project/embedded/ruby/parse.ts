import type { Step } from "../program.ts";
import { readStatements } from "./statements.ts";
import { tokenizeRuby } from "./tokens.ts";
import { RubyWalk } from "./walk.ts";

/**
 * Returns the statements of a Ruby program, as far as migrations need them. What is not understood
 * becomes `other`: no text makes it fail, and nothing is run (https://docs.ruby-lang.org/en/3.4/syntax_rdoc.html).
 */
export function parseRuby(source: string): readonly Step[] {
	const walk = new RubyWalk(source, tokenizeRuby(source));
	const steps: Step[] = [];
	while (!walk.isKind("end")) {
		steps.push(...readStatements(walk));
		if (!walk.isKind("end")) walk.at++;
	}
	return steps;
}

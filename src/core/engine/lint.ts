import type { AnyRecipe } from "../../plan/recipe.ts";
import type { Finding, Severity } from "../finding.ts";
import type { CodeObject, SearchCode } from "../reference.ts";
import type { Rule } from "../rule.ts";
import type { TableStatistics } from "../statistics.ts";
import type { CommentedTool } from "../tools.ts";
import { withUses } from "./code-use.ts";
import type { TakeFault } from "./fault.ts";
import { replayHistory, type History } from "./history.ts";
import { Linter } from "./linter.ts";

/** A rule that is on, with the severity the user gave it. */
export interface ActiveRule {
	readonly rule: Rule;
	/** Absent: the rule's own, or what the report says. */
	readonly severity?: Severity;
}

export interface LintInput {
	readonly history: History;
	readonly rules: readonly ActiveRule[];
	readonly recipes: ReadonlyMap<string, AnyRecipe>;
	/** Row counts by table name, with or without schema. */
	readonly rows: ReadonlyMap<string, number>;
	/** Sizes and traffic by table name, with or without schema. */
	readonly tables?: ReadonlyMap<string, TableStatistics>;
	/** The ids of all rules that exist, also of those that are off; those of `rules` by default. */
	readonly ruleIds?: ReadonlySet<string>;
	/** Other linters whose comments are honoured. */
	readonly compatibility?: readonly CommentedTool[];
	/** Searches the code that runs on the schema; absent where there is none to search. */
	readonly searchCode?: SearchCode;
	/** Takes the bugs of rules and of what reads and replays statements; absent: they are thrown. */
	readonly fault?: TakeFault;
}

/** How much was read; nothing is passed over in silence. */
export interface Counts {
	/** Migrations that were judged. */
	readonly migrations: number;
	readonly statements: number;
	readonly unread: number;
	/** Findings that comments leave out: our directives and those for tools of `compatibility`. */
	readonly ignored: number;
	/** Migrations that were only replayed to know the schema. */
	readonly history: {
		readonly migrations: number;
		readonly statements: number;
		readonly unread: number;
	};
}

export interface LintResult {
	/** In the order of the history. */
	readonly findings: readonly Finding[];
	/** What a comment in the SQL accepts. */
	readonly ignored: readonly Finding[];
	readonly counts: Counts;
	/** What nothing brings back that a finding takes away, by the finding's place in the list. */
	readonly gone: ReadonlyMap<number, CodeObject>;
}

/** Replays the history and returns what the rules find in its candidate migrations. */
export function lint(input: LintInput): LintResult {
	const result = judge(input);
	return { ...result, findings: withUses(result, input.searchCode) };
}

/** The same without the places in code that use what is gone; rules may still have searched the code. */
export function judge(input: LintInput): LintResult {
	const linter = new Linter(input);
	replayHistory(input.history, linter);
	return linter.judgement();
}

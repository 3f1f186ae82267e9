import type { CommandModule } from "yargs";
import { rules } from "../../generated/rules.ts";
import { rulePage } from "../../report/rule-page.ts";
import { fail, print } from "../output.ts";

interface RulesArguments {
	readonly id: string | undefined;
	readonly format: "text" | "json";
}

function listing(): string {
	const width = Math.max(...rules.map(({ id }) => id.length));
	return rules
		.map(({ id, severity, summary }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${summary}\n`)
		.join("");
}

function jsonListing(): string {
	const listed = rules.map(({ id, summary, why, help, category, severity, dialects, aliases }) => ({
		id,
		summary,
		category,
		severity,
		dialects,
		why: why.trim(),
		help,
		aliases,
	}));
	return `${JSON.stringify({ version: 1, rules: listed }, undefined, "\t")}\n`;
}

/** `lockkeeper rules [id]`: the list of rules, or the page of one. */
export const rulesCommand: CommandModule<object, RulesArguments> = {
	command: "rules [id]",
	describe: "List the rules, or explain one",
	builder: (yargs) =>
		yargs
			.positional("id", { type: "string", describe: "A rule, e.g. require-concurrent-index" })
			.option("format", {
				choices: ["text", "json"] as const,
				default: "text" as const,
				describe: "How to print the list",
			})
			.example("$0 rules", "all rules, one line each")
			.example("$0 rules no-drop-column", "what happens, bad and good SQL"),
	handler: ({ id, format }) => {
		if (id === undefined) {
			print(format === "json" ? jsonListing() : listing());
			return;
		}
		const rule = rules.find((candidate) => candidate.id === id);
		if (rule) print(rulePage(rule));
		else fail({ message: `There is no rule ${id}.`, hint: "lockkeeper rules lists them all." });
	},
};

/** Other linters of migrations whose names for hazards are known. */
export const tools = ["squawk", "eugene", "strongMigrations", "atlas", "pgfence"] as const;

export type Tool = (typeof tools)[number];

/** How people write the tools' names. */
export const toolNames: Readonly<Record<Tool, string>> = {
	squawk: "squawk",
	eugene: "eugene",
	strongMigrations: "strong_migrations",
	atlas: "Atlas",
	pgfence: "pgfence",
};

/** The tools that are told in SQL comments what to leave out; strong_migrations is told in Ruby. */
export const commentedTools = ["squawk", "eugene", "pgfence", "atlas"] as const satisfies Tool[];

export type CommentedTool = (typeof commentedTools)[number];

/** The names of the same hazard in other tools: people move over, and old comments are understood. */
export type Aliases = Readonly<Partial<Record<Tool, string | readonly string[]>>>;

/** Returns what a tool calls the hazard of a rule: no, one or several names. */
export function aliasesIn(
	{ aliases }: { readonly aliases: Aliases },
	tool: Tool,
): readonly string[] {
	const names = aliases[tool] ?? [];
	return typeof names === "string" ? [names] : names;
}

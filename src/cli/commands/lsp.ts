import type { CommandModule } from "yargs";

interface LspArguments {
	readonly stdio: boolean;
}

/** `lockkeeper lsp --stdio`: the language server. */
export const lspCommand: CommandModule<object, LspArguments> = {
	command: "lsp",
	describe: "Serve an editor: findings, fixes and locks while a migration is written",
	builder: (yargs) =>
		yargs
			.option("stdio", {
				type: "boolean",
				default: true,
				describe: "Talk over standard input and output, the only way there is",
			})
			.example("$0 lsp --stdio", "what an editor starts; see docs/editors.md"),
	handler: async () => {
		const { serve } = await import("../../lsp/server.ts");
		serve();
	},
};

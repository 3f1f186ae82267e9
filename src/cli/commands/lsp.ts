import type { CommandModule } from "yargs";

interface LspArguments {
	readonly stdio: boolean;
	readonly clientProcessId: number | undefined;
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
			.option("clientProcessId", {
				type: "number",
				hidden: true,
				describe: "VS Code says whose end is the server's too; the protocol's library reads it",
			})
			.example("$0 lsp --stdio", "what an editor starts; see docs/editors.md"),
	handler: async () => {
		const { serve } = await import("../../lsp/server.ts");
		serve();
	},
};

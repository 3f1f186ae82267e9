import type { CommandModule } from "yargs";
import { colorOption, formatOption } from "../options.ts";

export interface UsageArguments {
	readonly object: string;
	readonly url: string;
	readonly format: "text" | "json";
	readonly color: boolean | undefined;
}

/** `lockkeeper usage <object>`: whether a live database still uses a table or column. */
export const usageCommand: CommandModule<object, UsageArguments> = {
	command: "usage <object>",
	describe: "Ask a live database whether a table or column is still used",
	builder: (yargs) =>
		yargs
			.positional("object", {
				type: "string",
				demandOption: true,
				describe: "A table or a column: orders, orders.status, sales.orders.status",
			})
			.option("url", {
				type: "string",
				requiresArg: true,
				demandOption: true,
				describe: "The database: postgres://user@host:port/name; it is only read",
			})
			.option("format", formatOption)
			.option("color", colorOption)
			.example("$0 usage orders.status --url postgres://reader@db/shop", "before it is dropped"),
	handler: async (args) => {
		const { runUsage } = await import("../handlers/usage.ts");
		await runUsage(args);
	},
};

import type { CommandModule } from "yargs";
import { configOption } from "../options.ts";

export interface StatsArguments {
	readonly url: string;
	readonly config: string | undefined;
}

/** `lockkeeper stats`: writes sizes and traffic of a live database to a file that lint reads. */
export const statsCommand: CommandModule<object, StatsArguments> = {
	command: "stats",
	describe: "Write row counts, sizes and write rates of a live database to a file that lint reads",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 stats",
					"Writes lockkeeper.statistics.json beside the config, to be committed. It reads catalogs and counters only, in one read-only transaction that never waits longer than 2 seconds for a lock. With the file lint says how long a scan takes and how many writes wait, and leaves small tables alone.",
				].join("\n\n"),
			)
			.option("url", {
				type: "string",
				requiresArg: true,
				demandOption: true,
				describe:
					"The database: postgres://user@host:port/name (PGPASSWORD may hold the password), mysql://..., sqlite:shop.db",
			})
			.option("config", configOption)
			.example(
				"$0 stats --url postgres://reader@db.example.com/shop",
				"a replica will do for sizes",
			),
	handler: async (args) => {
		const { runStats } = await import("../handlers/stats.ts");
		await runStats(args);
	},
};

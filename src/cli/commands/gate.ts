import type { CommandModule } from "yargs";
import {
	colorOption,
	configOption,
	dataOption,
	formatOption,
	targetOption,
	urlOption,
	type DatabaseArguments,
} from "../options.ts";

export interface GateArguments extends DatabaseArguments {
	readonly plan: string | undefined;
	readonly target: string | undefined;
	readonly min: string | undefined;
	readonly max: string | undefined;
	readonly "schema-rev": string[] | undefined;
	readonly "secrets-rev": string | undefined;
	readonly "index-parity": boolean;
	readonly serve: boolean;
	readonly host: string;
	readonly port: number;
	readonly format: "text" | "json";
	readonly config: string | undefined;
	readonly color: boolean | undefined;
}

/** `lockkeeper gate`: whether code may start against a database. */
export const gateCommand: CommandModule<object, GateArguments> = {
	command: "gate [plan]",
	describe: "Tell whether a database is what new code needs: open, closed or unknown",
	builder: (yargs) =>
		yargs
			.usage(
				[
					"$0 gate [plan]",
					"Exit code 0: open. Exit code 1: closed, or unknown because the database does not answer or cannot tell. Only reads.",
				].join("\n\n"),
			)
			.positional("plan", {
				type: "string",
				describe: "A plan: what it has validated must be valid",
			})
			.option("url", urlOption)
			.option("data", dataOption)
			.option("target", { ...targetOption, array: false, describe: "A target of the config" })
			.option("min", {
				type: "string",
				requiresArg: true,
				describe: "The first revision that the code works with",
			})
			.option("max", {
				type: "string",
				requiresArg: true,
				describe: "The last revision that the code works with",
			})
			.option("schema-rev", {
				type: "string",
				array: true,
				requiresArg: true,
				describe: "The exact schema, by its hash; several: any of them",
			})
			.option("secrets-rev", {
				type: "string",
				requiresArg: true,
				describe: "Which secrets the deployment has; the config says which are in force",
			})
			.option("index-parity", {
				type: "boolean",
				default: false,
				describe: "All targets of the config must have the same indexes",
			})
			.option("serve", {
				type: "boolean",
				default: false,
				describe: "Answer probes at /healthz and /metrics until SIGTERM",
			})
			.option("host", { type: "string", default: "127.0.0.1", describe: "Where to listen" })
			.option("port", {
				type: "number",
				default: 0,
				describe: "Where to listen; 0 is any free port",
			})
			.option("format", formatOption)
			.option("config", configOption)
			.option("color", colorOption)
			.example("$0 gate --min 0042_add_status", "in an init container")
			.example("$0 gate --serve --host 0.0.0.0 --port 8080", "as a sidecar"),
	handler: async (args) => {
		const { runGate } = await import("../handlers/gate.ts");
		await runGate(args);
	},
};

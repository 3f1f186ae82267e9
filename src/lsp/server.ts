import type { Connection } from "vscode-languageserver";
import { createConnection } from "vscode-languageserver/node";
import manifest from "../../package.json" with { type: "json" };
import { capabilitiesFor } from "./capabilities.ts";
import { clientOf } from "./client.ts";
import { Service } from "./service.ts";

/** Serves an editor over standard input and output until it says exit. */
export function serve(): void {
	const connection = createConnection(process.stdin, process.stdout);
	startOn(connection);
	connection.listen();
}

function startOn(connection: Connection): void {
	connection.onInitialize((params) => {
		const client = clientOf(params);
		const service = new Service(connection, client, params);
		process.on("unhandledRejection", (error) => {
			service.crashed(error);
		});
		connection.onInitialized(() => service.begin());
		return {
			capabilities: capabilitiesFor(client),
			serverInfo: { name: manifest.name, version: manifest.version },
		};
	});
}

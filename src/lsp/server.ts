import {
	ErrorCodes,
	ResponseError,
	type Connection,
	type InitializeParams,
	type InitializeResult,
} from "vscode-languageserver";
import {
	createConnection,
	StreamMessageReader,
	StreamMessageWriter,
} from "vscode-languageserver/node";
import manifest from "../../package.json" with { type: "json" };
import { capabilitiesFor } from "./capabilities.ts";
import { clientOf } from "./client.ts";
import { Service } from "./service.ts";

/** Serves an editor over standard input and output until it says exit or is gone. */
export function serve(): void {
	const reader = new StreamMessageReader(process.stdin);
	const connection = createConnection(reader, new StreamMessageWriter(process.stdout));
	let hasShutDown = false;
	connection.onShutdown(() => {
		hasShutDown = true;
	});
	const end = (): void => {
		process.exit(hasShutDown ? 0 : 1);
	};
	process.stdin.on("end", end).on("close", end);
	process.stdout.on("error", end);
	reader.onError((error) => {
		if (!isLost(error)) return;
		process.stderr.write(`lockkeeper lsp: what follows cannot be read. ${error.message}\n`);
		process.exit(1);
	});
	startOn(connection, () => hasShutDown);
	connection.listen();
}

/** True when nobody can tell where the next message begins: an editor starts a server anew that ends. */
function isLost({ message }: Error): boolean {
	return /^(?:Message header|Header must|Content-Length)/.test(message);
}

function startOn(connection: Connection, hasShutDown: () => boolean): void {
	let service: Service | undefined;
	const start = (params: InitializeParams): InitializeResult => {
		const client = clientOf(params);
		const started = new Service(connection, client, params, hasShutDown);
		service = started;
		process.on("unhandledRejection", (error) => {
			started.crashed(error);
		});
		connection.onInitialized(() => started.begin());
		return {
			capabilities: capabilitiesFor(client),
			serverInfo: { name: manifest.name, version: manifest.version },
		};
	};
	connection.onInitialize((params) =>
		service
			? new ResponseError(ErrorCodes.InvalidRequest, "the server is initialized already")
			: start(params),
	);
	// What nothing else answers.
	connection.onRequest((method) =>
		service
			? new ResponseError(ErrorCodes.MethodNotFound, `there is no method ${method} here`)
			: new ResponseError(ErrorCodes.ServerNotInitialized, "initialize comes first"),
	);
}

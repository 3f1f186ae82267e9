import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { GateVerdict } from "./gate.ts";
import { prometheusText } from "./metrics-text.ts";
import { metricsOf } from "./metrics.ts";

/** Every probe of every pod asks: one answer counts for as long. In milliseconds. */
const keepFor = 3000;

export interface GateServerOptions {
	readonly host: string;
	/** 0: any that is free. */
	readonly port: number;
	/** Judges anew; never throws. */
	readonly judge: () => Promise<{ readonly verdict: GateVerdict; readonly schemaRev?: string }>;
	/** Milliseconds; only differences count. */
	readonly clock?: () => number;
}

type Judged = Awaited<ReturnType<GateServerOptions["judge"]>>;

/** Asks once for all who ask at the same time, and keeps the answer for a moment. */
function kept(
	judge: GateServerOptions["judge"],
	clock: () => number,
): () => Promise<{ readonly judged: Judged; readonly age: number }> {
	let last: { readonly judged: Judged; readonly at: number } | undefined;
	let asking: Promise<Judged> | undefined;
	return async () => {
		if (last && clock() - last.at < keepFor) return { judged: last.judged, age: clock() - last.at };
		asking ??= judge().finally(() => {
			asking = undefined;
		});
		const judged = await asking;
		last = { judged, at: clock() };
		return { judged, age: 0 };
	};
}

function respond(
	response: ServerResponse,
	status: number,
	type: string,
	body: string,
	headers: Readonly<Record<string, string>> = {},
): void {
	response.writeHead(status, {
		"content-type": type,
		"cache-control": "no-store",
		"x-content-type-options": "nosniff",
		...headers,
	});
	response.end(body);
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	ask: ReturnType<typeof kept>,
): Promise<void> {
	const [path] = (request.url ?? "/").split("?");
	if (request.method !== "GET" && request.method !== "HEAD") {
		respond(response, 405, "text/plain", "Only GET.\n", { allow: "GET, HEAD" });
		return;
	}
	if (path !== "/healthz" && path !== "/metrics") {
		respond(response, 404, "text/plain", "Here are /healthz and /metrics.\n");
		return;
	}
	const { judged, age } = await ask();
	const { verdict, schemaRev } = judged;
	if (path === "/metrics") {
		const metrics = metricsOf({ revisions: [], steps: [] }, [], {
			gate: verdict.state,
			...(schemaRev !== undefined && { schemaRev }),
		});
		respond(response, 200, "text/plain; version=0.0.4; charset=utf-8", prometheusText(metrics));
		return;
	}
	const isOpen = verdict.state === "open";
	const body = `${JSON.stringify(verdict)}\n`;
	const retry = Math.max(1, Math.ceil((keepFor - age) / 1000));
	respond(
		response,
		isOpen ? 200 : 503,
		"application/json",
		body,
		isOpen ? {} : { "retry-after": retry.toString() },
	);
}

/** Starts the health endpoint; resolves when it listens, rejects when it cannot. */
export function serveGate(options: GateServerOptions): Promise<Server> {
	const ask = kept(options.judge, options.clock ?? (() => performance.now()));
	const server = createServer((request, response) => {
		answer(request, response, ask).catch(() => {
			// What went wrong may name the address of the database.
			if (!response.headersSent) respond(response, 500, "text/plain", "A bug of lockkeeper.\n");
		});
	});
	server.requestTimeout = 10_000;
	server.headersTimeout = 5000;
	server.keepAliveTimeout = 5000;
	server.maxConnections = 200;
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.port, options.host, () => {
			resolve(server);
		});
	});
}

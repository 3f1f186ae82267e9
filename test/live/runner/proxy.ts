import { createServer, Socket, type Server } from "node:net";

interface Pair {
	readonly client: Socket;
	readonly server: Socket;
}

/** A network between a client and a server on this machine, which can fail in all ways that networks do. */
export class Proxy {
	readonly port: number;
	readonly #listener: Server;
	readonly #pairs = new Set<Pair>();
	readonly #state: { isDead: boolean };

	private constructor(port: number, listener: Server, state: { isDead: boolean }) {
		this.port = port;
		this.#listener = listener;
		this.#state = state;
	}

	static async to(port: number): Promise<Proxy> {
		const state = { isDead: false };
		const listener = createServer({ allowHalfOpen: true });
		await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
		const address = listener.address();
		const proxy = new Proxy(
			typeof address === "object" && address ? address.port : 0,
			listener,
			state,
		);
		listener.on("connection", (client) => {
			const server = new Socket({ allowHalfOpen: true });
			const pair = { client, server };
			for (const socket of [client, server]) {
				socket.on("error", () => undefined);
				socket.on("close", () => {
					client.destroy();
					server.destroy();
					proxy.#pairs.delete(pair);
				});
			}
			server.connect(port, "127.0.0.1");
			proxy.#pairs.add(pair);
			if (!state.isDead) join(pair);
		});
		return proxy;
	}

	/** Resets every connection. */
	drop(): void {
		for (const { client, server } of this.#pairs) {
			client.resetAndDestroy();
			server.resetAndDestroy();
		}
	}

	/** The client hears that the server has ended, or the server that the client has. */
	halfClose(side: "client" | "server"): void {
		for (const pair of this.#pairs) pair[side].end();
	}

	/** From now on nothing comes through, and nobody hears of it. */
	swallow(): void {
		this.#state.isDead = true;
		for (const { client, server } of this.#pairs) {
			client.unpipe(server).pause();
			server.unpipe(client).pause();
		}
	}

	/** New connections work again; the old ones stay dead. */
	heal(): void {
		this.#state.isDead = false;
	}

	async close(): Promise<void> {
		this.drop();
		await new Promise((resolve) => this.#listener.close(resolve));
	}
}

function join({ client, server }: Pair): void {
	client.pipe(server);
	server.pipe(client);
}

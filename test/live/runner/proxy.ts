import { createServer, Socket, type Server } from "node:net";
import { Transform, type Readable, type Writable } from "node:stream";

interface Pair {
	readonly client: Socket;
	readonly server: Socket;
	/** When the client said something that is not answered yet. */
	asked: number | undefined;
}

/** A network between a client and a server on this machine, which can fail in all ways that networks do. */
export class Proxy {
	readonly port: number;
	readonly #listener: Server;
	readonly #pairs = new Set<Pair>();
	readonly #silent = new Set<Pair>();
	#isDead = false;
	/** Milliseconds that everything takes each way on connections that are made from now on. */
	delay = 0;

	private constructor(port: number, listener: Server) {
		this.port = port;
		this.#listener = listener;
	}

	static async to(port: number): Promise<Proxy> {
		const listener = createServer({ allowHalfOpen: true });
		await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
		const address = listener.address();
		const proxy = new Proxy(typeof address === "object" && address ? address.port : 0, listener);
		listener.on("connection", (client) => {
			proxy.#connect(client, port);
		});
		return proxy;
	}

	#connect(client: Socket, port: number): void {
		const server = new Socket({ allowHalfOpen: true });
		const pair: Pair = { client, server, asked: undefined };
		client.on("data", () => {
			pair.asked ??= performance.now();
		});
		server.on("data", () => {
			pair.asked = undefined;
		});
		for (const socket of [client, server]) {
			socket.on("error", () => undefined);
			socket.on("close", () => {
				client.destroy();
				server.destroy();
				this.#pairs.delete(pair);
				this.#silent.delete(pair);
			});
		}
		server.connect(port, "127.0.0.1");
		this.#pairs.add(pair);
		if (this.#isDead) this.#silence(pair);
		else this.#join(pair);
	}

	#join({ client, server }: Pair): void {
		carry(client, server, this.delay);
		carry(server, client, this.delay);
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
		this.#isDead = true;
		for (const pair of this.#pairs) this.#silence(pair);
	}

	/** Nothing comes through on one connection, which the server knows by the port of its client. */
	swallowOne(clientPort: number): void {
		for (const pair of this.#pairs) {
			if (pair.server.localPort === clientPort) this.#silence(pair);
		}
	}

	/** Nothing comes through on connections that have waited for an answer for so many milliseconds. */
	swallowWaiting(atLeast: number): number {
		const now = performance.now();
		const waiting = [...this.#pairs].filter(({ asked = now }) => now - asked >= atLeast);
		for (const pair of waiting) this.#silence(pair);
		return waiting.length;
	}

	#silence(pair: Pair): void {
		const { client, server } = pair;
		client.unpipe().pause();
		server.unpipe().pause();
		this.#silent.add(pair);
	}

	/** New connections work again; the old ones stay dead. */
	heal(): void {
		this.#isDead = false;
	}

	/** All comes through that was held back, and what follows. */
	resume(): void {
		this.heal();
		for (const pair of this.#silent) this.#join(pair);
		this.#silent.clear();
	}

	async close(): Promise<void> {
		this.drop();
		await new Promise((resolve) => this.#listener.close(resolve));
	}
}

function carry(from: Readable, to: Writable, delay: number): void {
	if (delay === 0) {
		from.pipe(to);
		return;
	}
	const slow = new Transform({
		transform(chunk, _encoding, done) {
			setTimeout(() => {
				done(undefined, chunk);
			}, delay);
		},
	});
	from.pipe(slow).pipe(to);
}

import { createServer, Socket, type Server } from "node:net";

/** A connection of the server, and what it said when it was made. */
interface Backend {
	readonly socket: Socket;
	greeting: Buffer;
	client: Socket | undefined;
}

const sslRequest = 80_877_103;

/** Cuts what has come into whole messages of PostgreSQL's protocol; the rest is kept for later. */
function messagesOf(onMessage: (type: string, whole: Buffer) => void): (chunk: Buffer) => void {
	let rest = Buffer.alloc(0);
	return (chunk) => {
		rest = Buffer.concat([rest, chunk]);
		while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
			const end = rest.readInt32BE(1) + 1;
			const whole = rest.subarray(0, end);
			rest = rest.subarray(end);
			onMessage(String.fromCharCode(whole[0] ?? 0), whole);
		}
	};
}

/** Gives its few connections of the server to many clients, for a transaction each. */
export class Pooler {
	readonly port: number;
	readonly #listener: Server;
	readonly #backends: readonly Backend[];
	readonly #waiting: (() => void)[] = [];
	readonly #order: "same" | "turns";

	private constructor(listener: Server, backends: readonly Backend[], order: "same" | "turns") {
		const address = listener.address();
		this.port = typeof address === "object" && address ? address.port : 0;
		this.#listener = listener;
		this.#backends = backends;
		this.#order = order;
		listener.on("connection", (client) => {
			this.#serve(client);
		});
	}

	/** `order`: who comes gets the connection that was used last, or each in turn. */
	static async to(port: number, database: string, order: "same" | "turns"): Promise<Pooler> {
		const backends = await Promise.all([backendOf(port, database), backendOf(port, database)]);
		const listener = createServer();
		await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
		return new Pooler(listener, backends, order);
	}

	async close(): Promise<void> {
		for (const { socket, client } of this.#backends) {
			client?.destroy();
			socket.destroy();
		}
		await new Promise((resolve) => this.#listener.close(resolve));
	}

	#serve(client: Socket): void {
		client.on("error", () => undefined);
		let held: Backend | undefined;
		let last: Backend | undefined;
		const read = messagesOf((type, whole) => {
			if (type === "X") client.end();
			else this.#take(last, client, (backend) => (held = last = backend).socket.write(whole));
		});
		client.on("close", () => {
			if (held?.client === client) this.#release(held);
		});
		client.once("data", (startup) => {
			if (startup.readInt32BE(4) === sslRequest) {
				client.write("N");
				client.once("data", () => {
					this.#greet(client, read);
				});
			} else this.#greet(client, read);
		});
	}

	#greet(client: Socket, read: (chunk: Buffer) => void): void {
		client.write(this.#backends[0]?.greeting ?? "");
		client.on("data", read);
	}

	/** Hands over the connection that the client has, or a free one. */
	#take(last: Backend | undefined, client: Socket, use: (backend: Backend) => void): void {
		const own = this.#backends.find((backend) => backend.client === client);
		const free = this.#backends.filter((backend) => backend.client === undefined);
		const next = this.#order === "turns" ? (free.find((one) => one !== last) ?? free[0]) : free[0];
		const backend = own ?? next;
		if (!backend) {
			this.#waiting.push(() => {
				this.#take(last, client, use);
			});
			return;
		}
		if (!own) this.#bind(backend, client);
		use(backend);
	}

	#bind(backend: Backend, client: Socket): void {
		backend.client = client;
		backend.socket.removeAllListeners("data");
		backend.socket.on(
			"data",
			messagesOf((type, whole) => {
				client.write(whole);
				// Ready for a query, and in no transaction.
				if (type === "Z" && whole[5] === "I".charCodeAt(0)) this.#release(backend);
			}),
		);
	}

	#release(backend: Backend): void {
		backend.client = undefined;
		this.#waiting.shift()?.();
	}
}

function backendOf(port: number, database: string): Promise<Backend> {
	const socket = new Socket();
	const backend: Backend = { socket, greeting: Buffer.alloc(0), client: undefined };
	const words = Buffer.from(`user\0postgres\0database\0${database}\0application_name\0pool\0\0`);
	const startup = Buffer.alloc(8);
	startup.writeInt32BE(8 + words.length);
	startup.writeInt32BE(196_608, 4);
	socket.on("error", () => undefined);
	socket.connect(port, "127.0.0.1", () => socket.write(Buffer.concat([startup, words])));
	return new Promise((resolve) => {
		socket.on(
			"data",
			messagesOf((type, whole) => {
				backend.greeting = Buffer.concat([backend.greeting, whole]);
				if (type === "Z") resolve(backend);
			}),
		);
	});
}

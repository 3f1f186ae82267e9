import {
	cellText,
	failureOf,
	verbose,
	versionOf,
	type EngineProblem,
	type Row,
	type Session,
	type TraceEngine,
} from "../engine.ts";

/** Where a server listens: a connection string as libpq takes it. */
export type Address = string;

/** Opens a connection that hands every value over as text and keeps the server's debug messages. */
export async function connect(address: Address): Promise<Session> {
	const session = await openConnection(address, "lockkeeper trace");
	await session.query(verbose);
	return session;
}

/** Opens a connection that hands every value over as text; nothing is set on it. */
export async function openConnection(address: Address, applicationName: string): Promise<Session> {
	const { default: pg } = await import("pg");
	const client = new pg.Client({
		connectionString: address,
		application_name: applicationName,
		connectionTimeoutMillis: 10_000,
		types: { getTypeParser: () => (value: unknown) => value },
	});
	let notices: string[] = [];
	client.on("notice", ({ message }) => {
		if (message !== undefined) notices.push(message);
	});
	// A connection that breaks rejects the query that runs; without a listener it would end the process.
	client.on("error", () => undefined);
	await client.connect();
	return {
		async query(sql) {
			const { rows } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
			return rows.map((row): Row => row.map(cellText));
		},
		async execute(sql) {
			notices = [];
			const started = performance.now();
			try {
				await client.query(sql);
				return { milliseconds: performance.now() - started, notices };
			} catch (error) {
				const milliseconds = performance.now() - started;
				return { milliseconds, notices, failure: failureOf(error) };
			}
		},
		close: () => client.end(),
	};
}

/** Returns the engine on a server that runs; `close` ends what was started for it. */
export async function engineAt(
	address: Address,
	options: {
		readonly throwAway: boolean;
		readonly named: (version: string) => string;
		readonly close: () => Promise<void>;
	},
): Promise<TraceEngine | EngineProblem> {
	const session = await connect(address);
	const { text, major } = await versionOf(session);
	return {
		...session,
		name: options.named(text),
		version: major,
		throwAway: options.throwAway,
		connect: () => connect(address),
		async close() {
			await session.close();
			await options.close();
		},
	};
}

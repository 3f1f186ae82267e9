import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { findBinaries } from "../../../src/trace/engines/binaries.ts";
import { freePort } from "../../../src/trace/engines/free-port.ts";
import type { SmallDisk } from "./small-disk.ts";

const settings = {
	listen_addresses: "127.0.0.1",
	unix_socket_directories: "",
	// The operating system lives on when the server is killed: what is committed must stay.
	fsync: "off",
	wal_level: "replica",
	max_connections: "60",
	log_min_messages: "log",
	// Every change of a schema, whether it is committed or not, with the process that asked for it.
	log_statement: "ddl",
	log_line_prefix: "%p %d ",
	logging_collector: "on",
	log_directory: "log",
	log_filename: "server.log",
	log_rotation_size: "0",
};

interface User {
	readonly uid?: number;
	readonly gid?: number;
}

/** A program of the server, as its user, where it sees the disk. */
interface Command {
	readonly program: string;
	readonly args: readonly string[];
	readonly options: User & { readonly cwd: string };
}

function commandOf(args: readonly string[], user: User, disk: SmallDisk | undefined): Command {
	const { uid, gid } = user;
	const as = ["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
	const [program = "", ...rest] = disk ? [...disk.prefix, ...as, ...args] : args;
	return { program, args: rest, options: { ...(disk ? {} : user), cwd: "/" } };
}

/** A PostgreSQL server of our own that can be shut down at once and started again. */
export class RestartableServer {
	readonly port: number;
	readonly #binaries: string;
	readonly #user: User;
	readonly #directory: string;
	readonly #more: readonly string[];
	readonly #disk: SmallDisk | undefined;
	#process: ChildProcess | undefined;

	private constructor(
		port: number,
		binaries: string,
		user: User,
		directory: string,
		more: readonly string[],
		disk?: SmallDisk,
	) {
		this.port = port;
		this.#binaries = binaries;
		this.#user = user;
		this.#directory = directory;
		this.#more = more;
		this.#disk = disk;
	}

	/** `disk` holds all of its data, or what is put there. undefined: this machine has no server of that version. */
	static async start(
		major = 18,
		more: Readonly<Record<string, string>> = {},
		{ disk, holds }: { readonly disk?: SmallDisk; readonly holds?: "all" | "tables" } = {},
	): Promise<RestartableServer | undefined> {
		const binaries = findBinaries(major, [process.cwd()]);
		if (!binaries) return undefined;
		const idOf = (flag: string): number =>
			Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
		const user: User = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
		const outside = mkdtempSync(path.join(tmpdir(), "lockkeeper-server-"));
		if (user.uid !== undefined) chownSync(outside, user.uid, user.gid ?? 0);
		const directory = disk && holds === "all" ? path.join(disk.directory, "data") : outside;
		const initdb = [path.join(binaries.directory, "initdb"), "-D", directory, "-U", "postgres"];
		const { program, args, options } = commandOf(
			[...initdb, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
			user,
			disk,
		);
		const made = spawnSync(program, args, { ...options, encoding: "utf8" });
		if (made.status !== 0) throw new Error(made.stderr);
		const flags = Object.entries({ ...settings, ...more }).flatMap(([name, value]) => [
			"-c",
			`${name}=${value}`,
		]);
		const server = new RestartableServer(
			await freePort(),
			binaries.directory,
			user,
			directory,
			flags,
			disk,
		);
		process.once("exit", () => {
			server.#process?.kill("SIGKILL");
			rmSync(outside, { recursive: true, force: true });
		});
		await server.up();
		return server;
	}

	url(database = "postgres", port = this.port): string {
		return `postgres://postgres@127.0.0.1:${port}/${database}`;
	}

	/** Returns the processes that changed the schema of a database, one for each statement, in their order. */
	schemaChangers(database: string): readonly number[] {
		const log = readFileSync(path.join(this.#directory, "log/server.log"), "utf8");
		const line = new RegExp(String.raw`^(\d+) ${database} LOG:  (?:statement|execute .*?): `, "gm");
		return [...log.matchAll(line)].map(([, pid]) => Number(pid));
	}

	#start(): void {
		const postgres = [path.join(this.#binaries, "postgres"), "-D", this.#directory];
		const { program, args, options } = commandOf(
			[...postgres, "-p", String(this.port), ...this.#more],
			this.#user,
			this.#disk,
		);
		this.#process = spawn(program, args, { ...options, stdio: "ignore" });
	}

	get #isOver(): boolean {
		const server = this.#process;
		return server?.exitCode !== null || server.signalCode !== null;
	}

	/** Starts it where it does not run, as often as it breaks down, and waits until it answers. */
	async up(): Promise<void> {
		for (let time = 0; time < 600; time += 1) {
			if (this.#isOver) this.#start();
			try {
				await ask(this.url(), "SELECT 1");
				return;
			} catch {
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		}
		throw new Error("the server does not start");
	}

	/** Shuts down without a word to anybody: connections break, what is not committed is gone. */
	async down(signal: "SIGQUIT" | "SIGINT" = "SIGQUIT"): Promise<void> {
		const server = this.#process;
		if (!server || this.#isOver) return;
		const ended = new Promise((resolve) => server.once("exit", resolve));
		server.kill(signal);
		await ended;
	}

	/** Starts a copy that only reads: a hot standby that waits for its primary's log. */
	async standby(): Promise<RestartableServer> {
		await this.down("SIGINT");
		const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-standby-"));
		cpSync(this.#directory, directory, { recursive: true });
		writeFileSync(path.join(directory, "standby.signal"), "");
		if (this.#user.uid !== undefined) {
			execFileSync("chown", ["-R", `${this.#user.uid}:${this.#user.gid ?? 0}`, directory]);
		}
		execFileSync("chmod", ["700", directory]);
		await this.up();
		const copy = new RestartableServer(
			await freePort(),
			this.#binaries,
			this.#user,
			directory,
			this.#more,
		);
		await copy.up();
		return copy;
	}

	async close(): Promise<void> {
		await this.down();
		rmSync(this.#directory, { recursive: true, force: true });
	}
}

/** Returns the rows of a query on a connection of its own. */
export async function ask(
	url: string,
	sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
	const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
	client.on("error", () => undefined);
	try {
		await client.connect();
		const result = await client.query<Record<string, unknown>>(sql);
		return Array.isArray(result) ? [] : result.rows;
	} finally {
		await client.end().catch(() => undefined);
	}
}

import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { accessSync, chownSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createConnection } from "mysql2/promise";
import { freePort } from "../../src/trace/engines/free-port.ts";

/** A temporary MariaDB server on loopback: user root, no password, an empty database `app`. */
export interface MariadbServer {
	readonly url: string;
	/** Kills the server, as when the machine loses its power, and starts it again on the same files. */
	restart(): Promise<void>;
	/** Ends the server and removes its files. */
	close(): Promise<void>;
}

const programs = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/usr/bin/mariadbd"];
const shares = ["/usr/share/mysql", "/usr/share/mariadb", "/usr/local/share/mysql"];

function isReadable(file: string, mode = constants.R_OK): boolean {
	try {
		accessSync(file, mode);
		return true;
	} catch {
		return false;
	}
}

interface Installation {
	readonly program: string;
	/** The folder of the SQL files that make the system tables. */
	readonly share: string;
}

/** Returns where MariaDB is installed; undefined where it is not. */
export function findMariadb(): Installation | undefined {
	const program = programs.find((file) => isReadable(file, constants.X_OK));
	const share = shares.find((folder) => isReadable(path.join(folder, "mysql_system_tables.sql")));
	return program !== undefined && share !== undefined ? { program, share } : undefined;
}

/** MariaDB refuses to run as root unless told so: then it runs as nobody. */
function ownTo(directory: string): readonly string[] {
	if (process.getuid?.() !== 0) return [];
	const idOf = (flag: string): number =>
		Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
	chownSync(directory, idOf("-u"), idOf("-g"));
	return ["--user=nobody"];
}

const systemFiles = ["mysql_system_tables.sql", "mysql_system_tables_data.sql"];

function initialize({ program, share }: Installation, options: readonly string[]): void {
	const tables = systemFiles.map((name) => readFileSync(path.join(share, name), "utf8"));
	const input = ["CREATE DATABASE mysql;", "USE mysql;", ...tables, "CREATE DATABASE app;"];
	const made = spawnSync(program, [...options, "--bootstrap", "--skip-grant-tables"], {
		input: `${input.join("\n")}\n`,
		encoding: "utf8",
		cwd: tmpdir(),
	});
	if (made.status !== 0) throw new Error(`MariaDB made no system tables:\n${made.stderr}`);
}

async function waitUntilReady(server: ChildProcess, url: string): Promise<void> {
	const deadline = performance.now() + 30_000;
	for (;;) {
		if (server.exitCode !== null) throw new Error(`MariaDB ended with code ${server.exitCode}.`);
		try {
			const connection = await createConnection({ uri: url, connectTimeout: 2_000 });
			await connection.end();
			return;
		} catch (error) {
			if (performance.now() > deadline) throw error;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

/**
 * Starts MariaDB in a temporary directory on a free port of this machine. Returns undefined where no
 * MariaDB is installed. It ends with this process at the latest.
 */
export async function startMariadb(): Promise<MariadbServer | undefined> {
	const installation = findMariadb();
	if (!installation) return undefined;
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-mariadb-"));
	const remove = (): void => {
		rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
	};
	const options = [
		"--no-defaults",
		`--datadir=${directory}`,
		`--lc-messages-dir=${installation.share}`,
		...ownTo(directory),
		// What it holds is thrown away: nothing need reach a disk.
		"--innodb-flush-method=nosync",
		"--innodb-doublewrite=0",
		"--sync-frm=0",
		// What is committed outlives the server, though not the machine.
		"--innodb-flush-log-at-trx-commit=2",
		"--innodb-buffer-pool-size=32M",
		"--skip-log-bin",
	];
	try {
		initialize(installation, options);
	} catch (error) {
		remove();
		throw error;
	}
	const port = await freePort();
	const start = (): ChildProcess => {
		const started = spawn(
			installation.program,
			[
				...options,
				"--skip-networking=0",
				"--bind-address=127.0.0.1",
				`--port=${port}`,
				`--socket=${path.join(directory, "socket")}`,
				`--pid-file=${path.join(directory, "pid")}`,
				"--skip-grant-tables",
			],
			{ cwd: directory, stdio: "ignore" },
		);
		started.once("error", () => undefined);
		return started;
	};
	let child = start();
	const endNow = (): void => {
		child.kill("SIGKILL");
		remove();
	};
	process.once("exit", endNow);
	const kill = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((resolve) => child.once("exit", resolve));
		child.kill("SIGKILL");
		await ended;
	};
	const close = async (): Promise<void> => {
		process.off("exit", endNow);
		await kill();
		remove();
	};
	const url = `mysql://root@127.0.0.1:${port}/app`;
	try {
		await waitUntilReady(child, url);
	} catch (error) {
		await close();
		throw error;
	}
	const restart = async (): Promise<void> => {
		await kill();
		child = start();
		await waitUntilReady(child, url);
	};
	return { url, restart, close };
}

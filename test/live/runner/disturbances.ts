import { randomInstant, type Disturbance } from "./kill-rounds.ts";
import type { Proxy } from "./proxy.ts";
import { ask, type RestartableServer } from "./restartable-server.ts";
import { RunnerProcess } from "./runner-process.ts";

const wait = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));

/** pg_terminate_backend of one of the runner's connections, or of all. */
export function terminate(random: () => number, name: "one" | "all" | "lock"): Disturbance {
	const which = {
		one: "ORDER BY random() LIMIT 1",
		all: "",
		lock: "AND application_name = 'lockkeeper lock'",
	}[name];
	return {
		name: `terminate ${name}`,
		async disturb(runner, url) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			await ask(
				url,
				`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper%'
				AND application_name <> 'lockkeeper judge' AND datname = current_database() ${which}`,
			);
			return true;
		},
	};
}

/**
 * A runner that is frozen until its lease is somebody else's: what the server's clock does after a minute
 * (idle_session_timeout) is done at once. The other one works, then the first one wakes.
 */
export function freeze(
	random: () => number,
	cwd: string,
	argsFor: (url: string) => readonly string[],
): Disturbance {
	return {
		name: "frozen past its lease",
		async disturb(runner, url) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			runner.child.kill("SIGSTOP");
			await ask(
				url,
				`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
				AND (application_name = 'lockkeeper lock' OR state LIKE 'idle in transaction%')`,
			);
			const other = new RunnerProcess(cwd, argsFor(url));
			await wait(400 + random() * 1500);
			runner.child.kill("SIGCONT");
			await runner.ended;
			await wait(random() * 1000);
			await other.kill();
			return true;
		},
	};
}

/** A shutdown, at once as when the machine loses its power or with a word to everybody; the server comes back. */
export function restart(random: () => number, server: RestartableServer): Disturbance {
	return {
		name: "server shut down",
		async disturb(runner) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			await server.down(random() < 0.7 ? "SIGQUIT" : "SIGINT");
			await wait(random() * 1500);
			await server.up();
			return true;
		},
	};
}

/** What networks do. */
export function network(
	random: () => number,
	proxy: Proxy,
	how: "drop" | "client" | "server",
): Disturbance {
	return {
		name: { drop: "reset", client: "half closed to us", server: "half closed to the server" }[how],
		async disturb(runner) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			if (how === "drop") proxy.drop();
			else proxy.halfClose(how);
			return true;
		},
	};
}

/** A network that swallows everything for more than a minute. */
export function silence(random: () => number, proxy: Proxy): Disturbance {
	return {
		name: "silence of 70 s",
		async disturb(runner) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			proxy.swallow();
			await Promise.race([wait(70_000), runner.ended]);
			proxy.heal();
			return true;
		},
	};
}

/** One connection is dead, and neither the runner nor the server hears of it. */
export function hang(random: () => number, proxy: Proxy): Disturbance {
	return {
		name: "one connection silent",
		async disturb(runner, url) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			const [row] = await ask(
				url,
				`SELECT client_port FROM pg_stat_activity WHERE application_name LIKE 'lockkeeper%' AND application_name <> 'lockkeeper judge'
				AND datname = current_database() ORDER BY state = 'idle', random() LIMIT 1`,
			);
			if (!row) return false;
			proxy.swallowOne(Number(row["client_port"]));
			return true;
		},
	};
}

/** A network that swallows everything for some seconds; what it held back comes through then. */
export function gap(random: () => number, proxy: Proxy): Disturbance {
	return {
		name: "gap of some seconds",
		async disturb(runner) {
			await randomInstant(runner, random);
			if (runner.isOver) return false;
			proxy.swallow();
			await Promise.race([wait(random() * 12_000), runner.ended]);
			proxy.resume();
			return true;
		},
	};
}

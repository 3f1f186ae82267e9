import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** A process that has a lock. */
export interface LockHolder {
	readonly process: number;
	readonly host: string;
}

function isRunning(process_: number): boolean {
	try {
		process.kill(process_, 0);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "EPERM";
	}
}

/** Returns who has written a lock file; undefined where there is none. */
export function readLock(file: string): LockHolder | undefined {
	try {
		const [process_ = "", host = hostname()] = readFileSync(file, "utf8").trim().split(" ");
		return { process: Number.parseInt(process_, 10), host };
	} catch {
		return undefined;
	}
}

/** Whether the holder still works, as far as this machine can tell: another machine's processes are taken to. */
export function holds({ process: number, host }: LockHolder): boolean {
	return host === hostname() ? number > 0 && isRunning(number) : number > 0;
}

/** Writes a lock file for this process; returns the process that has it, when it still runs. */
export function takeLock(file: string): LockHolder | undefined {
	for (let time = 0; time < 2; time += 1) {
		try {
			writeFileSync(file, `${process.pid} ${hostname()}\n`, { flag: "wx" });
			return undefined;
		} catch {
			const holder = readLock(file);
			const isOurs = holder?.process === process.pid && holder.host === hostname();
			if (holder && !isOurs && holds(holder)) return holder;
			rmSync(file, { force: true });
		}
	}
	return { process: 0, host: hostname() };
}

/** Removes the lock file of this process. */
export function freeLock(file: string): void {
	rmSync(file, { force: true });
}

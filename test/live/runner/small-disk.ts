import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * A disk of some megabytes in memory, which only those see who are started with its prefix: a mount of their own,
 * for which one must be root.
 */
export class SmallDisk {
	readonly directory: string;
	/** Empty, and of the user nobody: for a tablespace. */
	readonly tables: string;
	/** What is put before a command so that it sees the disk. */
	readonly prefix: readonly string[];
	readonly #holder: ChildProcess;

	private constructor(directory: string, holder: ChildProcess) {
		this.directory = directory;
		this.tables = path.join(directory, "tables");
		this.#holder = holder;
		this.prefix = ["nsenter", "-t", String(holder.pid), "-m", "--"];
	}

	/** undefined: this machine or user may not mount. */
	static async make(megabytes: number): Promise<SmallDisk | undefined> {
		const isAllowed =
			process.getuid?.() === 0 &&
			spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", tmpdir()]).status === 0 &&
			spawnSync("nsenter", ["--version"]).status === 0;
		if (!isAllowed) return undefined;
		const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-disk-"));
		const holder = spawn(
			"unshare",
			[
				"-m",
				"sh",
				"-c",
				`mount -t tmpfs -o size=${megabytes}m,mode=777 tmpfs ${directory} && mkdir ${directory}/tables && chown nobody ${directory}/tables && echo ready && exec sleep 3600`,
			],
			{ stdio: ["ignore", "pipe", "ignore"] },
		);
		process.once("exit", () => {
			holder.kill("SIGKILL");
			rmSync(directory, { recursive: true, force: true });
		});
		await new Promise((resolve) => holder.stdout.once("data", resolve));
		return new SmallDisk(directory, holder);
	}

	#run(command: string): string {
		const [program = "", ...args] = this.prefix;
		return execFileSync(program, [...args, "sh", "-c", command], { encoding: "utf8" });
	}

	/** Leaves only so many kilobytes. */
	fill(left: number): void {
		this.free();
		const [, available] = this.#run(`df --output=avail -k ${this.directory}`).trim().split("\n");
		this.#run(`fallocate -l ${Number(available) - left}K ${this.directory}/ballast`);
	}

	free(): void {
		this.#run(`rm -f ${this.directory}/ballast`);
	}

	close(): void {
		this.#holder.kill("SIGKILL");
		rmSync(this.directory, { recursive: true, force: true });
	}
}

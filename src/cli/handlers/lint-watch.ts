import { watch, type FSWatcher } from "node:fs";
import path from "node:path";
import { parentOf } from "../../project/files.ts";
import { countOf, type LintReport } from "../../report/report.ts";
import { fail, note } from "../output.ts";
import type { LintArguments } from "../commands/lint.ts";
import { standardInputMark } from "../standard-input.ts";

/** One run of lint, not yet printed. */
export interface Round {
	readonly report: LintReport;
	readonly show: () => void;
}

/** Editors write a file in several steps: this long nothing must happen before it is read. */
const quietMilliseconds = 60;

function misuseOf(args: LintArguments): { message: string; hint: string } | undefined {
	if (!process.stdout.isTTY) {
		return {
			message: "--watch is for a terminal, and the output goes somewhere else.",
			hint: "Leave --watch out: lockkeeper lint judges once.",
		};
	}
	const isFixing = args.fix || args["fix-suggestions"] || args.diff;
	const readsInput =
		args.files?.includes(standardInputMark) === true || args["stdin-filename"] !== undefined;
	if (!isFixing && !readsInput) return undefined;
	return {
		message: `--watch does not go together with ${isFixing ? "fixes" : "standard input"}.`,
		hint: "Run lockkeeper lint without --watch for that.",
	};
}

/** Every directory that may get or lose a migration, and the one of the config and its statistics. */
function directoriesOf({ files, projects }: LintReport): ReadonlySet<string> {
	const directories = new Set([".", ...projects.map(({ root }) => root)]);
	for (const file of files.keys()) {
		let directory = parentOf(file);
		while (!directories.has(directory) && directory !== parentOf(directory)) {
			directories.add(directory);
			directory = parentOf(directory);
		}
	}
	return directories;
}

/** What can be seen of a run; the same text means that nothing is to be told. */
function outcomeOf({ files, findings, problems }: LintReport): string {
	return JSON.stringify([[...files.values()], findings, problems]);
}

/** Watches directories; `onChange` hears of each change of a file in them. */
class Watchers {
	readonly #watchers = new Map<string, FSWatcher>();
	readonly #onChange: () => void;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** Watches these directories and no others. */
	set(directories: ReadonlySet<string>): void {
		for (const [directory, watcher] of this.#watchers) {
			if (directories.has(directory)) continue;
			watcher.close();
			this.#watchers.delete(directory);
		}
		for (const directory of directories) {
			if (this.#watchers.has(directory)) continue;
			try {
				const watcher = watch(path.resolve(directory), this.#onChange);
				// A directory that is removed: the next run sees what is left.
				watcher.on("error", this.#onChange);
				this.#watchers.set(directory, watcher);
			} catch (error) {
				note(`lockkeeper: ${directory} cannot be watched: ${String(error)}`);
			}
		}
	}

	close(): void {
		this.set(new Set());
	}
}

function watching({ files }: LintReport): string {
	return `watching ${countOf(files.size, "file")}`;
}

/** Resolves when one of the calls of the returned function is followed by a quiet moment. */
function nextChange(): { readonly changed: Promise<void>; readonly onChange: () => void } {
	let timer: NodeJS.Timeout | undefined;
	let resolve: () => void = () => undefined;
	const changed = new Promise<void>((done) => {
		resolve = done;
	});
	const onChange = (): void => {
		clearTimeout(timer);
		timer = setTimeout(resolve, quietMilliseconds);
	};
	return { changed, onChange };
}

/**
 * Judges, and judges again whenever a file in the directories of the migrations changes, until ctrl-C. What
 * was printed stays; a change that changes nothing to be told prints nothing.
 */
export async function watchAndLint(
	args: LintArguments,
	judge: () => Promise<Round | undefined>,
): Promise<void> {
	const misuse = misuseOf(args);
	if (misuse) {
		fail(misuse);
		return;
	}
	let next = nextChange();
	const watchers = new Watchers(() => {
		next.onChange();
	});
	const interrupted = new Promise<"interrupted">((resolve) => {
		process.once("SIGINT", () => {
			resolve("interrupted");
		});
	});
	watchers.set(new Set(["."]));
	let told: string | undefined;
	do {
		next = nextChange();
		const round = await judge();
		if (!round) {
			told = undefined;
			continue;
		}
		watchers.set(directoriesOf(round.report));
		const outcome = outcomeOf(round.report);
		if (outcome === told) continue;
		told = outcome;
		round.show();
		note(watching(round.report));
	} while ((await Promise.race([next.changed, interrupted])) !== "interrupted");
	watchers.close();
	process.exitCode = 0;
}

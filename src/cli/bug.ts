import { exitCodes, note } from "./output.ts";
import type { ProjectProblem } from "../core/migration.ts";
import { version } from "../version.ts";

/** A bug of ours: say so, with what is needed to report it, and never as a finding. */
export function reportBug(error: unknown): void {
	const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
	tell("lockkeeper stopped because of a bug of its own; nothing was changed.", details);
	process.exitCode = exitCodes.bug;
}

/** Prints what a report of the bugs needs that were met while everything else was judged. */
export function reportBugs(problems: readonly ProjectProblem[]): void {
	for (const { file, message, details } of problems) {
		if (details !== undefined) tell(`lockkeeper: ${file ?? ""}: ${message}.`, details);
	}
}

function tell(what: string, details: string): void {
	note(
		[
			what,
			`lockkeeper ${version}, Node ${process.versions.node}, ${process.platform}`,
			details,
			"Please report it with the lines above.",
		].join("\n"),
	);
}

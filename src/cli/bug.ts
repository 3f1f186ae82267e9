import { exitCodes, note } from "./output.ts";
import { version } from "../version.ts";

/** A bug of ours: say so, with what is needed to report it, and never as a finding. */
export function reportBug(error: unknown): void {
	const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
	note(
		[
			"lockkeeper stopped because of a bug of its own; nothing was changed.",
			`lockkeeper ${version}, Node ${process.versions.node}, ${process.platform}`,
			details,
			"Please report it with the lines above.",
		].join("\n"),
	);
	process.exitCode = exitCodes.bug;
}

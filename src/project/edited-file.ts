import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ProjectProblem } from "../core/migration.ts";
import { errorCode } from "./files.ts";

/**
 * Writes a text as UTF-8 in place of a file: whole or not at all, with the mode the file has. A link stays
 * a link. Returns a problem when the file cannot be written.
 */
export function replaceFile(cwd: string, file: string, text: string): ProjectProblem | undefined {
	let temporary: string | undefined;
	try {
		const target = realpathSync(path.resolve(cwd, file));
		temporary = `${target}.${process.pid}.tmp`;
		writeFileSync(temporary, text, { flag: "wx" });
		chmodSync(temporary, statSync(target).mode);
		renameSync(temporary, target);
		return undefined;
	} catch (error) {
		if (temporary !== undefined) rmSync(temporary, { force: true });
		const reason = errorCode(error);
		if (reason === undefined) throw error;
		return {
			code: "unreadableFile",
			severity: "error",
			file,
			message: `${file} cannot be written: ${reason}`,
			hint: "Make the file and its directory writable, or take the change from --diff.",
		};
	}
}

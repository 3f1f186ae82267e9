import type { Connection } from "vscode-languageserver";
import { parseSettings, type Settings } from "./settings.ts";

/** How long the first answer may hold up the first judgement; some editors never give one. */
const patienceMilliseconds = 250;

/** Asks the editor for its settings of each folder; one answer for all where it has no folders. */
export async function askSettings(
	connection: Connection,
	folders: readonly string[],
): Promise<readonly Settings[]> {
	const items = folders.map((scopeUri) => ({ scopeUri, section: "lockkeeper" }));
	const asked = items.length > 0 ? items : [{ section: "lockkeeper" }];
	const answers: unknown = await connection.workspace.getConfiguration(asked);
	return Array.isArray(answers) ? answers.map(parseSettings) : [];
}

/** Waits for something that may never come, not for long. */
export function notForLong(promise: Promise<unknown>): Promise<unknown> {
	const timer = new Promise((resolve) => {
		setTimeout(resolve, patienceMilliseconds).unref();
	});
	return Promise.race([promise, timer]);
}

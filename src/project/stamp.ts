import { statSync } from "node:fs";

/** Returns a text that changes when one of the files or directories is written, made or removed. */
export function stampOf(paths: readonly string[]): string {
	return paths
		.map((path) => {
			const found = statSync(path, { throwIfNoEntry: false });
			return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : "";
		})
		.join("\n");
}

/** Returns when a file came to its place or was written, in milliseconds since 1970; undefined for none. */
export function timeOfChange(path: string): number | undefined {
	return statSync(path, { throwIfNoEntry: false })?.ctimeMs;
}

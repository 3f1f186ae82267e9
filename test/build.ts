import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

function newest(folder: string): number {
	const names = readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
	return Math.max(...names.map((name) => statSync(path.join(root, folder, name)).mtimeMs));
}

/** Bundles the command line when a source is newer than the bundle: the tests run what users run. */
export function setup(): void {
	const built = statSync(path.join(root, "dist/cli.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (Math.max(newest("src"), newest("rules")) < built) return;
	execFileSync(process.execPath, [path.join(root, "node_modules/rolldown/bin/cli.mjs"), "-c"], {
		cwd: root,
		stdio: ["ignore", "ignore", "inherit"],
	});
}

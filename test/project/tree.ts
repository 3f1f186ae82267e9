import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** Writes files into a new directory that is gone after the test; returns the directory. */
export function tree(contents: Readonly<Record<string, string>>): string {
	const root = mkdtempSync(path.join(tmpdir(), "lockkeeper-"));
	onTestFinished(() => {
		rmSync(root, { recursive: true, force: true });
	});
	for (const [name, content] of Object.entries(contents)) {
		mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		writeFileSync(path.join(root, name), content);
	}
	return root;
}

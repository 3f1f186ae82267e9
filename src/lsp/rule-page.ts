import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** Returns the address of a rule's page, which the package brings along; undefined when there is none. */
export function rulePage(rule: string): string | undefined {
	if (!/^[a-z][a-z-]*$/.test(rule)) return undefined;
	for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
		const page = path.join(folder, "docs", "rules", `${rule}.md`);
		if (existsSync(page)) return pathToFileURL(page).href;
		if (existsSync(path.join(folder, "package.json")) || folder === path.dirname(folder)) {
			return undefined;
		}
	}
}

import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import type { Files } from "../files.ts";
import type { Script } from "./flyway-names.ts";
import type { FlywaySettings } from "./flyway-settings.ts";
import { readInto, verifySections, wholeFile } from "./section.ts";

/** Returns the migration that a script is; undefined where it cannot be read, which is then a problem. */
export function sourceOf(
	script: Script,
	undo: string | undefined,
	files: Files,
	problems: ProjectProblem[],
	settings: FlywaySettings | undefined,
): MigrationSource | undefined {
	const up = sectionOf(script.file, files, problems, settings);
	if (!up) return undefined;
	const down = undo === undefined ? undefined : sectionOf(undo, files, problems, settings);
	return {
		id: script.kind === "R" ? script.description : script.written,
		name: script.description,
		up: [up.section],
		down: down ? [down.section] : [],
		verify: verifySections(script.file, files, problems),
		placeholders: up.replacesPlaceholders ? ["dollarBrace"] : [],
		...(settings && { placeholderValues: settings.placeholders }),
	};
}

function sectionOf(
	path: string,
	files: Files,
	problems: ProjectProblem[],
	general: FlywaySettings | undefined,
): { readonly section: Section; readonly replacesPlaceholders: boolean } | undefined {
	const file = readInto(path, files, problems);
	if (!file) return undefined;
	const settings = scriptConfig(`${path}.conf`, files, problems);
	const own = settings.get("executeintransaction");
	const inTransaction = own === undefined ? general?.inTransaction !== false : own !== "false";
	const transaction = general?.isGrouped === true ? "all" : "file";
	return {
		section: inTransaction
			? wholeFile(file, transaction, { perStatementDetection: true })
			: wholeFile(file, "none"),
		replacesPlaceholders:
			(settings.get("placeholderreplacement") ?? String(general?.replacesPlaceholders ?? true)) !==
			"false",
	};
}

/** Reads a script configuration file: Java properties, here without escapes. */
function scriptConfig(
	path: string,
	files: Files,
	problems: ProjectProblem[],
): ReadonlyMap<string, string> {
	const settings = new Map<string, string>();
	if (!files.exists(path)) return settings;
	const text = readInto(path, files, problems)?.text ?? "";
	for (const match of text.matchAll(/^\s*(?:flyway\.)?(\w+)\s*[=:]\s*(.*?)\s*$/gm)) {
		settings.set((match[1] ?? "").toLowerCase(), (match[2] ?? "").toLowerCase());
	}
	return settings;
}

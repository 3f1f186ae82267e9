import type { MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { joinPath, type Files } from "../files.ts";
import { readJson } from "../json.ts";
import { rowNewest } from "../applied/history-table.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { readInto, wholeFile } from "./section.ts";
import { versionsOf } from "./version-folders.ts";

/**
 * The SQL tool of Temporal and Cadence: a folder for each version, whose manifest.json lists the files
 * (temporalio/temporal, tools/common/schema/updatetask.go).
 */
export const temporal: Layout = {
	id: "temporal",
	name: "Temporal SQL tool",
	orderedBy: "the version in the folder's name, then manifest.json",
	applied: { ...rowNewest("schema_version", "curr_version"), revisionOf: ({ id }) => id.slice(1) },
	ownsFolders: true,

	detect(directory, files) {
		const first = versionsOf(directory, files).find((version) =>
			manifestText(directory, version, files)?.includes('"SchemaUpdateCqlFiles"'),
		);
		return first === undefined
			? undefined
			: { why: `SchemaUpdateCqlFiles in ${first}/manifest.json` };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const migrations: MigrationSource[] = [];
		for (const version of versionsOf(directory, files)) {
			const folder = joinPath(directory, version);
			const names = listedFiles(joinPath(folder, "manifest.json"), files, problems);
			const up = names.flatMap((name): readonly Section[] => {
				const file = readInto(joinPath(folder, name), files, problems);
				return file ? [wholeFile(file, "none")] : [];
			});
			migrations.push({ id: version, name: version, up, down: [], verify: [], placeholders: [] });
		}
		return { migrations, problems };
	},
};

function manifestText(directory: string, version: string, files: Files): string | undefined {
	const manifest = joinPath(directory, version, "manifest.json");
	return files.exists(manifest) ? files.read(manifest).file?.text : undefined;
}

function listedFiles(
	manifest: string,
	files: Files,
	problems: ProjectProblem[],
): readonly string[] {
	const file = readInto(manifest, files, problems);
	if (!file) return [];
	const reading = readJson(file);
	const value: unknown = "value" in reading ? reading.value : undefined;
	if (typeof value === "object" && value !== null && "SchemaUpdateCqlFiles" in value) {
		const names: unknown = value.SchemaUpdateCqlFiles;
		if (Array.isArray(names)) return names.filter((name) => typeof name === "string");
		if (names === null) return [];
	}
	problems.push({
		code: "badJournal",
		severity: "error",
		file: manifest,
		message: `${manifest} has no list SchemaUpdateCqlFiles: nothing of its folder is read`,
		hint: "List the files of the folder in the order in which they run.",
	});
	return [];
}

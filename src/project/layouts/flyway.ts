import type { MigrationSource, ProjectProblem } from "../../core/migration.ts";
import { flywayChecksums } from "../applied/checksums.ts";
import { compareText, folderName, joinPath, nameOf } from "../files.ts";
import {
	companions,
	configuredName,
	isLonger,
	locationsOf,
	scriptsIn,
} from "./flyway-locations.ts";
import { versionKey, scriptOf, usualNames, type Script } from "./flyway-names.ts";
import { badNames, strayConfigs } from "./flyway-problems.ts";
import { flywaySettings } from "./flyway-settings.ts";
import { sourceOf } from "./flyway-source.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { compareDigits, duplicateRevisions, folderNames, sqlNames } from "./section.ts";

/** Flyway: V2__name.sql once each, U2__name.sql undoes, B2__name.sql a baseline, R__name.sql again. */
export const flyway: Layout = {
	id: "flyway",
	name: "Flyway",
	orderedBy: "the version number in the file name, repeatable ones last",
	applied: {
		table: "flyway_schema_history",
		also: ["schema_version"],
		rows: `SELECT coalesce(version, replace(description, ' ', '_')), checksum, NOT success FROM {table}
			WHERE type NOT IN ('SCHEMA', 'BASELINE', 'DELETE') ORDER BY installed_rank`,
		holds: "each",
		revisionOf: ({ id, repeatable }) =>
			repeatable === true ? id.replaceAll(" ", "_") : id.replaceAll("_", "."),
		checksumsOf: flywayChecksums,
	},
	whenGone: "its validation fails",
	comparesNames: true,
	ownsFolders: true,

	detect(directory, files) {
		const here = sqlNames(directory, files).find(
			(name) => scriptOf(name, usualNames)?.kind === "V",
		);
		if (here !== undefined) return { why: `file names like ${here}` };
		const configured = configuredName(directory, files);
		if (configured !== undefined) return configured;
		if (!/^migrations?$/i.test(folderName(directory, files))) return undefined;
		const below = scriptsIn(directory, files).filter((script) => script.kind === "V");
		const versions = new Set(below.map((script) => script.version.join(".")));
		const first = below[0];
		if (!first || versions.size < below.length) return undefined;
		return { why: `file names like ${nameOf(first.file)} in its folders` };
	},

	home(directory, files) {
		const [location] = locationsOf(directory, files, flywaySettings(directory, files));
		if (location !== undefined) return location;
		const name = folderName(directory, files);
		const parent = joinPath(directory, "..");
		const longerNames = folderNames(parent, files).filter((other) => isLonger(name, other));
		const first = longerNames.find((other) =>
			companions(joinPath(parent, other), files).includes(joinPath(parent, name)),
		);
		return first === undefined ? directory : joinPath(parent, first);
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const settings = flywaySettings(directory, files);
		const locations = locationsOf(directory, files, settings);
		const folders = locations.length > 0 ? locations : [directory, ...companions(directory, files)];
		const names = settings?.names ?? usualNames;
		const all = folders.flatMap((folder) => scriptsIn(folder, files, names));
		if (settings?.validatesNames === true) problems.push(...badNames(folders, files, names));
		const versioned = all.filter((script) => script.kind === "V").sort(byVersion);
		const undo = new Map(
			all
				.filter((script) => script.kind === "U")
				.map((script) => [versionKey(script), script.file]),
		);
		problems.push(
			...duplicateRevisions(
				versioned.map((script) => ({ revision: versionKey(script), file: script.file })),
				"Flyway",
			),
		);
		const migrations: MigrationSource[] = [];
		const add = (script: Script, more: Partial<MigrationSource>): void => {
			const source = sourceOf(script, undo.get(versionKey(script)), files, problems, settings);
			if (source) migrations.push({ ...source, ...more });
		};
		for (const script of baselines(all, versioned, problems)) add(script, { baseline: true });
		for (const script of versioned) add(script, {});
		const repeatable = all.filter((script) => script.kind === "R");
		for (const script of repeatable.sort((a, b) => compareText(a.description, b.description))) {
			add(script, { repeatable: true });
		}
		return { migrations, problems: [...problems, ...strayConfigs(directory, files)] };
	},

	write({ directory, revision, name, sql, runs }) {
		const path = joinPath(directory, `V${revision}__${name}.sql`);
		const config = { path: `${path}.conf`, text: "executeInTransaction=false\n" };
		return [{ path, text: sql }, ...(runs === "alone" ? [config] : [])];
	},
};

function byVersion(a: Script, b: Script): number {
	const length = Math.max(a.version.length, b.version.length);
	for (let at = 0; at < length; at++) {
		const difference = compareDigits(a.version[at] ?? "0", b.version[at] ?? "0");
		if (difference !== 0) return difference;
	}
	return compareText(a.file, b.file);
}

/** A baseline only counts when the migrations that it replaces are gone; the newest one wins. */
function baselines(
	all: readonly Script[],
	versioned: readonly Script[],
	problems: ProjectProblem[],
): readonly Script[] {
	const newest = all
		.filter((script) => script.kind === "B")
		.sort(byVersion)
		.at(-1);
	if (!newest) return [];
	const first = versioned[0];
	if (!first || byVersion(first, { ...newest, file: first.file }) > 0) return [newest];
	problems.push({
		code: "supersededBaseline",
		severity: "info",
		file: newest.file,
		message: `${newest.file} is not read: the migrations that it sums up are still here`,
		hint: "Flyway runs the baseline on new databases only; the versioned files tell the same history.",
	});
	return [];
}

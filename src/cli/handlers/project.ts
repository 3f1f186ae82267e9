import { loadConfig } from "../../project/config-file.ts";
import { discoverProjects } from "../../project/discover.ts";
import { projectJson } from "../../report/project-json.ts";
import { projectText } from "../../report/project-text.ts";
import type { ProjectArguments } from "../commands/project.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, print } from "../output.ts";

/** Prints what was detected and why. */
export async function runProject(args: ProjectArguments): Promise<void> {
	const cwd = process.cwd();
	const paths = args.files ?? [];
	const loaded = await loadConfig(cwd, args.config, paths);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const { config, directory } = loaded;
	const projects = await discoverProjects(cwd, paths, config, {
		configDirectory: directory,
		...(args.since !== undefined && { since: args.since }),
		...(args["applied-from"] !== undefined && { appliedFrom: args["applied-from"] }),
	});
	if ("code" in projects) {
		fail(projects);
		return;
	}
	const isBroken = projects.some(({ problems }) =>
		problems.some(({ severity }) => severity === "error"),
	);
	if (isBroken) process.exitCode = exitCodes.misuse;
	if (args.format === "json") {
		print(projectJson(projects));
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	const width = Math.min(100, process.stdout.columns || 100);
	print(projectText(projects, palette, width, args.all));
}

import { writeFileSync } from "node:fs";
import path from "node:path";
import { databaseNames, isRead } from "../../core/dialect.ts";
import type { Project } from "../../core/migration.ts";
import { assumedVersion, showServerVersion } from "../../core/server-version.ts";
import type { Plan } from "../../plan/plan.ts";
import { loadConfig } from "../../project/config-file.ts";
import { planRelease } from "../../planning.ts";
import { planHtml } from "../../report/plan-html.ts";
import { planMarkdown } from "../../report/plan-markdown.ts";
import { planText } from "../../report/plan-text.ts";
import type { PlanArguments } from "../commands/plan.ts";
import { paletteFor } from "../colour.ts";
import { writeMigrations } from "./plan-write.ts";
import { exitCodes, fail, note, print } from "../output.ts";

function planJson(plan: Plan): string {
	return `${JSON.stringify(plan, undefined, "\t")}\n`;
}

function render(plan: Plan, args: PlanArguments): string {
	switch (args.format) {
		case "json":
			return planJson(plan);
		case "markdown":
			return planMarkdown(plan);
		case "html":
			return planHtml(plan);
		case "text": {
			const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
			return planText(plan, palette, Math.min(110, process.stdout.columns || 110));
		}
	}
}

/** A run refuses a plan for another version: better known before people approve it. */
function noteAssumedVersion({ dialect, serverVersion, serverVersionWhy }: Project): void {
	if (serverVersionWhy !== assumedVersion || !isRead(dialect)) return;
	const server = `${databaseNames[dialect]} ${showServerVersion(dialect, serverVersion)}`;
	note(
		`Made for ${server}: nothing says which version yours is; "serverVersion" in the config does.`,
	);
}

/** Prints the plan, and writes it to a file when one is named. */
export async function runPlan(args: PlanArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config, args.files);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const planned = await planRelease(cwd, args.files ?? [], loaded.config, {
		configDirectory: loaded.directory,
		...(args.since !== undefined && { since: args.since }),
	});
	if ("code" in planned) {
		fail(planned);
		return;
	}
	const { plan } = planned;
	process.exitCode = exitCodes.clean;
	if (args.write === true) {
		writeMigrations(cwd, planned);
		return;
	}
	print(render(plan, args));
	if (args.out === undefined) return;
	writeFileSync(path.resolve(cwd, args.out), planJson(plan));
	noteAssumedVersion(planned.project);
	note(`${args.out} written. Next: lockkeeper approve ${args.out} --by <operator>`);
}

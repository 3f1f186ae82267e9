import { appendFileSync, writeFileSync } from "node:fs";
import { errorMessage } from "../../project/files.ts";
import { formats, type formatIds } from "../../generated/formats.ts";
import { baseReference } from "../../project/base-reference.ts";
import { loadConfig } from "../../project/config-file.ts";
import { plainPalette, type LintReport } from "../../report/report.ts";
import { lintRepository } from "../../repository.ts";
import { commentOnMergeRequest, commentOnPullRequest, type Commented } from "../ci/comment.ts";
import { platformOf, type Platform } from "../ci/platform.ts";
import type { CiArguments } from "../commands/ci.ts";
import { paletteFor } from "../colour.ts";
import { reportBugs } from "../bug.ts";
import { exitCodeOf } from "../exit-code.ts";
import { fail, note, print } from "../output.ts";

type FormatId = (typeof formatIds)[number];

const machineScreen = { palette: plainPalette, width: 100 };

async function render(report: LintReport, id: FormatId): Promise<string> {
	const format = await formats[id]();
	return format.render(report, machineScreen);
}

/** Writes a report into a file; a file that cannot be written ends in exit code 2. */
async function writeReport(report: LintReport, id: FormatId, file: string): Promise<void> {
	try {
		writeFileSync(file, await render(report, id));
	} catch (error) {
		fail({
			message: `${file} could not be written: ${errorMessage(error)}`,
			hint: "Check the path and the rights of its directory.",
		});
	}
}

const outcomes: Readonly<Record<Exclude<Commented["kind"], "failed">, string>> = {
	created: "The pull request has a comment with this report.",
	updated: "The comment on the pull request was updated.",
	forbidden:
		"The token may not comment here (a fork's pull request has one that may only read); the report stands above.",
};

async function comment(platform: Platform, report: LintReport): Promise<string> {
	const body = await render(report, "markdown");
	if (platform.id === "github" && platform.pullRequest) {
		return outcomeOf(await commentOnPullRequest(platform.pullRequest, body));
	}
	if (platform.id === "gitlab" && platform.mergeRequest) {
		return outcomeOf(await commentOnMergeRequest(platform.mergeRequest, body));
	}
	return "No comment was written: this is no build of a pull request, or there is no token (GITHUB_TOKEN, LOCKKEEPER_GITLAB_TOKEN).";
}

function outcomeOf(commented: Commented): string {
	return commented.kind === "failed"
		? `The comment could not be written: ${commented.message}.`
		: outcomes[commented.kind];
}

/** Prints for the log, and where the server shows more than a log, for that too. */
async function show(platform: Platform, report: LintReport): Promise<void> {
	const text = await formats.text();
	const palette = paletteFor("stdout", { flag: undefined, environment: process.env });
	print(text.render(report, { palette, width: 100 }));
	if (platform.id === "github") {
		print(await render(report, "github"));
		if (platform.summaryFile !== undefined) {
			appendFileSync(platform.summaryFile, await render(report, "markdown"));
		}
	}
	if (platform.id === "gitlab") {
		await writeReport(report, "gitlab", "gl-code-quality-report.json");
	}
}

/** Judges what a change adds, reports it where the CI server shows it, and sets the exit code. */
export async function runCi(args: CiArguments): Promise<void> {
	const cwd = process.cwd();
	const platform = platformOf(process.env);
	const base =
		args.since === undefined
			? baseReference(cwd, process.env)
			: { reference: args.since, why: "--since" };
	if ("code" in base) {
		fail(base);
		return;
	}
	const paths = args.paths ?? [];
	const loaded = await loadConfig(cwd, args.config, paths);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	note(`Judging what was added since ${base.reference} (${base.why}).`);
	const report = await lintRepository(cwd, paths, loaded.config, {
		configDirectory: loaded.directory,
		since: base.reference,
		explains: true,
	});
	if ("code" in report) {
		fail(report);
		return;
	}
	process.exitCode = exitCodeOf(report, { failOn: args["fail-on"] });
	await show(platform, report);
	reportBugs(report.problems);
	const { "sarif-file": sarif, "code-quality-file": codeQuality } = args;
	if (sarif !== undefined) await writeReport(report, "sarif", sarif);
	if (codeQuality !== undefined) await writeReport(report, "gitlab", codeQuality);
	if (args.comment) note(await comment(platform, report));
}

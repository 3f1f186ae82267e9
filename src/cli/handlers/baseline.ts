import { writeFileSync } from "node:fs";
import path from "node:path";
import { baselinePath, readBaseline } from "../../project/baseline-file.ts";
import { loadConfig } from "../../project/config-file.ts";
import {
	baselineOf,
	baselineText,
	pruneBaseline,
	sizeOf,
	type Baseline,
} from "../../report/baseline.ts";
import { countOf } from "../../report/report.ts";
import { baselineScope, lintRepository, type LintRequest } from "../../repository.ts";
import type { BaselineArguments } from "../commands/baseline.ts";
import { exitCodes, fail, print } from "../output.ts";

function describe(baseline: Baseline): string {
	const { findings, files } = sizeOf(baseline);
	return `${countOf(findings, "finding")} in ${countOf(files, "file")}`;
}

/** Takes out of a baseline what lint no longer finds. */
async function prune(
	cwd: string,
	absolute: string,
	run: (request: LintRequest) => ReturnType<typeof lintRepository>,
): Promise<void> {
	const file = path.relative(cwd, absolute);
	const loaded = readBaseline(cwd, absolute);
	if (loaded === undefined) {
		fail({ message: `${file} does not exist.`, hint: "lockkeeper baseline writes it." });
		return;
	}
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const report = await run({ baseline: absolute });
	if ("code" in report) {
		fail(report);
		return;
	}
	const stale = report.baseline?.stale ?? { version: 1, findings: {} };
	const pruned = pruneBaseline(loaded.baseline, stale);
	if (sizeOf(stale).findings > 0) writeFileSync(absolute, baselineText(pruned));
	const gone = sizeOf(stale).findings;
	const done =
		gone === 0
			? "all that it holds still exists"
			: `took out ${countOf(gone, "finding")} that no longer ${gone === 1 ? "exists" : "exist"}`;
	print(`${file}: ${done}; ${describe(pruned)} left.\n`);
}

/** Writes the baseline, or prunes it, and says how much it holds. */
export async function runBaseline(args: BaselineArguments): Promise<void> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const { config, directory } = loaded;
	const absolute = baselinePath(cwd, directory, args.baseline);
	const run = (request: LintRequest): ReturnType<typeof lintRepository> =>
		lintRepository(cwd, [], config, {
			configDirectory: directory,
			...(args.preset && { preset: args.preset }),
			...request,
		});
	process.exitCode = exitCodes.clean;
	if (args.prune) {
		await prune(cwd, absolute, run);
		return;
	}
	const report = await run({ baseline: false });
	if ("code" in report) {
		fail(report);
		return;
	}
	const baseline = baselineOf(report.findings, baselineScope(cwd, absolute, report.files));
	writeFileSync(absolute, baselineText(baseline));
	print(
		`${path.relative(cwd, absolute)}: ${describe(baseline)}. lint leaves them out and tells what is new.\n`,
	);
}

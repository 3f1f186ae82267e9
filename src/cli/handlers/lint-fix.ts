import type { Config } from "../../core/config.ts";
import type { FixSafety } from "../../core/fix.ts";
import { fixRepository, type Fixing } from "../../fixing.ts";
import { replaceFile } from "../../project/edited-file.ts";
import { unifiedDiff } from "../../report/diff.ts";
import { countOf, type LintReport } from "../../report/report.ts";
import type { LintRequest } from "../../repository.ts";
import type { LintArguments } from "../commands/lint.ts";
import { fail, note, print } from "../output.ts";

/** Which fixes the arguments ask for; none when they ask for none. */
function safetiesOf(args: LintArguments): readonly FixSafety[] {
	if (args["fix-suggestions"]) return ["safe", "suggestion"];
	return args.fix || args.diff ? ["safe"] : [];
}

/** True when the arguments ask for fixes, made or shown. */
export function asksForFixes(args: LintArguments): boolean {
	return safetiesOf(args).length > 0;
}

function summaryOf({ fixed, files }: Fixing, verb: string): string {
	return fixed === 0
		? "Nothing here can be fixed automatically."
		: `${verb} ${countOf(fixed, "finding")} in ${countOf(files.length, "file")}.`;
}

/** Why nothing may be written for such a request. */
function misuseOf(
	paths: readonly string[],
	{ stdin, since, appliedFrom, staged }: LintRequest,
): { readonly message: string; readonly hint: string } | undefined {
	if (staged === true) {
		return {
			message: "--fix and --staged do not go together: what is not staged would be overwritten.",
			hint: "Write lockkeeper lint --staged --diff | git apply --cached.",
		};
	}
	if (stdin || paths.length > 0 || since !== undefined || appliedFrom !== undefined)
		return undefined;
	return {
		message: "--fix does not know which migrations are not deployed yet.",
		hint: "A deployed migration must not change any more: name the files, or write --since <git ref>. --diff shows the fixes of all.",
	};
}

/**
 * Fixes what the arguments ask for. Returns the report that is to be judged and where it may be printed:
 * standard output is taken by a patch or by the fixed text of standard input. Undefined when it failed.
 */
export async function fixAndReport(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: LintRequest,
	args: LintArguments,
): Promise<{ readonly report: LintReport; readonly print: (text: string) => void } | undefined> {
	const { stdin } = request;
	const misuse = args.diff ? undefined : misuseOf(paths, request);
	if (misuse) {
		fail(misuse);
		return undefined;
	}
	const fixing = await fixRepository(cwd, paths, config, request, safetiesOf(args));
	if ("code" in fixing) {
		fail(fixing);
		return undefined;
	}
	if (args.diff) {
		const { files } = fixing;
		print(files.map(({ path, before, after }) => unifiedDiff(path, before, after)).join(""));
		note(summaryOf(fixing, "Would fix"));
		return { report: fixing.before, print: () => undefined };
	}
	if (stdin) {
		const [fixed] = fixing.files;
		process.stdout.write(fixed?.after ?? stdin.bytes);
		return { report: fixing.after, print: (text) => process.stderr.write(text) };
	}
	for (const { path, after } of fixing.files) {
		const problem = replaceFile(cwd, path, after);
		if (!problem) continue;
		fail(problem);
		return undefined;
	}
	note(summaryOf(fixing, "Fixed"));
	return { report: fixing.after, print };
}

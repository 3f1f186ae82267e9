import path from "node:path";
import { isOperatorName, judgeApprovals, spanOf, type Verdict } from "../../plan/approval.ts";
import { loadConfig, type LoadedConfig } from "../../project/config-file.ts";
import {
	changedFiles,
	readApprovals,
	readPlan,
	writeApproval,
	type LoadedPlan,
	type PlanFileProblem,
} from "../../project/plan-file.ts";
import type { ApproveArguments } from "../commands/approve.ts";
import { exitCodes, fail, print } from "../output.ts";

function verdictText({ verdict, by, required, until, objections }: Verdict): string {
	const names = by.length === 0 ? "nobody" : by.join(", ");
	const head =
		verdict === "open"
			? `open: approved by ${names}${until === undefined ? "" : ` until ${until}`}`
			: `closed: approved by ${names}, ${required} needed`;
	return [head, ...objections.map(({ message }) => `  ${message}`), ""].join("\n");
}

function judge(
	file: string,
	{ plan, sha256 }: LoadedPlan,
	{ config, directory }: LoadedConfig,
): Verdict | PlanFileProblem {
	const approvals = readApprovals(file);
	if ("code" in approvals) return approvals;
	return judgeApprovals({
		plan: sha256,
		approvals,
		changed: changedFiles(plan, directory),
		config: config.approval,
		now: Date.now(),
	});
}

/** Writes an operator's approval, or says why it cannot be given. */
function approve(
	file: string,
	{ plan, sha256 }: LoadedPlan,
	{ config, directory }: LoadedConfig,
	{ by, expires }: { readonly by: string; readonly expires: string },
): string | { readonly message: string; readonly hint: string } {
	const span = spanOf(expires);
	if (span === undefined) {
		return { message: `--expires ${expires} cannot be read.`, hint: "Write 30m, 12h or 7d." };
	}
	const operators = config.approval?.operators ?? [];
	if (operators.length === 0) {
		return {
			message: "The config names no operators.",
			hint: `Add "approval": { "operators": ["${by}"], "required": 1 } to lockkeeper.config.json.`,
		};
	}
	if (!isOperatorName(by) || !operators.includes(by)) {
		return {
			message: `${by} is no operator in the config.`,
			hint: `Operators are ${operators.join(", ")}.`,
		};
	}
	const [changed] = changedFiles(plan, directory);
	if (changed) {
		return {
			message: `${changed.path} is not what was planned.`,
			hint: "Make the plan again: lockkeeper plan --out.",
		};
	}
	const now = Date.now();
	return writeApproval(file, {
		version: 1,
		plan: sha256,
		operator: by,
		approvedAt: new Date(now).toISOString(),
		expiresAt: new Date(now + span).toISOString(),
	});
}

/** Approves a plan, or tells whether it is approved. */
export async function runApprove(args: ApproveArguments): Promise<void> {
	const cwd = process.cwd();
	const file = path.resolve(cwd, args.plan);
	const loaded = await loadConfig(cwd, args.config, [args.plan]);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const plan = readPlan(file);
	if ("code" in plan) {
		fail(plan);
		return;
	}
	if (!args.check) {
		if (args.by === undefined) {
			fail({ message: "Who approves?", hint: "Write --by <operator>, or --check." });
			return;
		}
		const written = approve(file, plan, loaded, { by: args.by, expires: args.expires });
		if (typeof written !== "string") {
			fail(written);
			return;
		}
		print(`${path.relative(cwd, written)} written.\n`);
	}
	const verdict = judge(file, plan, loaded);
	if ("code" in verdict) {
		fail(verdict);
		return;
	}
	print(verdictText(verdict));
	const isClosed = args.check && verdict.verdict === "closed";
	process.exitCode = isClosed ? exitCodes.findings : exitCodes.clean;
}

import type { Receipt, StepReceipt } from "../run/receipts.ts";
import { code, plain } from "./markdown-text.ts";
import { markdownTable } from "./markdown-table.ts";

const outcomes = {
	done: "done",
	rolledBack: "**taken back**",
	byPeople: "done by people",
} as const;

function seconds(milliseconds: number | undefined): string {
	if (milliseconds === undefined) return "";
	return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

const grouped = (count: number): string => count.toLocaleString("en-US");

function lockCell({ lockMisses, lockWaitMilliseconds }: StepReceipt): string {
	const waited = lockWaitMilliseconds ?? 0;
	return [
		...(waited > 0 ? [seconds(waited)] : []),
		...(lockMisses > 0 ? [lockMisses === 1 ? "gave up once" : `gave up ${lockMisses} times`] : []),
	].join(", ");
}

function stepTable(steps: readonly StepReceipt[]): string {
	return markdownTable([
		["Step", "What", "Outcome", "Took", "Rows", "Waited for locks", "Ended"],
		...steps.map((step) => [
			code(step.id),
			plain(step.title),
			outcomes[step.outcome],
			seconds(step.milliseconds),
			step.rows === undefined ? "" : grouped(step.rows),
			lockCell(step),
			step.endedAt.slice(11, 19),
		]),
	]);
}

function receiptSection(receipt: Receipt): string {
	const { verifications, stops, throttled, operators, approvers } = receipt;
	const approved = approvers.length > 0 ? `, approved by ${approvers.map(plain).join(", ")}` : "";
	const lines = [
		`#### ${receipt.number}. ${receipt.phase}`,
		"",
		`${receipt.startedAt} to ${receipt.endedAt}, run by ${operators.map(plain).join(", ")}${approved}.`,
		"",
	];
	if (receipt.steps.length > 0) lines.push(stepTable(receipt.steps), "");
	const facts = [
		...verifications.map(({ step, what, passed, count }) => {
			const wrong = count === undefined || passed ? "" : `: ${grouped(count)} rows`;
			return `${passed ? "Passed" : "**Failed**"}: ${code(step)} ${plain(what)}${wrong}`;
		}),
		...throttled.map(
			({ cause, milliseconds }) => `Made way for ${plain(cause)}: ${seconds(milliseconds)}`,
		),
		...stops.map(({ at, why }) => `Stopped at ${at.slice(11, 19)}: ${plain(why)}`),
	];
	if (facts.length > 0) lines.push(...facts.map((fact) => `- ${fact}`), "");
	lines.push(`Receipt ${code(receipt.sha256)}`, "");
	return lines.join("\n");
}

/** Returns receipts as a page: the timeline of a change, for those who read about it later. */
export function receiptsMarkdown(receipts: readonly Receipt[]): string {
	const [first] = receipts;
	if (!first) return "### lockkeeper receipts\n\nNo phase has ended yet.\n";
	return [
		`### lockkeeper receipts: ${first.revisions.map(plain).join(", ")}`,
		"",
		`On ${code(first.target)}, with the plan ${code(first.plan)}. Times are those of the server, in UTC.`,
		"",
		...receipts.map(receiptSection),
	].join("\n");
}

import type { RollbackOutlook, StepOutlook } from "../run/rollback-outlook.ts";
import type { Palette } from "./report.ts";

const words = {
	lossless: "lossless",
	lossy: "loses data",
	unknown: "not known",
	impossible: "stays as it is",
	unneeded: "nothing to do",
	people: "by people",
} as const satisfies Record<StepOutlook["is"], string>;

function coloured({ is, isLate }: StepOutlook, palette: Palette, text: string): string {
	if (is === "lossy" || is === "impossible") return palette.error(text);
	if (is === "unknown" || isLate) return palette.warning(text);
	return is === "people" ? palette.strong(text) : palette.info(text);
}

/** Returns what taking each step back would mean, the last step first. */
export function rollbackText(steps: RollbackOutlook["steps"], palette: Palette): string {
	const width = Math.max(0, ...steps.map(({ step }) => step.id.length));
	const lines = steps.flatMap((outlook) => {
		const { step, is, says, isLate } = outlook;
		const word = coloured(outlook, palette, words[is].padEnd(14));
		const details = [
			...(is === "lossless" || is === "people" ? [] : [says]),
			...(isLate && is !== "people"
				? ["done longer ago than the config allows without asking"]
				: []),
		];
		return [
			`  ${palette.strong(step.id.padEnd(width))}  ${word}  ${step.title}`,
			...details.map(
				(detail) => `  ${" ".repeat(width)}  ${" ".repeat(14)}  ${palette.faint(detail)}`,
			),
		];
	});
	return [...lines, ""].join("\n");
}

import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { receiptsMarkdown } from "../../report/receipts-markdown.ts";
import { Refused } from "../../run/ask.ts";
import { readEvidence, readMetrics, type EvidenceSource } from "../../run/evidence.ts";
import { otlpJson, prometheusText } from "../../run/metrics-text.ts";
import { readReceipts, receiptsDirectory, writeReceipts } from "../../run/receipt-file.ts";
import { judgeReceipts } from "../../run/receipts.ts";
import { exitCodes, fail, note, print } from "../output.ts";

/** Where evidence of a plan goes. */
export interface EvidencePlace {
	/** The plan's file: receipts lie beside it. */
	readonly file: string;
	/** The target of the config, when one was named. */
	readonly target?: string | undefined;
	/** A file that ends in .json gets OTLP, any other the text format of Prometheus. */
	readonly metrics?: string | undefined;
	readonly ttlHours?: number | undefined;
}

/** Who scrapes the file never sees half of it. */
function writeWhole(file: string, text: string): void {
	writeFileSync(`${file}.tmp`, text);
	renameSync(`${file}.tmp`, file);
}

/** Writes what a run leaves beside its plan: receipts of the phases that have ended, and metrics where wished. */
export async function leaveEvidence(source: EvidenceSource, place: EvidencePlace): Promise<void> {
	try {
		const { receipts } = await readEvidence(source);
		writeReceipts(receiptsDirectory(place.file, place.target), receipts);
		if (place.metrics === undefined) return;
		const { metrics, from, to } = await readMetrics(source, place.ttlHours);
		const text = place.metrics.endsWith(".json")
			? otlpJson(metrics, { from, to })
			: prometheusText(metrics);
		writeWhole(path.resolve(place.metrics), text);
	} catch (error) {
		// Without a connection there is nothing to read; the next run, or status --receipts, writes them.
		if (!(error instanceof Refused)) throw error;
	}
}

/** Prints the receipts of a plan and says whether the files beside it are what the database knows. */
export async function printReceipts(
	source: EvidenceSource,
	place: EvidencePlace,
	format: "text" | "json" | "markdown",
): Promise<void> {
	const directory = receiptsDirectory(place.file, place.target);
	const { receipts, brokenAt } = await readEvidence(source);
	for (const written of writeReceipts(directory, receipts)) {
		note(`${path.relative(process.cwd(), written)} written.`);
	}
	const files = readReceipts(directory);
	if ("code" in files) {
		fail(files);
		return;
	}
	const problems = [
		...judgeReceipts(files, receipts).map(({ message }) => message),
		...(brokenAt === undefined
			? []
			: [`event ${brokenAt} in lockkeeper.events is not what was written`]),
	];
	if (format === "markdown") print(receiptsMarkdown(receipts));
	else if (format === "json") print(`${JSON.stringify({ receipts, problems }, undefined, "\t")}\n`);
	else {
		const lines = receipts.map(
			({ number, phase, endedAt, operators, sha256 }) =>
				`  ${number}-${phase.padEnd(9)} ${endedAt}  ${operators.join(", ")}  ${sha256.slice(0, 12)}`,
		);
		const verdict = problems.length === 0 ? "The chain of receipts holds." : "";
		print(
			[...lines, verdict, ""]
				.filter((line, at, all) => line !== "" || at === all.length - 1)
				.join("\n"),
		);
	}
	for (const problem of problems) note(`lockkeeper: ${problem}.`);
	process.exitCode = problems.length === 0 ? exitCodes.clean : exitCodes.findings;
}

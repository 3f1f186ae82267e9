import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseReceipt } from "./receipt-shape.ts";
import type { Receipt } from "./receipts.ts";

/** Why a receipt cannot be read. */
export interface ReceiptFileProblem {
	readonly code: "unreadable";
	readonly message: string;
	readonly hint: string;
}

/** The directory of a plan's receipts, plan.receipts beside plan.json; a target has one of its own in it. */
export function receiptsDirectory(file: string, target?: string): string {
	const directory = `${file.replace(/\.json$/i, "")}.receipts`;
	return target === undefined ? directory : path.join(directory, target);
}

/** Writes receipts that are not there yet; returns the files that are new. One that differs is left alone. */
export function writeReceipts(directory: string, receipts: readonly Receipt[]): readonly string[] {
	if (receipts.length === 0) return [];
	mkdirSync(directory, { recursive: true });
	return receipts.flatMap((receipt) => {
		const file = path.join(directory, `${receipt.number}-${receipt.phase}.json`);
		if (existsSync(file)) return [];
		writeFileSync(file, `${JSON.stringify(receipt, undefined, "\t")}\n`, { flag: "wx" });
		return [file];
	});
}

function readReceipt(file: string): Receipt | ReceiptFileProblem {
	let problem = "it is no JSON";
	try {
		const receipt = parseReceipt(JSON.parse(readFileSync(file, "utf8")));
		if ("sha256" in receipt) return receipt;
		problem = receipt.map(({ message }) => message).join("; ");
	} catch {
		// Told below, like a wrong shape.
	}
	return {
		code: "unreadable",
		message: `${file} is no receipt: ${problem}.`,
		hint: "Remove it: lockkeeper status --receipts writes what the database knows.",
	};
}

/** Returns the receipts of a directory in the order of their numbers. */
export function readReceipts(directory: string): readonly Receipt[] | ReceiptFileProblem {
	if (!existsSync(directory)) return [];
	const receipts: Receipt[] = [];
	for (const name of readdirSync(directory)) {
		if (!/^\d+-[a-z]+\.json$/.test(name)) continue;
		const receipt = readReceipt(path.join(directory, name));
		if ("code" in receipt) return receipt;
		receipts.push(receipt);
	}
	return receipts.toSorted((one, other) => one.number - other.number);
}

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Flavor } from "../../../src/dialect/mysql/effects/server.ts";
import { effectsAfter, judge } from "./judge.ts";

/** What a server did for a form: every algorithm and lock was tried, and then the statement as it is. */
interface Measured {
	readonly server: Flavor;
	/** "10.11.19" */
	readonly version: string;
	readonly algorithm?: string;
	readonly lock?: string;
	readonly kind?: "metadata-only" | "builds-index" | "inplace-rebuild" | "copy";
	readonly built: readonly string[];
	readonly error?: number;
	/** It waits for a transaction that has read the table. */
	readonly waits?: boolean;
	readonly commits?: boolean;
}

interface Form {
	readonly id: string;
	readonly category: string;
	readonly setup?: readonly string[];
	readonly session?: readonly string[];
	readonly statement: string;
	readonly results: readonly Measured[];
}

const folder = new URL("../../../fixtures/ground-truth/", import.meta.url);
const base = readFileSync(new URL("mysql-base.sql", folder), "utf8");
const forms = readFileSync(new URL("mysql.jsonl", folder), "utf8")
	.trim()
	.split("\n")
	.map((line) => JSON.parse(line) as Form);

function numberOf(version: string): number {
	const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
	return major * 10_000 + minor * 100 + patch;
}

/** What no text can tell, and why. */
function undecidable({ id }: Form, { server }: Measured): string | undefined {
	if (id === "encryption_y" && server === "mysql") {
		return "decided by the server: its keyring has no key";
	}
	return undefined;
}

/** Forms of which the ids of tables do not tell whether rows were written, and why. */
const otherIds: Readonly<Record<string, string>> = {
	truncate_table: "the table is made anew without rows",
	truncate_partition: "the partition is made anew without rows",
	exchange_partition: "the two change places, no row is written",
	reorganize_partition: "the partitions with the rows have new names",
};

function differences(form: Form, measured: Measured): readonly string[] {
	const { server: flavor, version, error, algorithm, lock, kind, built, waits, commits } = measured;
	const setup = [...(form.setup ?? []), ...(form.session ?? [])];
	const said = judge(
		effectsAfter({ flavor, version: numberOf(version) }, base, setup, form.statement),
	);
	if (error !== said.error) return [`error ${error ?? "none"}, said ${said.error ?? "none"}`];
	if (error !== undefined) return [];
	const moved = kind === "copy" || kind === "inplace-rebuild";
	const pairs: readonly (readonly [string, unknown, unknown])[] = [
		["algorithm", algorithm ?? said.algorithm, said.algorithm],
		// MySQL takes no LOCK beside INSTANT.
		["lock", lock === undefined || lock === "DEFAULT only" ? said.lock : lock, said.lock],
		[
			"rewrites",
			form.id in otherIds ? said.rewritten.length > 0 : moved,
			said.rewritten.length > 0,
		],
		["builds", built.join(), said.built.join()],
		["waits", waits, said.waitsFor.length > 0],
		["commits", commits, said.commits],
	];
	return pairs.flatMap(([what, real, ours]) =>
		real === ours ? [] : [`${what} ${String(real)}, said ${String(ours)}`],
	);
}

test("the effects agree with what MySQL 9.7, MariaDB 10.11 and 11.8 did", () => {
	const counts = new Map<string, { right: number; all: number }>();
	const wrong: string[] = [];
	const undecided: string[] = [];
	for (const form of forms) {
		for (const measured of form.results) {
			const name = `${measured.server} ${measured.version}`;
			const reason = undecidable(form, measured);
			if (reason !== undefined) {
				undecided.push(`${form.id} on ${name}: ${reason}`);
				continue;
			}
			const found = differences(form, measured);
			const count = counts.get(name) ?? { right: 0, all: 0 };
			counts.set(name, count);
			count.all++;
			if (found.length === 0) count.right++;
			else wrong.push(`${form.id} on ${name}: ${found.join("; ")}`);
		}
	}
	const lines = [...counts].map(([name, { right, all }]) => `${name.padEnd(18)} ${right}/${all}`);
	console.log([...lines, ...undecided].join("\n"));
	expect(wrong).toEqual([]);
});

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatIds, formats } from "../../src/generated/formats.ts";
import type { LintReport } from "../../src/report/report.ts";
import { plainPalette } from "../../src/report/report.ts";
import { lintRepository } from "../../src/repository.ts";

/** A repository with every kind of finding, a file that cannot be read, and a clean one. */
const files: Readonly<Record<string, string>> = {
	"migrations/001_create.sql":
		"CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nCREATE TABLE sessions (id bigint PRIMARY KEY);\n",
	"migrations/002_clean.sql": "CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
	"migrations/003_change.sql": [
		"SET lock_timeout = '2s';",
		"/* 船 */ CREATE INDEX orders_note_idx ON orders (note);",
		"ALTER TABLE orders",
		'\tADD COLUMN "a|b<c>" text NOT NULL;',
		"UPDATE orders SET note = '%0A, ::error' WHERE id = 1;",
		"SELEKT 1;",
		"-- lockkeeper:ignore no-drop-table: nobody signs in any more",
		"DROP TABLE sessions;",
		"",
	].join("\n"),
	"migrations/004_binary.sql": "\0\u0001",
};

let directory: string;
let report: LintReport;

beforeAll(async () => {
	directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-formats-"));
	execFileSync("mkdir", [
		"-p",
		path.join(directory, ".git"),
		path.join(directory, "db/migrations"),
	]);
	for (const [name, text] of Object.entries(files)) {
		writeFileSync(path.join(directory, "db", name), text);
	}
	const made = await lintRepository(path.join(directory, "db"), [], {}, { explains: true });
	if ("code" in made) throw new Error(made.message);
	report = made;
});

afterAll(() => {
	rmSync(directory, { recursive: true });
});

async function render(id: (typeof formatIds)[number], of: LintReport = report): Promise<string> {
	const format = await formats[id]();
	return format.render(of, { palette: plainPalette, width: 100 });
}

/** What changes with lockkeeper itself, its version and the pages of its rules, is left out. */
function settled(text: string): string {
	return text
		.replace(/"semanticVersion": "[^"]*"/, '"semanticVersion": "*"')
		.replace(/"markdown": ".*"/g, '"markdown": "*"');
}

test.for(formatIds)("the format %s shows the whole report", async (id) => {
	const shown = settled(await render(id));
	await expect(shown).toMatchFileSnapshot(`__snapshots__/formats/${id}.txt`);
	for (const { rule } of report.findings) if (id !== "text") expect(shown).toContain(rule);
	expect(shown).toContain("004_binary.sql");
});

test.for(formatIds.filter((id) => !["text", "concise", "json"].includes(id)))(
	"the format %s names files from the repository's root",
	async (id) => {
		expect(await render(id)).toContain("db/migrations/003_change.sql");
	},
);

test.for(formatIds)("the format %s takes a report in which nothing was found", async (id) => {
	const shown = await render(id, { ...report, findings: [], problems: [] });
	expect(shown).not.toContain("undefined");
});

describe("GitHub annotations", () => {
	test("escape what ends a command", async () => {
		for (const line of (await render("github")).trimEnd().split("\n")) {
			expect(line).toMatch(/^::(error|warning|notice) file=[^:,]+(,\w+=[^:,]+)*::[^\r\n]+$/);
		}
	});
});

describe("GitLab's code quality", () => {
	test("has a fingerprint of its own for every entry", async () => {
		const entries = JSON.parse(await render("gitlab")) as { fingerprint: string }[];
		expect(entries.length).toBe(report.findings.length + report.problems.length);
		expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
	});
});

describe("the reviewdog format", () => {
	test("counts columns in bytes", async () => {
		const { diagnostics } = JSON.parse(await render("rdjson")) as {
			diagnostics: { code: { value: string }; location: { range: { start: object } } }[];
		};
		const index = diagnostics.find(({ code }) => code.value === "require-concurrent-index");
		// The comment before it holds a character of three bytes.
		expect(index?.location.range.start).toEqual({ line: 2, column: 11 });
	});
});

describe("the comment for a pull request", () => {
	test("stays below the limit and says what was left out", async () => {
		const many = { ...report, findings: Array.from({ length: 400 }, () => report.findings).flat() };
		const comment = await render("markdown", many);
		expect(comment.length).toBeLessThan(65_536);
		expect(comment).toMatch(/\d+ more parts do not fit/);
		expect(comment.split("<details>").length).toBe(comment.split("</details>").length);
	});
});

test("SARIF tells what people accepted, and where", async () => {
	const { runs } = JSON.parse(await render("sarif")) as {
		runs: { results: { ruleId: string; suppressions?: object[] }[] }[];
	};
	const accepted = runs.flatMap(({ results }) => results.filter((one) => one.suppressions));
	expect(accepted.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
		["no-drop-table", [{ kind: "inSource" }]],
	]);
});

const multitool = new URL(
	"../../node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool",
	import.meta.url,
).pathname;

describe.skipIf(!existsSync(multitool))("SARIF", () => {
	test(
		"is valid for the standard and for GitHub's code scanning",
		{ timeout: 60_000 },
		async () => {
			chmodSync(multitool, 0o755);
			const file = path.join(directory, "report.sarif");
			const verdicts = path.join(directory, "verdicts.sarif");
			writeFileSync(file, await render("sarif"));
			execFileSync(multitool, ["validate", file, "--rule-kind", "Sarif;Gh", "-o", verdicts]);
			const { runs } = JSON.parse(readFileSync(verdicts, "utf8").replace(/^\uFEFF/, "")) as {
				runs: { results?: { ruleId: string; message: { id?: string } }[] }[];
			};
			const found = runs.flatMap(({ results = [] }) => results.map(({ ruleId }) => ruleId));
			// SARIF2005: no page in the web to point to yet.
			expect(found.filter((id) => id !== "SARIF2005")).toEqual([]);
		},
	);
});

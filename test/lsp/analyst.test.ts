import { expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Analyst } from "../../src/lsp/analyst.ts";
import type { Judged } from "../../src/lsp/judged.ts";
import { openMigration, type OpenMigration } from "../../src/lsp/open-migration.ts";
import { diskFiles } from "../../src/project/files.ts";
import { defineRule } from "../../src/core/rule.ts";
import { directoryWith, shop } from "../cli/run.ts";

/** A rule with a bug that only some migrations meet. */
const brittle = defineRule({
	id: "brittle",
	summary: "Disallow refunds.",
	why: "It is here to fail.",
	category: "schema",
	dialects: ["postgres"],
	severity: "error",
	preset: "recommended",
	aliases: {},
	help: "Mend the rule.",
	messages: {},
	examples: [],
	on: {
		createTable: ({ table }) => {
			if (table.name === "refunds") throw new Error("a bug in brittle");
		},
	},
});

interface Office {
	readonly analyst: Analyst;
	readonly crashes: string[];
	readonly judged: Judged[];
}

function officeIn(directory: string): Office {
	const crashes: string[] = [];
	const judged: Judged[] = [];
	const open = async (document: TextDocument): Promise<OpenMigration | undefined> => {
		const path = document.uri.slice(document.uri.indexOf("migrations/"));
		const opened = await openMigration(path, {
			directory,
			files: diskFiles(directory),
			config: {},
			configDirectory: directory,
			request: {},
			texts: new Map([[path, document.getText()]]),
		});
		if (!opened || "code" in opened) return undefined;
		const { input } = opened;
		return { ...opened, input: { ...input, rules: [...input.rules, { rule: brittle }] } };
	};
	const analyst = new Analyst({
		open,
		judged: (_, one) => {
			if (one) judged.push(one);
		},
		met: ({ rule, start, error }) => {
			crashes.push(`${rule} ${start.line}: ${String(error)}`);
		},
		crashed: (error) => {
			crashes.push(String(error));
		},
	});
	return { analyst, crashes, judged };
}

const hazard = "SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n";
const rulesOf = (judged: Judged | undefined): string[] =>
	judged?.findings.map(({ rule }) => rule) ?? [];

test("a rule that throws at a statement is told, the findings of the others stay", async () => {
	const { analyst, crashes } = officeIn(directoryWith(shop));
	const uri = "file:///shop/migrations/004_index.sql";
	analyst.change(TextDocument.create(uri, "sql", 1, hazard));
	expect(rulesOf(await analyst.judgedOf(uri))).toEqual(["require-concurrent-index"]);
	expect(crashes).toEqual([]);
	const more = `CREATE TABLE refunds (id bigint PRIMARY KEY);\n${hazard}`;
	analyst.change(TextDocument.create(uri, "sql", 2, more));
	expect(rulesOf(await analyst.judgedOf(uri))).toEqual(["require-concurrent-index"]);
	analyst.change(TextDocument.create(uri, "sql", 3, `${more}\n`));
	expect(rulesOf(await analyst.judgedOf(uri))).toEqual(["require-concurrent-index"]);
	expect(new Set(crashes)).toEqual(new Set(["brittle 1: Error: a bug in brittle"]));
});

test("edits that come in while work is under way are judged together", async () => {
	const { analyst, judged } = officeIn(directoryWith(shop));
	const uri = "file:///shop/migrations/004_index.sql";
	analyst.change(TextDocument.create(uri, "sql", 1, ""));
	await analyst.judgedOf(uri);
	judged.length = 0;
	for (let end = 0; end <= hazard.length; end++) {
		analyst.change(TextDocument.create(uri, "sql", 2 + end, hazard.slice(0, end)));
	}
	expect(rulesOf(await analyst.judgedOf(uri))).toEqual(["require-concurrent-index"]);
	const versions = judged.map(({ document }) => document.version);
	expect([...new Set(versions)]).toEqual([2 + hazard.length]);
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../src/generated/rules.ts";
import type { Finding } from "../../src/core/finding.ts";
import type { TransactionClass } from "../../src/core/migration.ts";
import { lintSql, type SqlMigration } from "../lint-sql.ts";

/*
 * fixtures/rules/<id>.md: a heading is a test, a fenced block with a file name is a migration:
 *
 *     ```sql 0002_drop.sql release=2 transaction=file version=18 rows.orders=500
 *
 * The migrations of the last block's release are judged. `-- finds: <rule>[, <rule>]` at the end of a
 * line says which findings begin on it; the page's own rule must find nothing else.
 */

const folder = new URL("../../fixtures/rules/", import.meta.url);

interface Block {
	readonly file: string;
	readonly options: ReadonlyMap<string, string>;
	readonly sql: string;
}

interface Case {
	readonly name: string;
	readonly blocks: readonly Block[];
}

function blockOf(info: string, sql: string): Block {
	const [file = "", ...words] = info.trim().split(/\s+/);
	const options = words.map((word): [string, string] => {
		const [name = "", value = ""] = word.split("=");
		return [name, value];
	});
	return { file, options: new Map(options), sql };
}

function readCases(markdown: string): readonly Case[] {
	return markdown
		.split(/^## /m)
		.slice(1)
		.map((section) => ({
			name: section.slice(0, section.indexOf("\n")).trim(),
			blocks: [...section.matchAll(/^```sql (.+)\n([\s\S]*?)^```$/gm)].map(
				([, info = "", sql = ""]) => blockOf(info, sql),
			),
		}));
}

function transactionOf(value: string | undefined): TransactionClass {
	return value === "all" || value === "file" || value === "implicit" ? value : "none";
}

function migrationOf({ file, options, sql }: Block): SqlMigration {
	const release = options.get("release");
	return {
		id: file.replace(/\.sql$/, ""),
		sql,
		transaction: transactionOf(options.get("transaction")),
		...(release !== undefined && { release }),
	};
}

function rowsOf(blocks: readonly Block[]): Record<string, number> {
	const options = blocks.flatMap((block) => [...block.options]);
	const rows = options.filter(([name]) => name.startsWith("rows."));
	return Object.fromEntries(
		rows.map(([name, count]) => [name.slice("rows.".length), Number(count)]),
	);
}

function expectedOf(blocks: readonly Block[]): string[] {
	return blocks.flatMap(({ file, sql }) =>
		sql.split("\n").flatMap((line, at) => {
			const named = /-- finds: (.+)$/.exec(line)?.[1] ?? "";
			const ids = named.split(",").map((id) => id.trim());
			return ids.filter((id) => id !== "").map((id) => `${file}:${at + 1} ${id}`);
		}),
	);
}

function placeOf({ file, start, rule }: Finding): string {
	return `${file.slice(file.lastIndexOf("/") + 1)}:${start.line} ${rule}`;
}

for (const page of readdirSync(folder)) {
	const own = page.slice(0, -".md".length);
	describe(own, () => {
		test("is the name of a rule", () => {
			expect(rules.map((rule) => rule.id)).toContain(own);
		});

		const cases = readCases(readFileSync(new URL(page, folder), "utf8"));
		test.for(cases)("$name", async ({ blocks }) => {
			const expected = expectedOf(blocks);
			const judged = new Set([own, ...expected.map((place) => place.split(" ")[1] ?? "")]);
			const version = blocks.at(-1)?.options.get("version");
			const { findings } = await lintSql(blocks.map(migrationOf), {
				rows: rowsOf(blocks),
				also: [...judged],
				...(version !== undefined && { version: Number(version) }),
			});
			const found = findings.filter(({ rule }) => judged.has(rule)).map(placeOf);
			expect(found.sort()).toEqual(expected.sort());
		});
	});
}

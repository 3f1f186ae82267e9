import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { explainWithRecipes } from "../../src/explaining.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { explicitHistory } from "../../src/project/explicit-history.ts";
import { explanationJson, type JsonExplanations } from "../../src/report/explanation.ts";
import { loadForms, versionsOf, type Form } from "../dialect/postgres/ground-truth.ts";

let dialect: Awaited<ReturnType<typeof loadPostgres>>;
beforeAll(async () => {
	dialect = await loadPostgres({});
});

const base = new URL("../../fixtures/ground-truth/pg-base.sql", import.meta.url).pathname;

type Statement = JsonExplanations["statements"][number];

/** What explain prints for a form whose settings stand in the history or in the file itself. */
function explained(form: Form, version: number, settingsInFile: boolean): Statement {
	const directory = mkdtempSync(path.join(tmpdir(), "lockkeeper-explain-"));
	onTestFinished(() => {
		rmSync(directory, { recursive: true, force: true });
	});
	const settings = Object.entries(form.settings ?? {})
		.map(([name, value]) => `SET ${name} = '${value}';\n`)
		.join("");
	const setup = (form.setup ?? []).map((text) => `${text};\n`).join("");
	const statement = form.pre
		? `BEGIN;\n${[...form.pre, form.statement].join(";\n")};\nCOMMIT;\n`
		: `${form.statement};\n`;
	writeFileSync(path.join(directory, "setup.sql"), settingsInFile ? setup : setup + settings);
	writeFileSync(
		path.join(directory, "form.sql"),
		settingsInFile ? settings + statement : statement,
	);
	const migrations = explicitHistory(directory, [base], ["setup.sql", "form.sql"]);
	if ("code" in migrations) throw new Error(migrations.message);
	const history = { migrations, dialect, version, oneSession: true };
	const json = explanationJson(explainWithRecipes(history, [], new Map()));
	const { statements } = JSON.parse(json) as JsonExplanations;
	const found = statements.at(form.pre ? -2 : -1);
	if (!found) throw new Error(`nothing is explained: ${form.statement}`);
	return found;
}

const short = (name: string): string => name.replace(/^public\./, "");
const sorted = (names: readonly string[]): readonly string[] => names.map(short).sort();

/** Refusals that the rows decide, and records that were watched from outside, are another test's. */
function records(form: Form) {
	return form.results
		.filter(({ error = "" }) => !error.startsWith("23") && error !== "22001")
		.map((measured) => ({ measured, version: versionsOf(measured).at(-1) ?? 18 }));
}

/** One form in nine, and every form with settings or statements before it. */
const chosen = loadForms().filter(
	(form, at) =>
		form.settings ?? form.pre ?? (at % 9 === 0 && form.id !== "add_unique_using_invalid_index"),
);

test.each(chosen.map((form) => [form.id, form] as const))("%s", (_, form) => {
	for (const settingsInFile of form.settings ? [true, false] : [false]) {
		for (const { measured, version } of records(form)) {
			const said = explained(form, version, settingsInFile);
			expect(said).toMatchObject({
				unread: null,
				fails: measured.error ?? null,
				transaction: measured.transaction,
			});
			if (measured.error !== undefined) continue;
			const locks = said.locks.map(({ relation, mode }) => [short(relation), mode]);
			expect(Object.fromEntries(locks)).toEqual(measured.locks);
			expect(sorted(said.rewrites)).toEqual(measured.rewrote);
			expect(sorted(said.scans)).toEqual(measured.scanned);
			expect(sorted(said.builds)).toEqual(measured.built);
		}
	}
});

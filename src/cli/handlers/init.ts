import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import manifest from "../../../package.json" with { type: "json" };
import type { Project } from "../../core/migration.ts";
import { discoverProjects } from "../../project/discover.ts";
import { diskFiles, errorMessage } from "../../project/files.ts";
import { runGit } from "../../project/git.ts";
import { serverVersionIn } from "../../project/server-version.ts";
import { countOf } from "../../report/report.ts";
import type { InitArguments } from "../commands/init.ts";
import { configStep } from "../init/config.ts";
import { hookStep } from "../init/hook.ts";
import { pipelineStep } from "../init/pipeline.ts";
import type { Step, Surroundings } from "../init/step.ts";
import { fail, note, print } from "../output.ts";

function gitSays(cwd: string, ...parameters: readonly string[]): string | undefined {
	const run = runGit(cwd, parameters);
	return "output" in run ? run.output.trim() : undefined;
}

function surroundingsOf(cwd: string): Surroundings {
	const hooks = gitSays(cwd, "rev-parse", "--git-path", "hooks");
	return {
		read(file) {
			const place = path.join(cwd, file);
			if (!existsSync(place)) return undefined;
			return statSync(place).isDirectory() ? "" : readFileSync(place, "utf8");
		},
		hooks: hooks === undefined ? undefined : path.relative(cwd, path.resolve(cwd, hooks)),
		origin: gitSays(cwd, "remote", "get-url", "origin") ?? "",
		version: manifest.version,
	};
}

function describeProject({ root, layout, dialect, migrations }: Project): string {
	return `  ${root}: ${countOf(migrations.length, "migration")}, ${layout.name} (${layout.why}), ${dialect}`;
}

const verbs: Readonly<Record<Step["kind"], string>> = {
	create: "will be written",
	append: "will get these lines at its end",
	present: "is there already",
	byHand: "is yours to change; put this into it",
};

function describeStep(step: Step): string {
	const head = `${step.file} ${verbs[step.kind]}: ${step.what}`;
	if (step.kind === "present") return `${head}\n`;
	const lines = step.text.trimEnd().split("\n");
	return `${head}\n${lines.map((line) => `    ${line}`.trimEnd()).join("\n")}\n`;
}

async function agrees(count: number): Promise<boolean> {
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	try {
		const answer = await terminal.question(`Write ${countOf(count, "file")}? [y/N] `);
		return /^y(?:es)?$/i.test(answer.trim());
	} finally {
		terminal.close();
	}
}

type Writing = Extract<Step, { readonly kind: "create" | "append" }>;

function isWriting(step: Step): step is Writing {
	return step.kind === "create" || step.kind === "append";
}

function write(cwd: string, step: Writing): void {
	const file = path.join(cwd, step.file);
	mkdirSync(path.dirname(file), { recursive: true });
	// `wx`: a file that came into being since we looked is not overwritten.
	writeFileSync(file, step.text, { flag: step.kind === "create" ? "wx" : "a" });
	if (step.kind === "create" && step.executable === true) chmodSync(file, 0o755);
}

/** Looks at the repository, shows what it would write, asks, and writes. */
export async function runInit(args: InitArguments): Promise<void> {
	const cwd = process.cwd();
	const projects = await discoverProjects(cwd, [], {});
	if ("code" in projects) {
		fail(projects);
		return;
	}
	print(`Found:\n${projects.map(describeProject).join("\n")}\n\n`);
	const around = surroundingsOf(cwd);
	const steps = [
		configStep(projects, serverVersionIn(diskFiles(cwd)), around),
		hookStep(around),
		pipelineStep(around),
	].filter((step) => step !== undefined);
	print(`${steps.map(describeStep).join("\n")}\n`);
	const writing = steps.filter(isWriting);
	if (writing.length === 0) {
		print("Nothing to write.\n");
		return;
	}
	if (args["dry-run"]) return;
	if (!args.yes && !process.stdin.isTTY) {
		fail({
			message: "nothing was written: there is no terminal to ask on.",
			hint: "Run lockkeeper init --yes.",
		});
		return;
	}
	if (!args.yes && !(await agrees(writing.length))) {
		note("Nothing was written.");
		return;
	}
	for (const step of writing) {
		try {
			write(cwd, step);
		} catch (error) {
			fail({
				message: `${step.file} could not be written: ${errorMessage(error)}`,
				hint: "What comes before it was written; run lockkeeper init again.",
			});
			return;
		}
	}
	print(
		`Written: ${writing.map(({ file }) => file).join(", ")}.\nNext: lockkeeper lint\n` +
			"An old repository starts clean with: lockkeeper baseline\n",
	);
}

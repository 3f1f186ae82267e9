import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { rules } from "../src/generated/rules.ts";
import { aliasesIn, tools } from "../src/core/tools.ts";
import { judgeExamples } from "../src/judged-example.ts";
import { comingFromPage, rulesFor } from "../src/report/coming-from.ts";
import { checksOfTools } from "../src/report/other-tools.ts";
import { ruleIndex } from "../src/report/rule-list.ts";
import { rulePage } from "../src/report/rule-page.ts";
import { directoryWith, lockkeeper, root } from "./cli/run.ts";

const readme = readFileSync(path.join(root, "README.md"), "utf8");
const guides = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];
const sample = "fixtures/projects/webshop";

function withBlock(text: string, name: string, content: string): string {
	const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
	const from = text.indexOf(start) + start.length;
	const to = text.indexOf(end);
	if (from < start.length || to < from) throw new Error(`README.md has no block ${name}`);
	return `${text.slice(0, from)}\n\n${content}\n\n${text.slice(to)}`;
}

function recommended(): string {
	const on = rules.filter(({ preset }) => preset === "recommended").length;
	return [
		`[docs/rules](docs/rules/README.md) lists all ${rules.length}. ${on} are on by themselves: what can hurt production.`,
		'`"preset": "strict"` adds design and robustness, `"all"` style and naming.',
	].join("\n");
}

/** The first two findings of the sample project and the summary. */
async function capture(): Promise<string> {
	const { stdout } = await lockkeeper(["lint", sample]);
	const [first = "", second = ""] = stdout.split(/\n\n(?=fixtures\/)/);
	const last = stdout.split("\n").find((line) => /^\d+ migrations, /.test(line)) ?? "";
	const screen = [first, second, "...", last].join("\n\n");
	return ["```text", `$ lockkeeper lint ${sample}`, screen, "```"].join("\n");
}

test("the README shows what the sample project prints and names the recommended rules", async () => {
	const expected = withBlock(withBlock(readme, "capture", await capture()), "rules", recommended());
	await expect(expected).toMatchFileSnapshot("../README.md");
});

test.for(rules)("docs/rules has the page of $id", async (rule) => {
	const page = rulePage(rule, await judgeExamples(rule));
	await expect(page).toMatchFileSnapshot(`../docs/rules/${rule.id}.md`);
});

test("docs/rules/README.md lists every rule", async () => {
	await expect(ruleIndex(rules)).toMatchFileSnapshot("../docs/rules/README.md");
});

test("docs/coming-from.md tells which rule is which in other linters", async () => {
	await expect(comingFromPage(rules)).toMatchFileSnapshot("../docs/coming-from.md");
});

test.for(tools)("every check of %s has a rule here, or a reason why not", (tool) => {
	const checks = Object.entries(checksOfTools[tool]);
	const open = checks.filter(
		([check, differs]) => differs === "" && rulesFor(rules, tool, check).length === 0,
	);
	expect(open.map(([check]) => check)).toEqual([]);
});

test.for(tools)("every alias in %s is spelled as it is there", (tool) => {
	const known = Object.keys(checksOfTools[tool]);
	const strange = rules.flatMap((rule) =>
		aliasesIn(rule, tool)
			.filter((alias) => !known.includes(alias))
			.map((alias) => `${rule.id}: ${alias}`),
	);
	expect(strange).toEqual([]);
});

function shellLines(file: string): readonly string[] {
	const text = readFileSync(path.join(root, file), "utf8");
	return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = ""]) =>
		block.trim().split("\n"),
	);
}

/** What installs, builds or tests is run by .ci/run itself. */
const runElsewhere =
	/^(?:npm (?:ci|install|test|run)\b|\.ci\/run|npx (?:vitest|prettier)\b|npx lockkeeper demo$)/;

function commandsIn(file: string): readonly string[] {
	return shellLines(file)
		.flatMap((line) => line.split(" && "))
		.filter((command) => !runElsewhere.test(command));
}

/** A shop on a branch, with lockkeeper installed as npm would. */
function installedShop(): string {
	const cwd = directoryWith({
		"draft.sql": "SELECT 1;\n",
		"change.sql": "SELECT 1;\n",
		"schema.sql": "SELECT 1;\n",
	});
	cpSync(path.join(root, sample), cwd, { recursive: true });
	cpSync(path.join(root, sample), path.join(cwd, sample), { recursive: true });
	mkdirSync(path.join(cwd, "bin"));
	const program = path.join(root, "dist/cli.js");
	const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
	writeFileSync(path.join(cwd, "bin/lockkeeper"), script, { mode: 0o755 });
	symlinkSync(path.join(root, "dist"), path.join(cwd, "dist"));
	const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
	for (const args of [
		["init", "--initial-branch=main"],
		[...identity, "commit", "--allow-empty", "--message=Shop"],
		["update-ref", "refs/remotes/origin/main", "HEAD"],
	]) {
		execFileSync("git", args, { cwd, stdio: "ignore" });
	}
	return cwd;
}

test.for(guides.flatMap(commandsIn))("%s works", (command) => {
	const cwd = installedShop();
	const { status, stderr } = spawnSync("sh", ["-c", command.replace(/^npx /, "")], {
		cwd,
		encoding: "utf8",
		env: { ...process.env, PATH: `${path.join(cwd, "bin")}:${process.env["PATH"] ?? ""}` },
	});
	// What is told beside the report: the branch that is compared with, what was mended.
	expect(
		stderr.replace(/^(?:Judging what was added since|(?:Fixed|Would fix) \d+ finding).*\n/, ""),
	).toBe("");
	// The sample has hazards.
	expect([0, 1]).toContain(status);
});

test("the config example of the README is one", async () => {
	const example = /```json\n([^]*?)```/.exec(readme)?.[1] ?? "";
	const cwd = installedShop();
	writeFileSync(path.join(cwd, "lockkeeper.config.json"), example);
	const { code, stderr } = await lockkeeper(["lint"], { cwd });
	expect(stderr).toBe("");
	expect(code).toBe(1);
});

test("every directive that the README shows is understood", async () => {
	const sql = [...readme.matchAll(/```sql\n([^]*?)```/g)].map(([, block]) => block).join("\n");
	const cwd = directoryWith({ "001_all.sql": sql });
	const { stdout } = await lockkeeper(["lint", "001_all.sql", "--format", "concise"], { cwd });
	expect(stdout).not.toMatch(/unknown-directive|unused-ignore|require-verification-query/);
});

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { hookStep } from "../../src/cli/init/hook.ts";
import { pipelineStep } from "../../src/cli/init/pipeline.ts";
import type { Step, Surroundings } from "../../src/cli/init/step.ts";
import { commitAll, git } from "./git.ts";
import { directoryWith, lockkeeper, shop } from "./run.ts";

const compose = "services:\n  db:\n    image: postgres:16-alpine\n  old:\n    image: postgres:15\n";

function repository(files: Readonly<Record<string, string>> = {}): string {
	const cwd = directoryWith({ ...shop, ...files });
	commitAll(cwd);
	git(cwd, "remote", "add", "origin", "git@github.com:acme/shop.git");
	return cwd;
}

const textOf = (cwd: string, file: string): string => readFileSync(path.join(cwd, file), "utf8");

describe("init", () => {
	test("shows what it will write and writes nothing without being told to", async () => {
		const cwd = repository({ "docker-compose.yml": compose });
		const { code, stdout, stderr } = await lockkeeper(["init"], { cwd });
		expect(stdout.replace(/lockkeeper@[\d.]+/, "lockkeeper@*")).toMatchInlineSnapshot(`
			"Found:
			  migrations: 3 migrations, ordered SQL files (numbered files like 001_orders.sql), postgres

			lockkeeper.config.json will be written: the config; PostgreSQL 15 is what docker-compose.yml runs
			    {
			    	"$schema": "./node_modules/lockkeeper/lockkeeper.schema.json",
			    	"serverVersion": 15
			    }

			.git/hooks/pre-commit will be written: the hook that judges staged migrations before a commit
			    #!/bin/sh
			    exec npx --no-install lockkeeper lint --staged

			.github/workflows/lockkeeper.yml will be written: the job that judges what a pull request adds
			    name: lockkeeper
			    on: pull_request
			    permissions:
			      contents: read
			      pull-requests: write
			    jobs:
			      migrations:
			        runs-on: ubuntu-latest
			        steps:
			          - uses: actions/checkout@v4
			            with:
			              fetch-depth: 0
			          - uses: actions/setup-node@v4
			            with:
			              node-version: 22
			          - run: npx --yes lockkeeper@* ci --comment
			            env:
			              GITHUB_TOKEN: \${{ github.token }}

			"
		`);
		expect(stderr).toContain("Run lockkeeper init --yes.");
		expect(code).toBe(2);
		expect(existsSync(path.join(cwd, "lockkeeper.config.json"))).toBe(false);
	});

	test("writes config, hook and job, and running it again changes nothing", async () => {
		const cwd = repository({ "docker-compose.yml": compose });
		const first = await lockkeeper(["init", "--yes"], { cwd });
		expect(first.code).toBe(0);
		expect(JSON.parse(textOf(cwd, "lockkeeper.config.json"))).toMatchObject({ serverVersion: 15 });
		expect(textOf(cwd, ".github/workflows/lockkeeper.yml")).toContain("fetch-depth: 0");
		const hook = path.join(cwd, ".git/hooks/pre-commit");
		expect(statSync(hook).mode & 0o111).not.toBe(0);
		const second = await lockkeeper(["init", "--yes"], { cwd });
		expect(second.stdout).toContain("Nothing to write.");
		expect(second.stdout.match(/is there already/g)).toHaveLength(3);
	});

	test("the config that it writes is one that lint takes", async () => {
		const cwd = repository({ "docker-compose.yml": compose });
		await lockkeeper(["init", "--yes"], { cwd });
		const { code, stderr } = await lockkeeper(["lint", "--print-config"], { cwd });
		expect(stderr).toBe("");
		expect(code).toBe(0);
	});

	test("adds to pre-commit's own list of hooks, in its indentation", async () => {
		const config = "repos:\n    - repo: local\n      hooks:\n        - id: format\n";
		const cwd = repository({ ".pre-commit-config.yaml": config });
		await lockkeeper(["init", "--yes"], { cwd });
		expect(textOf(cwd, ".pre-commit-config.yaml")).toBe(
			`${config}    - repo: local\n      hooks:\n        - id: lockkeeper\n          name: lockkeeper\n` +
				"          entry: npx --no-install lockkeeper lint --staged\n          language: system\n          pass_filenames: false\n",
		);
	});

	test("leaves hooks that it cannot add to, and says what to put there", async () => {
		const cwd = repository({ "lefthook.yml": "pre-push:\n  parallel: true\n" });
		const { stdout } = await lockkeeper(["init", "--yes"], { cwd });
		expect(stdout).toContain("lefthook.yml is yours to change; put this into it");
		expect(textOf(cwd, "lefthook.yml")).toBe("pre-push:\n  parallel: true\n");
	});

	test("adds to husky's hook and to GitLab's pipeline", async () => {
		const cwd = directoryWith({
			...shop,
			".husky/pre-commit": "npm test",
			".gitlab-ci.yml": "stages: [test]\n",
		});
		commitAll(cwd);
		await lockkeeper(["init", "--yes"], { cwd });
		expect(textOf(cwd, ".husky/pre-commit")).toBe(
			"npm test\nnpx --no-install lockkeeper lint --staged\n",
		);
		expect(textOf(cwd, ".gitlab-ci.yml")).toMatch(/^stages: \[test\]\n\nlockkeeper:\n/);
		expect(existsSync(path.join(cwd, ".github"))).toBe(false);
	});

	test("does without git where there is none", async () => {
		const cwd = directoryWith(shop);
		const { code, stdout } = await lockkeeper(["init", "--yes"], { cwd });
		expect(stdout).toContain("Written: lockkeeper.config.json.");
		expect(code).toBe(0);
	});

	test("says that there are no migrations", async () => {
		const cwd = directoryWith({ "README.md": "# Shop\n" });
		const { code, stderr } = await lockkeeper(["init", "--yes"], { cwd });
		expect(stderr).toContain("no migrations were found");
		expect(code).toBe(2);
	});

	test("the hook stops a commit that would hold up the shop, and lets the mended one pass", async () => {
		const cwd = repository();
		await lockkeeper(["init", "--yes"], { cwd });
		// The hook runs the program that the repository has installed.
		const program = path.join(cwd, "node_modules/.bin/lockkeeper");
		mkdirSync(path.dirname(program), { recursive: true });
		const built = new URL("../../dist/cli.js", import.meta.url).pathname;
		writeFileSync(program, `#!/bin/sh\nexec node "${built}" "$@"\n`, { mode: 0o755 });
		writeFileSync(path.join(cwd, ".gitignore"), "node_modules\n");
		const file = path.join(cwd, "migrations/004_index.sql");
		writeFileSync(file, "CREATE INDEX orders_note_idx ON orders (note);\n");
		git(cwd, "add", ".");
		expect(() => git(cwd, "commit", "-q", "-m", "index")).toThrow(/require-concurrent-index/);
		writeFileSync(file, "CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\n");
		git(cwd, "add", ".");
		git(cwd, "commit", "-q", "-m", "index");
		expect(git(cwd, "log", "--oneline").trim().split("\n")).toHaveLength(2);
	});
});

describe("docs", () => {
	const read = (file: string): string =>
		readFileSync(new URL(`../../docs/${file}`, import.meta.url), "utf8");
	const around: Surroundings = {
		read: () => undefined,
		hooks: ".git/hooks",
		origin: "git@github.com:acme/shop.git",
		version: "*",
	};

	function textOfStep(step: Step | undefined): string {
		if (step?.kind !== "create") throw new Error("nothing would be written");
		return step.text.replace("lockkeeper@*", "lockkeeper");
	}

	test("show the jobs that init writes", () => {
		const page = read("ci.md");
		expect(page).toContain(textOfStep(pipelineStep(around)));
		expect(page).toContain(
			textOfStep(pipelineStep({ ...around, origin: "git@gitlab.com:acme/shop.git" })),
		);
	});

	test("show the hook that init writes", () => {
		expect(read("hooks.md")).toContain(textOfStep(hookStep(around)));
	});
});

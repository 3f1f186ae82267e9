import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commitAll, git } from "./git.ts";
import { directoryWith, lockkeeper } from "./run.ts";

const orders = "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\n";
const hazard = "SET lock_timeout = '2s';\nCREATE INDEX orders_note_idx ON orders (note);\n";

/** A clone on a branch that adds a migration. */
function branchWith(files: Readonly<Record<string, string>>): string {
	const cwd = directoryWith({ "migrations/001_orders.sql": orders });
	commitAll(cwd);
	git(cwd, "checkout", "-q", "-b", "add-index");
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
	git(cwd, "add", ".");
	git(cwd, "commit", "-q", "-m", "add an index");
	return cwd;
}

const change = { "migrations/002_index.sql": hazard };

describe("ci", () => {
	test("judges what the branch adds, against the default branch", async () => {
		const cwd = branchWith(change);
		const { code, stdout, stderr } = await lockkeeper(["ci"], { cwd });
		expect(stderr).toBe("Judging what was added since main (there is a branch main).\n");
		expect(stdout).toContain("migrations/002_index.sql:2:1  error  require-concurrent-index");
		expect(stdout).toContain("after 1 earlier one: 1 error.");
		expect(code).toBe(1);
	});

	test("judges the same as lint --changed", async () => {
		const cwd = branchWith(change);
		const { code, stdout, stderr } = await lockkeeper(["lint", "--changed"], { cwd });
		expect(stderr).toBe("");
		expect(stdout).toBe((await lockkeeper(["ci"], { cwd })).stdout);
		expect(code).toBe(1);
		const both = await lockkeeper(["lint", "--changed", "--since", "main"], { cwd });
		expect(both.stderr).toContain("changed and since are mutually exclusive");
	});

	test("ends with 0 where the change is safe", async () => {
		const cwd = branchWith({
			"migrations/002_invoices.sql": "CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
		});
		const { code, stdout } = await lockkeeper(["ci"], { cwd });
		expect(stdout).toContain("nothing found");
		expect(code).toBe(0);
	});

	test("says how to fetch a target branch that the clone has not", async () => {
		const cwd = branchWith(change);
		const environment = { GITHUB_ACTIONS: "true", GITHUB_BASE_REF: "release-2" };
		const { code, stderr } = await lockkeeper(["ci"], { cwd, environment });
		expect(stderr).toBe(
			'lockkeeper: the change goes into "release-2" (GITHUB_BASE_REF), which is not in this clone\n' +
				"  Fetch the whole history (fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab), or run: git fetch origin release-2\n",
		);
		expect(code).toBe(2);
	});

	test("in GitHub Actions adds annotations, a summary and SARIF", async () => {
		const cwd = branchWith(change);
		const summary = path.join(cwd, "summary.md");
		const environment = {
			GITHUB_ACTIONS: "true",
			GITHUB_BASE_REF: "main",
			GITHUB_STEP_SUMMARY: summary,
		};
		const { stdout } = await lockkeeper(["ci", "--sarif-file", "out.sarif"], { cwd, environment });
		expect(stdout).toContain("::error file=migrations/002_index.sql,line=2,endLine=2,");
		expect(readFileSync(summary, "utf8")).toContain("do not deploy this as it is");
		expect(readFileSync(path.join(cwd, "out.sarif"), "utf8")).toContain('"version": "2.1.0"');
	});

	test("in GitLab CI writes the code quality report", async () => {
		const cwd = branchWith(change);
		const environment = { GITLAB_CI: "true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" };
		await lockkeeper(["ci"], { cwd, environment });
		const report = readFileSync(path.join(cwd, "gl-code-quality-report.json"), "utf8");
		expect(report).toContain('"path": "migrations/002_index.sql"');
	});

	test("ends with 2 where a report cannot be written", async () => {
		const cwd = branchWith(change);
		const { code, stderr } = await lockkeeper(["ci", "--sarif-file", "no/such/x.sarif"], { cwd });
		expect(stderr).toContain("no/such/x.sarif could not be written");
		expect(code).toBe(2);
		expect(existsSync(path.join(cwd, "no"))).toBe(false);
	});
});

interface Comment {
	readonly id: number;
	body: string;
}

/** The part of GitHub's interface that comments need, over real connections. */
class Forge {
	readonly comments: Comment[] = [];
	refuses = false;
	readonly #server: Server;

	constructor() {
		this.#server = createServer((request, response) => {
			void this.#answer(request).then(({ status, value }) => {
				response.writeHead(status, { "content-type": "application/json" });
				response.end(JSON.stringify(value));
			});
		});
	}

	async #answer(request: IncomingMessage): Promise<{ status: number; value: unknown }> {
		let text = "";
		for await (const chunk of request) text += String(chunk);
		const { method, url = "" } = request;
		if (request.headers.authorization !== "Bearer secret") return { status: 401, value: {} };
		const page = Number(/[?&]page=(\d+)/.exec(url)?.[1] ?? 1);
		if (method === "GET") {
			return { status: 200, value: this.comments.slice((page - 1) * 100, page * 100) };
		}
		if (this.refuses) return { status: 403, value: { message: "not accessible by integration" } };
		const { body } = JSON.parse(text) as { body: string };
		const id = Number(/comments\/(\d+)$/.exec(url)?.[1] ?? this.comments.length + 1);
		const known = this.comments.find((comment) => comment.id === id);
		if (known) known.body = body;
		else this.comments.push({ id, body });
		return { status: known ? 200 : 201, value: { id, body } };
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
		const address = this.#server.address();
		if (address === null || typeof address === "string") throw new Error("no port");
		return `http://127.0.0.1:${address.port}`;
	}

	stop(): void {
		this.#server.close();
	}
}

describe("the comment on a pull request", () => {
	let forge: Forge;
	let api: string;

	beforeAll(async () => {
		forge = new Forge();
		api = await forge.start();
	});
	afterAll(() => {
		forge.stop();
	});
	beforeEach(() => {
		forge.comments.length = 0;
		forge.refuses = false;
	});

	function comment(cwd: string, token = "secret") {
		return lockkeeper(["ci", "--comment"], {
			cwd,
			environment: {
				GITHUB_ACTIONS: "true",
				GITHUB_BASE_REF: "main",
				GITHUB_API_URL: api,
				GITHUB_REPOSITORY: "acme/shop",
				GITHUB_REF: "refs/pull/12/merge",
				GITHUB_TOKEN: token,
			},
		});
	}

	test("is written once and then changed in place, among the comments of others", async () => {
		for (let id = 1; id <= 130; id++) forge.comments.push({ id, body: `comment ${id}` });
		const cwd = branchWith(change);
		expect((await comment(cwd)).stderr).toContain("The pull request has a comment");
		expect(forge.comments).toHaveLength(131);
		expect(forge.comments.at(-1)?.body).toContain("do not deploy this as it is");
		writeFileSync(
			path.join(cwd, "migrations/002_index.sql"),
			"CREATE TABLE invoices (id bigint PRIMARY KEY);\n",
		);
		expect((await comment(cwd)).stderr).toContain("The comment on the pull request was updated.");
		expect(forge.comments).toHaveLength(131);
		expect(forge.comments.at(-1)?.body).toContain("safe to deploy");
	});

	test("is left out on a fork, and the verdict stays", async () => {
		forge.refuses = true;
		const { code, stdout, stderr } = await comment(branchWith(change));
		expect(stderr).toContain("The token may not comment here");
		expect(stdout).toContain("require-concurrent-index");
		expect(code).toBe(1);
	});

	test("never shows the token", async () => {
		const { stdout, stderr } = await comment(branchWith(change), "wrong-token");
		expect(stdout + stderr).not.toContain("wrong-token");
		expect(stderr).toContain("The token may not comment here");
	});
});

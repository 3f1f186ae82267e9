import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { directoryWith, root, shop } from "../cli/run.ts";

const told = spawnSync("nvim", ["--version"], { encoding: "utf8" });
// Where there is no Neovim there is no output, which the pattern does not find.
const version = /NVIM v0\.(\d+)/.exec(told.stdout);

/** The lines of the guide for the version that is installed, with the command of this repository. */
function setUp(): string {
	const guide = readFileSync(path.join(root, "docs/editors.md"), "utf8");
	const [modern = "", old = ""] = [...guide.matchAll(/```lua\n([\s\S]*?)```/g)].map(
		([, lines]) => lines ?? "",
	);
	const lines = Number(version?.[1]) < 8 ? old : modern;
	const program = JSON.stringify([process.execPath, path.join(root, "dist/cli.js")]).slice(1, -1);
	expect(lines).toContain('{ "lockkeeper", "lsp", "--stdio" }');
	return lines.replace('"lockkeeper", "lsp"', `${program}, "lsp"`);
}

/** Opens a migration, waits for diagnostics, takes the preferred fix, waits until none is left. */
const script = `
vim.cmd("edit migrations/004_index.sql")
local function wait(wanted)
	vim.wait(20000, function() return #vim.diagnostic.get(0) == wanted end, 20)
	return vim.tbl_map(function(one) return one.code or one.user_data.lsp.code end, vim.diagnostic.get(0))
end
local found = wait(1)
local at = vim.diagnostic.get(0)[1]
local params = vim.lsp.util.make_range_params()
params.range = { start = { line = at.lnum, character = at.col }, ["end"] = { line = at.end_lnum, character = at.end_col } }
params.context = { diagnostics = {} }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)
for _, answer in pairs(answers) do
	for _, action in ipairs(answer.result) do
		if action.isPreferred then vim.lsp.util.apply_workspace_edit(action.edit, "utf-16") end
	end
end
local left = wait(0)
vim.fn.writefile({ vim.json and vim.json.encode({ found = found, left = left }) or vim.fn.json_encode({ found = found, left = left }) }, "seen.json")
vim.cmd("silent write")
vim.cmd("qall!")
`;

describe.skipIf(!version)("Neovim with the lines of the guide", () => {
	test("shows a finding, takes its fix and shows nothing more", { timeout: 60_000 }, () => {
		const cwd = directoryWith({
			...shop,
			"migrations/004_index.sql": "CREATE INDEX orders_note_idx ON orders (note);\n",
			"init.lua": setUp(),
			"drive.lua": script,
		});
		const home = directoryWith({});
		const run = spawnSync("nvim", ["--headless", "-u", "init.lua", "-c", "luafile drive.lua"], {
			cwd,
			encoding: "utf8",
			env: { ...process.env, HOME: home, XDG_STATE_HOME: home },
			timeout: 50_000,
		});
		expect(run.stderr).toBe("");
		expect(JSON.parse(readFileSync(path.join(cwd, "seen.json"), "utf8"))).toEqual({
			found: ["require-concurrent-index"],
			left: [],
		});
		expect(readFileSync(path.join(cwd, "migrations/004_index.sql"), "utf8")).toBe(
			"CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\n",
		);
	});
});

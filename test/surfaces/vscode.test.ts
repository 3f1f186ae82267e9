import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { directoryWith, root, shop } from "../cli/run.ts";
import { openEditor, pushed, uriIn } from "../lsp/editor.ts";

const extension = path.join(root, "editors/vscode");
const packer = path.join(extension, "node_modules/.bin/vsce");
const canPack = existsSync(packer) && spawnSync("unzip", ["-v"]).status === 0;

/** Packs the extension with VS Code's own tool and returns the directory that an editor would install. */
function installed(): string {
	const target = directoryWith({});
	const run = spawnSync("npm", ["run", "package", "--", "--out", path.join(target, "it.vsix")], {
		cwd: extension,
		encoding: "utf8",
	});
	if (run.status !== 0) throw new Error(run.stdout + run.stderr);
	spawnSync("unzip", ["-q", "it.vsix"], { cwd: target });
	return path.join(target, "extension");
}

describe.skipIf(!canPack)("the packed extension for VS Code", () => {
	test(
		"holds what it needs, and the server that it starts serves",
		{ timeout: 180_000 },
		async () => {
			const folder = installed();
			const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
				readonly main: string;
			};
			const main = readFileSync(path.join(folder, manifest.main), "utf8");
			const needed = [...main.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
			const { builtinModules } = await import("node:module");
			const missing = needed.filter(
				(name = "") => !builtinModules.includes(name.replace("node:", "")),
			);
			expect([...new Set(missing)]).toEqual(["vscode"]);
			const [, server = ""] = /asAbsolutePath\("([^"]+)"\)/.exec(main) ?? [];
			const [, first = ""] = /args: \["([^"]+)"\]/.exec(main) ?? [];
			const cwd = directoryWith(shop);
			// VS Code adds the last two arguments.
			const editor = await openEditor([cwd], {
				capabilities: pushed,
				command: [path.join(folder, server), first, "--stdio", `--clientProcessId=${process.pid}`],
			});
			const uri = uriIn(cwd, "migrations/004_index.sql");
			await editor.open(uri, "sql", "CREATE INDEX orders_note_idx ON orders (note);\n");
			const [finding] = await editor.diagnostics(uri);
			expect(finding?.code).toBe("require-concurrent-index");
			await editor.connection.sendRequest("workspace/executeCommand", {
				command: "lockkeeper.showDocumentation",
				arguments: ["require-concurrent-index"],
			});
			expect(editor.shown).toEqual([
				uriIn(folder, "server/docs/rules/require-concurrent-index.md"),
			]);
			expect(await editor.shutDown()).toBe(0);
		},
	);
});

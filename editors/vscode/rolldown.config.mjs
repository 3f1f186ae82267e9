import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "rolldown";
import { collectLicences } from "../../rolldown.config.js";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const server = join(here, "server");

/**
 * The extension brings the server along: the bundle of the command line and the pages of the rules.
 * @type {import("rolldown").Plugin}
 */
const copyServer = {
	name: "copy-server",
	async writeBundle() {
		await rm(server, { recursive: true, force: true });
		await mkdir(server);
		/** @type {{ name: string, version: string }} */
		const { name, version } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
		const manifest = { name, version, type: "module" };
		await writeFile(join(server, "package.json"), `${JSON.stringify(manifest)}\n`);
		await cp(join(repository, "dist"), join(server, "dist"), {
			recursive: true,
			filter: (file) => !file.endsWith(".map") && basename(file) !== "types",
		});
		await cp(join(repository, "docs/rules"), join(server, "docs/rules"), { recursive: true });
		await cp(join(repository, "LICENSE"), join(here, "LICENSE"));
	},
};

// Run from the root of the repository: its plugins read files there.
export default defineConfig({
	input: join(here, "src/extension.ts"),
	platform: "node",
	external: ["vscode"],
	plugins: [collectLicences, copyServer],
	output: {
		dir: join(here, "dist"),
		format: "cjs",
		entryFileNames: "extension.js",
		minify: false,
		cleanDir: true,
	},
});

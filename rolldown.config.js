import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path/posix";
import { defineConfig } from "rolldown";

const parserFolder = new URL("node_modules/libpg-query/wasm/", import.meta.url);

/**
 * libpg-query looks for its wasm file beside the module that loads it.
 * @type {import("rolldown").Plugin}
 */
const copyParserWasm = {
	name: "copy-parser-wasm",
	async generateBundle(_options, bundle) {
		const chunk = Object.values(bundle).find(
			(output) =>
				output.type === "chunk" && output.moduleIds.some((id) => id.endsWith("/libpg-query.js")),
		);
		if (chunk === undefined) return;
		this.emitFile({
			type: "asset",
			fileName: join(dirname(chunk.fileName), "libpg-query.wasm"),
			source: await readFile(new URL("libpg-query.wasm", parserFolder)),
		});
	},
};

export default defineConfig({
	input: {
		cli: "src/cli/main.ts",
		index: "src/index.ts",
	},
	platform: "node",
	plugins: [copyParserWasm],
	output: {
		dir: "dist",
		format: "esm",
		entryFileNames: "[name].js",
		chunkFileNames: "chunks/[name].js",
		sourcemap: true,
		// Minifying gains no start-up time and turns a crash into one 200 KB line.
		minify: false,
		cleanDir: true,
	},
});

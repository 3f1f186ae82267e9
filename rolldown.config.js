import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defineConfig } from "rolldown";

/**
 * libpg-query looks for its wasm file beside the module that loads it.
 * @type {import("rolldown").Plugin}
 */
const copyParserWasm = {
	name: "copy-parser-wasm",
	async generateBundle(_options, bundle) {
		for (const chunk of Object.values(bundle)) {
			if (chunk.type !== "chunk") continue;
			const parser = chunk.moduleIds.find((id) => id.endsWith("libpg-query.js"));
			if (parser === undefined) continue;
			this.emitFile({
				type: "asset",
				fileName: join(dirname(chunk.fileName), "libpg-query.wasm"),
				source: await readFile(join(dirname(parser), "libpg-query.wasm")),
			});
		}
	},
};

/**
 * The bundle holds copies of its dependencies, so it must carry their licences.
 * @type {import("rolldown").Plugin}
 */
const collectLicences = {
	name: "collect-licences",
	async generateBundle(_options, bundle) {
		const modules = Object.values(bundle).flatMap((output) =>
			output.type === "chunk" ? output.moduleIds : [],
		);
		const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []));
		const notices = await Promise.all([...folders].sort().map(licenceNotice));
		// What the wasm file was made from is in no package of its own.
		notices.push(await readFile("src/dialect/postgres/parser-notice.txt", "utf8"));
		this.emitFile({
			type: "asset",
			fileName: "THIRD-PARTY-LICENSES.txt",
			source: notices.join(`\n${"-".repeat(80)}\n\n`),
		});
	},
};

/** @param {string} moduleId */
function packageFolder(moduleId) {
	return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(moduleId)?.[0];
}

/** @param {string} folder */
async function licenceNotice(folder) {
	/** @type {{ name: string, version: string, license?: string }} */
	const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
	const files = (await readdir(folder)).filter((name) =>
		/^(licen[cs]e|notice|copying)/i.test(name),
	);
	const texts = await Promise.all(files.sort().map((name) => readFile(join(folder, name), "utf8")));
	const title = `${manifest.name} ${manifest.version} (${manifest.license ?? "see below"})`;
	return `${[title, ...texts].map((text) => text.trim()).join("\n\n")}\n`;
}

export default defineConfig({
	input: {
		cli: "src/cli/main.ts",
		index: "src/index.ts",
	},
	platform: "node",
	// PGlite is the user's to install; pg asks for its native twin and for Cloudflare's sockets in vain.
	external: [/^@electric-sql\/pglite/, "pg-native", "pg-cloudflare", "cloudflare:sockets"],
	plugins: [copyParserWasm, collectLicences],
	// The parser's loader is CommonJS and looks for its wasm file beside itself.
	transform: { define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" } },
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

import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
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
 * SQLite's grammar lies in a folder of its own beside the folder of the module that loads it.
 * @type {import("rolldown").Plugin}
 */
const copySqliteGrammar = {
	name: "copy-sqlite-grammar",
	async generateBundle(_options, bundle) {
		for (const chunk of Object.values(bundle)) {
			if (chunk.type !== "chunk") continue;
			const engine = chunk.moduleIds.find((id) => /syntaqlite[\\/]dist[\\/]engine\.js$/.test(id));
			if (engine === undefined) continue;
			const folder = join(dirname(engine), "../wasm");
			for (const name of await readdir(folder)) {
				this.emitFile({
					type: "asset",
					fileName: join(dirname(chunk.fileName), "../wasm", name),
					source: await readFile(join(folder, name)),
				});
			}
		}
	},
};

/**
 * The bundle holds copies of its dependencies, so it must carry their licences.
 * @type {import("rolldown").Plugin}
 */
export const collectLicences = {
	name: "collect-licences",
	async generateBundle(_options, bundle) {
		const modules = Object.values(bundle).flatMap((output) =>
			output.type === "chunk" ? output.moduleIds : [],
		);
		const folders = new Set(modules.flatMap((id) => packageFolder(id) ?? []));
		const notices = await Promise.all([...folders].sort().map(licenceNotice));
		// What the wasm files were made from is in no package of its own.
		for (const notice of ["postgres/parser-notice.txt", "sqlite/grammar-notice.txt"])
			notices.push(await readFile(join("src/dialect", notice), "utf8"));
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

/**
 * yargs measures its help with a library that knows every emoji of Unicode; reading its expressions is half
 * of the start-up of `lockkeeper lint` (35 ms of CPU on Node 20). Our help is plain letters.
 * @type {import("rolldown").Plugin}
 */
const countPlainLetters = {
	name: "count-plain-letters",
	resolveId(name) {
		return name === "string-width" ? "\0string-width" : null;
	},
	load(id) {
		return id === "\0string-width" ? "export default (text) => text.length;" : null;
	},
};

/**
 * An import of a module of Node's makes it evaluate every export that it has (`node:fs` then loads the
 * streams); asking the process for it does not. Bindings and line numbers stay as they are.
 * @type {import("rolldown").Plugin}
 */
const askForBuiltins = {
	name: "ask-for-builtins",
	generateBundle(_options, bundle) {
		const ask = (/** @type {string} */ name) => `process.getBuiltinModule("${name}")`;
		for (const chunk of Object.values(bundle)) {
			if (chunk.type !== "chunk") continue;
			chunk.code = chunk.code
				.replace(
					/^import (?:(\{[^}]*\})|(?:\* as )?([\w$]+)) from "([\w:/]+)";$/gm,
					(whole, names, module, name) =>
						isBuiltin(name)
							? `const ${module ?? names.replaceAll(" as ", ": ")} = ${ask(name)};`
							: whole,
				)
				.replace(/\bimport\("(node:[\w/]+)"\)/g, (_, name) => `Promise.resolve(${ask(name)})`);
		}
	},
};

/**
 * V8 keeps a text with one character beyond Latin-1 in two bytes each, and reads it at a third of the speed
 * (measured on Node 20: 35 ms instead of 10 for a chunk of 230 KB).
 * @type {import("rolldown").Plugin}
 */
const writeAscii = {
	name: "write-ascii",
	generateBundle(_options, bundle) {
		for (const chunk of Object.values(bundle)) {
			if (chunk.type !== "chunk") continue;
			if (/\\[^\x00-\x7f]/.test(chunk.code))
				throw new Error(`${chunk.fileName}: an escaped character`);
			chunk.code = chunk.code.replace(
				/[^\x00-\x7f]/g,
				(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
			);
		}
	},
};

/**
 * Each file costs by itself, and the chunks found by who shares what were 56 on the way of `lockkeeper lint`:
 * with these groups it starts in 3.3 times the CPU time of `node -e 0` instead of 3.7 (measured on Node 20).
 * A group is the named modules with all that they import; what several need goes to the first of them.
 * @type {import("rolldown").CodeSplittingOptions}
 */
const codeSplitting = {
	groups: [
		// What the command line knows before it runs a command, and `--version` and a plain `lint` need.
		{
			name: "start",
			test: /[\\/](?:cli[\\/](?:bug|exit-code|process|standard-input|commands[\\/]lint)|core[\\/](?:dialect|preset|config-shape)|generated[\\/]formats|src[\\/]version)\.ts$/,
			priority: 4,
		},
		{ name: "command-line", test: /[\\/]cli[\\/]command-line\.ts$/, priority: 3 },
		// All that the ESLint plugin loads outside its worker.
		{
			name: "rules",
			test: /[\\/](?:generated[\\/]rules|(?:postgres|tolerant)[\\/]tokenizer|(?:mysql|sqlite)[\\/]lexis)\.ts$/,
			priority: 2,
		},
		{
			name: "lint",
			test: /[\\/](?:handlers[\\/]lint|postgres[\\/]dialect|formats[\\/]text|libpg-query)\.[jt]s$/,
			priority: 1,
		},
	],
};

export default defineConfig({
	input: {
		cli: "src/cli/main.ts",
		index: "src/index.ts",
		eslint: "src/eslint/plugin.ts",
		"eslint-worker": "src/eslint/worker/main.ts",
	},
	platform: "node",
	// PGlite is the user's to install; pg asks for its native twin and for Cloudflare's sockets in vain.
	external: [
		/^@electric-sql\/pglite/,
		/^mysql2/,
		/^node-sqlite3-wasm/,
		"pg-native",
		"pg-cloudflare",
		"cloudflare:sockets",
	],
	plugins: [
		copyParserWasm,
		copySqliteGrammar,
		collectLicences,
		countPlainLetters,
		askForBuiltins,
		writeAscii,
	],
	// The parser's loader is CommonJS and looks for its wasm file beside itself.
	transform: { define: { __dirname: "import.meta.dirname", __filename: "import.meta.filename" } },
	output: {
		dir: "dist",
		format: "esm",
		entryFileNames: "[name].js",
		chunkFileNames: "chunks/[name].js",
		sourcemap: true,
		codeSplitting,
		// A tenth of the text, for nobody: the licences stand in a file of their own.
		comments: false,
		// Minifying gains no start-up time and turns a crash into one 200 KB line.
		minify: false,
		cleanDir: true,
	},
});

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const codeExtensions = new Set(
	(
		"ts tsx mts cts js jsx mjs cjs vue svelte astro py pyi rb erb rake go rs java kt kts scala sc groovy " +
		"cs fs vb php ex exs erl clj cljs cljc swift dart c cc cpp cxx h hpp hxx sql prisma graphql hs ml lua " +
		"pl pm r jl zig nim twig sh bash psql gleam cr"
	).split(" "),
);

/** Folders whose content is not this project's running code: third parties, output, tests, histories. */
const otherFolders =
	/(?:^|\/)(?:node_modules|vendor|third[_-]?party|bower_components|dist|build|out|target|coverage|\.[^/]+|__pycache__|site-packages|generated|__generated__|gen|tests?|__tests__|specs?|e2e|testdata|test-data|fixtures?|mocks?|__mocks__|cypress|bench(?:marks?)?|docs?|migrat(?:e|ions?)|db_migrations?|changelogs?)\//i;

const otherNames =
	/(?:[._-](?:test|tests|spec|stories|gen|generated|pb|min|lock)\.\w+|_test\.\w+|^test_[^/]*\.py|Tests?\.(?:java|kt|cs|scala)|\.d\.ts|(?:^|\/)(?:structure\.sql|schema\.rb|database\.types\.ts))$/;

/** Folders that a walk without git does not enter. */
const neverEntered = /^(?:node_modules|vendor|dist|build|target|\..+)$/;

function isCode(file: string): boolean {
	const extension = path.posix.extname(file).slice(1).toLowerCase();
	if (!codeExtensions.has(extension)) return false;
	const name = path.posix.basename(file);
	return !otherFolders.test(file) && !otherNames.test(name);
}

function listedByGit(root: string): readonly string[] | undefined {
	try {
		const output = process
			.getBuiltinModule("node:child_process")
			.execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
				cwd: root,
				encoding: "utf8",
				maxBuffer: 1 << 28,
				stdio: ["ignore", "pipe", "ignore"],
			});
		return [...new Set(output.split("\0"))].filter((file) => file !== "");
	} catch {
		// No git, or a .git that is no repository: the files are walked.
		return undefined;
	}
}

function walked(root: string): readonly string[] {
	const files: string[] = [];
	const folders = [""];
	for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
		for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
			const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (entry.isFile()) files.push(name);
			else if (entry.isDirectory() && !neverEntered.test(entry.name)) folders.push(name);
		}
	}
	return files.sort();
}

/** Returns the root of the repository that a directory lies in, if it lies in one. */
export function repositoryOf(directory: string): string | undefined {
	let folder = path.resolve(directory);
	for (;;) {
		if (existsSync(path.join(folder, ".git"))) return folder;
		const parent = path.dirname(folder);
		if (parent === folder) return undefined;
		folder = parent;
	}
}

/**
 * Returns the files of a repository's running code, relative to its root: what git does not ignore,
 * without third parties' code, generated files, tests, migrations and the given directories.
 */
export function codeFiles(root: string, without: readonly string[]): readonly string[] {
	const isLeftOut = (file: string): boolean =>
		without.some((directory) => file === directory || file.startsWith(`${directory}/`));
	return (listedByGit(root) ?? walked(root)).filter((file) => isCode(file) && !isLeftOut(file));
}

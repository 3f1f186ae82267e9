#!/usr/bin/env node
import { reportBug } from "./bug.ts";
import { plainLintArguments } from "./commands/lint.ts";
import { prepareProcess } from "./process.ts";
import { version } from "../version.ts";

/** Node 22.8 and later can keep what they have compiled: a lint of one file then takes 9/10 of the CPU time. */
function keepsCompiled(module: object): module is { readonly enableCompileCache: () => unknown } {
	return "enableCompileCache" in module;
}

// A module of its own: who asks for the version, a hook or an editor, does not wait for the rest.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
	console.log(version);
} else {
	try {
		const nodeModule = await import("node:module");
		if (keepsCompiled(nodeModule)) nodeModule.enableCompileCache();
		prepareProcess(args[0]);
		const plain = args[0] === "lint" ? plainLintArguments(args.slice(1)) : undefined;
		if (plain) {
			const { runLint } = await import("./handlers/lint.ts");
			await runLint(plain);
		} else {
			const { runCommandLine } = await import("./command-line.ts");
			await runCommandLine(args);
		}
	} catch (error) {
		reportBug(error);
	}
}

#!/usr/bin/env node
import { reportBug } from "./bug.ts";
import { version } from "../version.ts";

// A module of its own: who asks for the version, a hook or an editor, does not wait for the rest.
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-v")) {
	console.log(version);
} else {
	try {
		const { runCommandLine } = await import("./command-line.ts");
		await runCommandLine(args);
	} catch (error) {
		reportBug(error);
	}
}

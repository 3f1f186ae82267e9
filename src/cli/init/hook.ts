import type { Step, Surroundings } from "./step.ts";

const command = "npx --no-install lockkeeper lint --staged";
const what = "the hook that judges staged migrations before a commit";

function preCommitFramework(around: Surroundings): Step | undefined {
	const file = ".pre-commit-config.yaml";
	const text = around.read(file);
	if (text === undefined) return undefined;
	if (text.includes("lockkeeper")) return { kind: "present", file, what };
	const indent = /^([ \t]*)- repo:/m.exec(text)?.[1];
	const block = [
		"- repo: local",
		"  hooks:",
		"    - id: lockkeeper",
		"      name: lockkeeper",
		`      entry: ${command}`,
		"      language: system",
		"      pass_filenames: false",
	];
	const lines = block.map((line) => `${indent ?? "  "}${line}\n`).join("");
	// The list of repositories can be added to at the end only when nothing follows it.
	const lastKey = [...text.matchAll(/^(\w+):/gm)].at(-1)?.[1];
	if (indent === undefined || lastKey !== "repos")
		return { kind: "byHand", file, what, text: lines };
	return { kind: "append", file, what, text: text.endsWith("\n") ? lines : `\n${lines}` };
}

function lefthook(around: Surroundings): Step | undefined {
	const file = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml"].find(
		(name) => around.read(name) !== undefined,
	);
	if (file === undefined) return undefined;
	if (around.read(file)?.includes("lockkeeper") === true) return { kind: "present", file, what };
	return {
		kind: "byHand",
		file,
		what,
		text: `pre-commit:\n  commands:\n    lockkeeper:\n      run: ${command}\n`,
	};
}

function husky(around: Surroundings): Step | undefined {
	const file = ".husky/pre-commit";
	const text = around.read(file);
	if (text === undefined) return undefined;
	if (text.includes("lockkeeper")) return { kind: "present", file, what };
	return { kind: "append", file, what, text: `${text.endsWith("\n") ? "" : "\n"}${command}\n` };
}

function gitHook(around: Surroundings): Step | undefined {
	if (around.hooks === undefined) return undefined;
	const file = `${around.hooks}/pre-commit`;
	const text = around.read(file);
	if (text === undefined) {
		return { kind: "create", file, what, text: `#!/bin/sh\nexec ${command}\n`, executable: true };
	}
	if (text.includes("lockkeeper")) return { kind: "present", file, what };
	return { kind: "byHand", file, what, text: `${command} || exit 1\n` };
}

/** Returns the hook for whatever the repository runs hooks with; nothing outside of a repository. */
export function hookStep(around: Surroundings): Step | undefined {
	return preCommitFramework(around) ?? lefthook(around) ?? husky(around) ?? gitHook(around);
}

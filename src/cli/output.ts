/** Exit codes: part of the contract with hooks and CI. */
export const exitCodes = { clean: 0, findings: 1, misuse: 2, bug: 70 } as const;

/** Prints results: standard output. */
export function print(text: string): void {
	process.stdout.write(text);
}

/** Prints everything else: standard error. */
export function note(text: string): void {
	process.stderr.write(`${text}\n`);
}

/** Says what was wrong with the request and how to mend it, and ends with exit code 2. */
export function fail(problem: { readonly message: string; readonly hint: string }): void {
	note(`lockkeeper: ${problem.message}\n  ${problem.hint}`);
	process.exitCode = exitCodes.misuse;
}

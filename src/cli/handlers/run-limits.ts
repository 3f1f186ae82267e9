import { spanOf } from "../../plan/approval.ts";

/** How long a runner waits, in milliseconds: for another runner, and for the locks of a step. */
export interface RunLimits {
	readonly wait: number;
	readonly deadline: number;
}

/** Not to wait at all is a limit too. */
const limitOf = (text: string): number | undefined => (/^0+s$/.test(text) ? 0 : spanOf(text));

/** Returns the limits that a command line says, or what is wrong with them. */
export function limitsOf(args: {
	readonly wait: string | undefined;
	readonly deadline: string;
}): RunLimits | { readonly message: string; readonly hint: string } {
	const wait = limitOf(args.wait ?? "0s");
	const deadline = limitOf(args.deadline);
	if (wait !== undefined && deadline !== undefined) return { wait, deadline };
	const wrong = wait === undefined ? `--wait ${args.wait ?? ""}` : `--deadline ${args.deadline}`;
	return { message: `${wrong} cannot be read.`, hint: "Write 30s, 10m or 2h." };
}

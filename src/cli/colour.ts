import { Chalk, supportsColor, supportsColorStderr } from "chalk";
import type { Palette } from "../report/report.ts";

interface ColourWishes {
	/** --color or --no-color; absent when neither was given. */
	readonly flag: boolean | undefined;
	readonly environment: Readonly<Record<string, string | undefined>>;
}

type Level = 0 | 1 | 2 | 3;

/**
 * How many colours a stream gets: the flag wins, then FORCE_COLOR, then NO_COLOR (no-color.org: any
 * value but an empty one), then what the terminal can do. chalk alone does not look at NO_COLOR.
 */
function levelOf({ flag, environment }: ColourWishes, detected: Level): Level {
	if (flag === false) return 0;
	const able = detected === 0 ? 1 : detected;
	if (flag === true) return able;
	const force = environment["FORCE_COLOR"];
	if (force !== undefined && force !== "") return force === "0" || force === "false" ? 0 : able;
	if ((environment["NO_COLOR"] ?? "") !== "") return 0;
	return detected;
}

/** Returns the palette for standard output or standard error. */
export function paletteFor(stream: "stdout" | "stderr", wishes: ColourWishes): Palette {
	const support = stream === "stdout" ? supportsColor : supportsColorStderr;
	const chalk = new Chalk({ level: levelOf(wishes, support === false ? 0 : support.level) });
	return {
		error: (text) => chalk.red(text),
		warning: (text) => chalk.yellow(text),
		info: (text) => chalk.blue(text),
		strong: (text) => chalk.bold(text),
		faint: (text) => chalk.dim(text),
		code: (text) => chalk.cyan(text),
	};
}

/** An option of a command as yargs has it, as far as plain words need to know it. */
interface Option {
	readonly type?: string;
	readonly choices?: readonly string[];
	readonly array?: boolean;
	readonly conflicts?: string | readonly string[];
	readonly coerce?: unknown;
}

/** What the words of a command line say. */
export interface PlainArguments {
	readonly files: readonly string[];
	/** The options that are switched on. */
	readonly flags: ReadonlySet<string>;
	/** What is given to the others, in its order. */
	readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Words that yargs takes as they stand, as files or as values. */
function isPlainWord(word: string | undefined): word is string {
	return word !== undefined && /^[^-'"]/.test(word) && !/['"]$/.test(word);
}

function isValueOf({ type, choices }: Option, word: string | undefined): word is string {
	if (!isPlainWord(word)) return false;
	if (type === "number") return /^(?:0|[1-9]\d{0,8})$/.test(word);
	return choices?.includes(word) ?? true;
}

/**
 * Returns what the words behind a command say when there is nothing to it: files, switches by their names, and
 * values that an option takes. Undefined for everything else: what is wrong, rare or a question is left to yargs,
 * whose loading takes a tenth of the time of linting a file.
 */
export function readPlainArguments(
	words: readonly string[],
	options: Readonly<Record<string, Option>>,
): PlainArguments | undefined {
	const files: string[] = [];
	const flags = new Set<string>();
	const values = new Map<string, readonly string[]>();
	for (let at = 0; at < words.length; at++) {
		const word = words[at] ?? "";
		if (isPlainWord(word)) {
			files.push(word);
			continue;
		}
		const [, name = "", written] = /^--([a-z-]+)(?:=(.+))?$/s.exec(word) ?? [];
		const option = Object.hasOwn(options, name) ? options[name] : undefined;
		if (!option || option.coerce !== undefined) return undefined;
		if (option.type === "boolean") {
			// yargs takes such a word as the value of a switch.
			if (written !== undefined || /^(?:true|false)$/.test(words[at + 1] ?? "")) return undefined;
			flags.add(name);
			continue;
		}
		const value = written ?? words[++at];
		const known = values.get(name);
		if (!isValueOf(option, value) || (known && option.array !== true)) return undefined;
		values.set(name, [...(known ?? []), value]);
	}
	const given = [...flags, ...values.keys()];
	const isInConflict = given.some((name) =>
		[options[name]?.conflicts ?? []].flat().some((other) => given.includes(other)),
	);
	return isInConflict ? undefined : { files, flags, values };
}

/** `order_items`, `orderItems` and `OrderItems` are one word: `orderitems`. */
export function normalForm(word: string): string {
	return word.toLowerCase().replaceAll("_", "");
}

/** `order_items` as `orderItems`. */
export function camelCase(name: string): string {
	return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `order_items` as `OrderItems`. */
export function pascalCase(name: string): string {
	const camel = camelCase(name);
	return camel.slice(0, 1).toUpperCase() + camel.slice(1);
}

/** The English singular of a table's name, as frameworks name models: `categories` is `category`. */
export function singularOf(name: string): string {
	if (/ies$/i.test(name)) return name.replace(/ies$/i, "y");
	if (/(?:ss|x|ch|sh|us)es$/i.test(name)) return name.replace(/es$/i, "");
	return /[^s]s$/i.test(name) ? name.slice(0, -1) : name;
}

/** A pattern for whole words; `$` and letters of other alphabets are parts of words too. */
export function wordPattern(words: readonly string[], flags = "g"): RegExp {
	const escaped = [...new Set(words)].map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(
		`(?<![\\p{L}\\p{N}_$])(?:${escaped.join("|")})(?![\\p{L}\\p{N}_$])`,
		`u${flags}`,
	);
}

/** Which files have a word, in whatever spelling. */
export interface WordIndex {
	/** Adds the bytes of a file as latin1: that is quick to read, and a word is the same bytes everywhere. */
	add(file: number, bytes: string): void;
	filesWith(words: readonly string[]): ReadonlySet<number>;
}

const bytesOf = (word: string): string => Buffer.from(word, "utf8").toString("latin1");

/** Returns an empty index; every file is added once, in ascending order. */
export function wordIndex(): WordIndex {
	const files = new Map<string, number[]>();
	return {
		add(file, bytes) {
			for (const word of new Set(bytes.match(/[A-Za-z_\x80-\xff][\w\x80-\xff]+/g))) {
				const key = normalForm(word);
				const known = files.get(key);
				if (!known) files.set(key, [file]);
				else if (known.at(-1) !== file) known.push(file);
			}
		},
		filesWith: (words) =>
			new Set(words.flatMap((word) => files.get(normalForm(bytesOf(word))) ?? [])),
	};
}

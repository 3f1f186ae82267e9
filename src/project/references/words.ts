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
	/** Adds the words of a file; every file is added once. */
	add(file: number, bytes: Uint8Array): void;
	/** Returns the files that have one of the words, in the order in which they were added. */
	filesWith(words: readonly string[]): ReadonlySet<number>;
}

const outside = 0;
const digit = 1;
const underscore = 2;

/** What each byte is in a word: nothing, a digit, an underscore, or else the small letter. */
const letters = Uint8Array.from({ length: 256 }, (_, byte) => {
	if (byte >= 0x80) return byte;
	const character = String.fromCharCode(byte);
	if (character === "_") return underscore;
	if (/\d/.test(character)) return digit;
	return /[a-z]/i.test(character) ? character.toLowerCase().charCodeAt(0) : outside;
});

/** FNV-1a, for words of code: two words of one file hardly ever have the same number. */
const firstHash = 0x811c9dc5 | 0;
const factor = 0x01000193;

/** Writes the hash of every word of at least two characters into `hashes`, and returns how many there are. */
function hashWords(bytes: Uint8Array, hashes: Int32Array): number {
	let count = 0;
	let hash = firstHash;
	let length = 0;
	for (let at = 0; at <= bytes.length; at++) {
		const byte = at < bytes.length ? (bytes[at] ?? 0) : 0;
		const letter = letters[byte] ?? outside;
		if (letter > underscore || (letter === digit && length > 0)) {
			hash = Math.imul(hash ^ (letter === digit ? byte : letter), factor);
			length++;
		} else if (letter === underscore) length++;
		else if (length > 0) {
			if (length > 1) hashes[count++] = hash;
			hash = firstHash;
			length = 0;
		}
	}
	return count;
}

/** Slots of the last hashes seen: most repetitions are left out without sorting. */
const seen = new Int32Array(1 << 12);

function distinct(hashes: Int32Array): Int32Array {
	seen.fill(0);
	let count = 0;
	for (const hash of hashes) {
		const slot = hash & 0xfff;
		if (seen[slot] === hash) continue;
		seen[slot] = hash;
		hashes[count++] = hash;
	}
	return hashes.slice(0, count);
}

/**
 * Returns an empty index. It keeps numbers for words instead of the words: a repository has millions,
 * and few are ever asked for.
 */
export function wordIndex(): WordIndex {
	const files: { readonly file: number; readonly hashes: Int32Array }[] = [];
	let scratch = new Int32Array(1 << 16);
	const hashOf = (word: string): number | undefined => {
		const hashes = new Int32Array(word.length * 4);
		return hashWords(Buffer.from(word, "utf8"), hashes) === 1 ? hashes[0] : undefined;
	};
	return {
		add(file, bytes) {
			if (scratch.length < bytes.length) scratch = new Int32Array(bytes.length);
			const count = hashWords(bytes, scratch);
			files.push({ file, hashes: distinct(scratch.subarray(0, count)) });
		},
		filesWith(words) {
			const wanted = [...new Set(words.flatMap((word) => hashOf(word) ?? []))];
			return new Set(
				files.flatMap(({ file, hashes }) =>
					wanted.some((hash) => hashes.includes(hash)) ? [file] : [],
				),
			);
		},
	};
}

import type { SourceFile } from "../core/source.ts";

/** A value, or where and why a text is no JSON. */
export type JsonReading =
	{ readonly value: unknown } | { readonly message: string; readonly at: number };

class BrokenJson extends Error {
	readonly at: number;
	constructor(message: string, at: number) {
		super(message);
		this.at = at;
	}
}

/**
 * Reads JSON with comments and trailing commas, as editors allow in config files. Unlike JSON.parse it
 * always knows the place of an error (Node 20 leaves it out of some messages).
 */
export function readJson(file: SourceFile): JsonReading {
	try {
		return { value: new Reader(file.text).readWhole() };
	} catch (error) {
		if (error instanceof BrokenJson) return { message: error.message, at: error.at };
		throw error;
	}
}

const deepest = 500;

class Reader {
	readonly #text: string;
	#at = 0;
	#depth = 0;

	constructor(text: string) {
		this.#text = text;
		if (text.startsWith("\uFEFF")) this.#at = 1;
	}

	readWhole(): unknown {
		const value = this.#value();
		this.#skipBlank();
		if (this.#at < this.#text.length) this.#fail("text after the end of the value");
		return value;
	}

	#value(): unknown {
		this.#skipBlank();
		const next = this.#text[this.#at];
		if (next === undefined) return this.#fail("the text ends where a value should stand");
		if (next === "{") return this.#nested(() => this.#object());
		if (next === "[") return this.#nested(() => this.#list());
		if (next === '"') return this.#string();
		return this.#word();
	}

	#nested<T>(read: () => T): T {
		if (++this.#depth > deepest) this.#fail("too deeply nested");
		const value = read();
		this.#depth--;
		return value;
	}

	#object(): unknown {
		const entries: [string, unknown][] = [];
		this.#at++;
		while (!this.#ends("}")) {
			if (this.#text[this.#at] !== '"') this.#fail("a key in double quotes should stand here");
			const key = this.#string();
			this.#skipBlank();
			if (this.#text[this.#at] !== ":") this.#fail("a colon should stand after the key");
			this.#at++;
			entries.push([key, this.#value()]);
			this.#comma("}");
		}
		return Object.fromEntries(entries);
	}

	#list(): unknown {
		const items: unknown[] = [];
		this.#at++;
		while (!this.#ends("]")) {
			items.push(this.#value());
			this.#comma("]");
		}
		return items;
	}

	#ends(mark: string): boolean {
		this.#skipBlank();
		if (this.#text[this.#at] !== mark) return false;
		this.#at++;
		return true;
	}

	#comma(mark: string): void {
		this.#skipBlank();
		const next = this.#text[this.#at];
		if (next === ",") this.#at++;
		else if (next !== mark) this.#fail(`a comma or ${mark} should stand here`);
	}

	#string(): string {
		const match = /"(?:[^"\\\n\r]|\\.)*"/y;
		match.lastIndex = this.#at;
		const found = match.exec(this.#text)?.[0];
		if (found === undefined) return this.#fail("this text in quotes does not end on its line");
		const value = parsed(found);
		if (typeof value !== "string") return this.#fail("this text holds an escape that is not JSON");
		this.#at += found.length;
		return value;
	}

	#word(): unknown {
		const match = /[^\s,:{}[\]"/]+/y;
		match.lastIndex = this.#at;
		const found = match.exec(this.#text)?.[0];
		const value = found === undefined ? undefined : parsed(found);
		if (found === undefined || value === undefined) {
			return this.#fail(`${JSON.stringify(found ?? this.#text[this.#at])} is not a value`);
		}
		this.#at += found.length;
		return value;
	}

	#skipBlank(): void {
		const match = /(?:\s|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/y;
		match.lastIndex = this.#at;
		match.exec(this.#text);
		this.#at = match.lastIndex;
	}

	#fail(message: string): never {
		throw new BrokenJson(message, this.#at);
	}
}

/** Returns undefined for what JSON.parse refuses; undefined is no JSON value. */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

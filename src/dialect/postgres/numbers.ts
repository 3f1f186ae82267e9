import { DIGIT, UNDERSCORE, classOf } from "./characters.ts";

/**
 * Returns the offset after the number that starts at `start` (a digit, or a dot before a digit): `12`,
 * `1_000`, `.5`, `1.`, `1e-5`, `0x1F`, `0o17`, `0b1`. `1..10` is the number 1 and two dots.
 */
export function endOfNumber(text: string, start: number): number {
	const radix = endOfRadixNumber(text, start);
	if (radix > 0) return radix;
	let end = endOfDigits(text, start);
	if (text[end] === "." && text[end + 1] !== ".") end = endOfDigits(text, end + 1);
	if (text[end] !== "e" && text[end] !== "E") return end;
	const signed = text[end + 1] === "+" || text[end + 1] === "-";
	const exponent = end + (signed ? 2 : 1);
	return isDigit(text, exponent) ? endOfDigits(text, exponent) : end;
}

const radixDigits: Readonly<Record<string, RegExp>> = {
	x: /(?:_?[0-9a-f])+/iy,
	o: /(?:_?[0-7])+/y,
	b: /(?:_?[01])+/y,
};

function endOfRadixNumber(text: string, start: number): number {
	if (text[start] !== "0") return 0;
	const digits = radixDigits[text[start + 1]?.toLowerCase() ?? ""];
	if (!digits) return 0;
	digits.lastIndex = start + 2;
	return digits.test(text) ? digits.lastIndex : 0;
}

function endOfDigits(text: string, start: number): number {
	let at = start;
	while (isDigit(text, at) || (isUnderscore(text, at) && at > start && isDigit(text, at + 1))) at++;
	return at;
}

function isDigit(text: string, at: number): boolean {
	return classOf(text.charCodeAt(at)) === DIGIT;
}

function isUnderscore(text: string, at: number): boolean {
	return text.charCodeAt(at) === UNDERSCORE;
}

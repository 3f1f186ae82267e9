import type { Range } from "../../../core/source.ts";
import type { Node, TextPart } from "../program.ts";

const escapes: Readonly<Record<string, string>> = {
	n: "\n",
	t: "\t",
	r: "\r",
	"\\": "\\",
	"'": "'",
	'"': '"',
	a: "\x07",
	b: "\b",
	f: "\f",
	v: "\v",
	"\n": "",
};

const escape =
	/\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(\r?\n)|([^]))/g;

function unescape(text: string): string {
	return text.replace(
		escape,
		(all, octal?: string, hex?: string, short?: string, long?: string, line?: string, one = "") => {
			if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
			const code = parseInt(hex ?? short ?? long ?? "", 16);
			if (!Number.isNaN(code)) return code <= 0x10ffff ? String.fromCodePoint(code) : all;
			if (line !== undefined) return "";
			return escapes[String(one)] ?? all;
		},
	);
}

/** Returns the parts of a Python string literal and where its text stands unchanged, if it does. */
export function readString(
	source: string,
	prefix: string,
	inner: Range,
	parse: (range: Range) => Node,
): { readonly parts: readonly TextPart[]; readonly inner?: Range } {
	const body = source.slice(inner.start, inner.end);
	const cook = (text: string): string => (prefix.includes("r") ? text : unescape(text));
	if (!prefix.includes("f")) {
		const text = cook(body);
		return { parts: [{ kind: "characters", text }], ...(text === body ? { inner } : {}) };
	}
	const parts: TextPart[] = [];
	const same = { is: true };
	const characters = (text: string): void => {
		const cooked = cook(text.replace(/([{}])\1/g, "$1"));
		if (cooked !== text) same.is = false;
		if (text !== "") parts.push({ kind: "characters", text: cooked });
	};
	let from = 0;
	for (let at = 0; at < body.length; at++) {
		if (body[at] !== "{") continue;
		if (body[at + 1] === "{") {
			at++;
			continue;
		}
		const end = closingBrace(body, at + 1);
		characters(body.slice(from, at));
		const expression = body.slice(at + 1, end).replace(/(?:![rsa])?(?::[^'"()[\]]*)?=?$/, "");
		const start = inner.start + at + 1;
		const value = parse({ start, end: start + expression.length });
		parts.push({ kind: "value", source: body.slice(at, end + 1), value });
		from = end + 1;
		at = end;
	}
	characters(body.slice(from));
	return { parts, ...(same.is ? { inner } : {}) };
}

function closingBrace(body: string, from: number): number {
	let depth = 1;
	for (let at = from; at < body.length; at++) {
		if ("{[(".includes(body[at] ?? "")) depth++;
		if ("}])".includes(body[at] ?? "") && --depth === 0) return at;
	}
	return body.length;
}

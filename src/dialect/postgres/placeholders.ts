import type { PlaceholderStyle, Reading } from "../../core/dialect.ts";
import type { Range } from "../../core/source.ts";
import { findPsqlVariables } from "./psql-variables.ts";
import { dollarDelimiterLength } from "./quotes.ts";
import { standIn, type Placeholder, type Replacement } from "./replacement.ts";
import { tokenize } from "./tokenizer.ts";

/** A token of any dialect: comments and strings are called the same. */
interface CutToken extends Range {
	readonly kind: string;
}

/** A text without placeholders, as long as the one before, and where they were, in order. */
export interface NeutralizedText {
	readonly text: string;
	readonly placeholders: readonly Placeholder[];
}

interface TemplateStyle {
	readonly style: PlaceholderStyle;
	readonly mark: string;
	readonly pattern: RegExp;
	/** The tool fills these in inside strings and dollar quotes too. */
	readonly insideStrings: boolean;
}

const templateStyles: readonly TemplateStyle[] = [
	{ style: "dollarBrace", mark: "${", pattern: /\$\{([^{}'"\n]{1,200})\}/g, insideStrings: true },
	{ style: "doubleBrace", mark: "{{", pattern: /\{\{([^{}]{1,500})\}\}/g, insideStrings: true },
	// A lower-case word would be found in a modulo or a LIKE pattern.
	{ style: "percent", mark: "%", pattern: /%([A-Z][A-Z0-9_]{0,60})%/g, insideStrings: false },
];

/**
 * Replaces the placeholders of these styles by SQL of the same width in UTF-16, so that every offset
 * stays: a name made of the placeholder's own (the same for the same placeholder), `:'x'` by a string,
 * `:"x"` by a quoted name, the control words of Go templates (`{{if}}`, `{{end}}`) by blanks. Comments, COPY
 * data and psql commands are left alone. A value that is known and not longer than its placeholder is
 * filled in: that is no placeholder any more. A text without placeholders comes back as it is.
 */
export function neutralizePlaceholders(
	text: string,
	styles: readonly PlaceholderStyle[],
	values: Readonly<Record<string, string>> = {},
	cut: (text: string) => readonly CutToken[] = tokenize,
): NeutralizedText {
	const single = styles.includes("doubledSemicolon") ? text.replaceAll(";;", "; ") : text;
	const templates = findTemplates(single, styles, cut).map((one) => withValue(one, values));
	const filled = replaceAll(single, templates);
	const variables = styles.includes("psql") ? findPsqlVariables(filled) : [];
	const unknown = templates.filter(({ isKnown }) => !isKnown);
	const placeholders = [...unknown, ...variables].sort((a, b) => a.start - b.start);
	return {
		text: replaceAll(filled, variables),
		placeholders: placeholders.map(({ name, start, end }) => ({ name, start, end })),
	};
}

/** Returns the names that stand in for placeholders, with the placeholders as they are written. */
export function standInsOf(
	{ text, placeholders }: NeutralizedText,
	written: string,
): Pick<Reading, "standIns"> {
	if (placeholders.length === 0) return {};
	const pairs = placeholders.map(
		({ start, end }) => [text.slice(start, end), written.slice(start, end)] as const,
	);
	return { standIns: new Map(pairs.filter(([name]) => /^_[a-z0-9_]{3,}$/.test(name))) };
}

/** A value takes the place of its placeholder, with blanks behind it; a longer one has no room. */
function withValue(
	replacement: Replacement,
	values: Readonly<Record<string, string>>,
): Replacement & { readonly isKnown: boolean } {
	const value = Object.hasOwn(values, replacement.name) ? values[replacement.name] : undefined;
	const width = replacement.end - replacement.start;
	if (value === undefined || value.length > width) return { ...replacement, isKnown: false };
	return { ...replacement, text: value.padEnd(width), isKnown: true };
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
	if (replacements.length === 0) return text;
	const parts: string[] = [];
	let at = 0;
	for (const replacement of replacements) {
		parts.push(text.slice(at, replacement.start), replacement.text);
		at = replacement.end;
	}
	parts.push(text.slice(at));
	return parts.join("");
}

function findTemplates(
	text: string,
	styles: readonly PlaceholderStyle[],
	cut: (text: string) => readonly CutToken[],
): readonly Replacement[] {
	const used = templateStyles.filter(
		({ style, mark }) => styles.includes(style) && text.includes(mark),
	);
	const found = used
		.flatMap((style) => [...text.matchAll(style.pattern)].map((match) => ({ style, match })))
		.sort((a, b) => a.match.index - b.match.index);
	if (found.length === 0) return [];
	const tokens = cut(text);
	const replacements: Replacement[] = [];
	let covering = 0;
	let free = 0;
	for (const { style, match } of found) {
		const start = match.index;
		if (start < free) continue;
		while ((tokens[covering]?.end ?? Infinity) <= start) covering++;
		if (!isFilledIn(text, tokens[covering], start, style)) continue;
		free = start + match[0].length;
		const name = match[1]?.trim() ?? "";
		replacements.push({ name, start, end: free, text: templateText(name, match[0].length) });
	}
	return replacements;
}

/** Whether the tool's placeholder at `start` is one, given the token that covers it. */
function isFilledIn(
	text: string,
	token: CutToken | undefined,
	start: number,
	style: TemplateStyle,
): boolean {
	switch (token?.kind) {
		case "lineComment":
		case "blockComment":
		case "copyData":
		case "metaCommand":
			return false;
		case "string":
			return style.insideStrings;
		case "dollarString":
			// In $${"a": 1}$$ the dollar belongs to the quote.
			return style.insideStrings && start >= token.start + dollarDelimiterLength(text, token.start);
		default:
			return true;
	}
}

const controlWords =
	/^-?\s*(?:(?:if|else|end|range|with|define|block|template|break|continue)\b|\/\*)/;

function templateText(name: string, width: number): string {
	return controlWords.test(name) ? " ".repeat(width) : standIn(name, width);
}

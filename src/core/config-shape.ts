/** What a value of the config may look like: checks and the JSON Schema derive from it. */
export type Shape =
	| {
			readonly kind: "text";
			readonly description?: string;
			/** What the text must look like, as a regular expression and in words; the text itself is not told. */
			readonly like?: { readonly pattern: string; readonly words: string };
	  }
	| { readonly kind: "truth"; readonly description?: string }
	| { readonly kind: "pattern"; readonly description?: string }
	| { readonly kind: "integer"; readonly description?: string; readonly minimum: number }
	/** A whole number, or numbers with dots between them as a text. */
	| { readonly kind: "version"; readonly description?: string; readonly minimum: number }
	| { readonly kind: "choice"; readonly description?: string; readonly values: readonly string[] }
	| { readonly kind: "list"; readonly description?: string; readonly item: Shape }
	| { readonly kind: "record"; readonly description?: string; readonly value: Shape }
	| { readonly kind: "oneOf"; readonly description?: string; readonly of: readonly ObjectShape[] }
	| ObjectShape;

interface ObjectShape {
	readonly kind: "object";
	readonly description?: string;
	readonly required: readonly string[];
	readonly fields: Readonly<Record<string, Shape>>;
}

/** Something wrong with a config. */
export interface ConfigProblem {
	readonly code: "unknownKey" | "missingKey" | "wrongType" | "wrongValue";
	/** Where, e.g. `projects[0].root`; empty for the config as a whole. */
	readonly path: string;
	readonly message: string;
	readonly hint?: string;
}

/** Returns everything in which a value differs from its shape. */
export function problemsOf(value: unknown, shape: Shape, path: string): ConfigProblem[] {
	switch (shape.kind) {
		case "text":
			if (typeof value !== "string") return [wrongType(path, "a text", value)];
			return shape.like === undefined || new RegExp(shape.like.pattern).test(value)
				? []
				: [wrongValue(path, `must be ${shape.like.words}`)];
		case "truth":
			return typeof value === "boolean" ? [] : [wrongType(path, "true or false", value)];
		case "pattern":
			return patternProblems(value, path);
		case "integer":
			if (typeof value !== "number") return [wrongType(path, "a number", value)];
			if (Number.isSafeInteger(value) && value >= shape.minimum) return [];
			return [wrongValue(path, `must be a whole number of at least ${shape.minimum}`)];
		case "version":
			if (typeof value === "string") {
				if (/^\d+(?:\.\d+){0,2}$/.test(value)) return [];
				return [wrongValue(path, 'must be a version such as 14 or "8.0"')];
			}
			if (typeof value !== "number") return [wrongType(path, "a number", value)];
			if (Number.isSafeInteger(value) && value >= shape.minimum) return [];
			return [
				wrongValue(path, `must be a whole number of at least ${shape.minimum}, or a text: "8.0"`),
			];
		case "choice":
			return choiceProblems(value, shape.values, path);
		case "list":
			if (!Array.isArray(value)) return [wrongType(path, "a list", value)];
			return value.flatMap((item: unknown, index) =>
				problemsOf(item, shape.item, `${path}[${index}]`),
			);
		case "record":
			if (!isRecord(value)) return [wrongType(path, "an object", value)];
			return Object.entries(value).flatMap(([key, item]) =>
				problemsOf(item, shape.value, childPath(path, key)),
			);
		case "oneOf":
			return oneOfProblems(value, shape.of, path);
		case "object":
			return objectProblems(value, shape, path);
	}
}

function patternProblems(value: unknown, path: string): ConfigProblem[] {
	if (typeof value !== "string") return [wrongType(path, "a text", value)];
	try {
		new RegExp(value);
		return [];
	} catch {
		return [wrongValue(path, "is not a regular expression")];
	}
}

function choiceProblems(value: unknown, values: readonly string[], path: string): ConfigProblem[] {
	if (typeof value !== "string") return [wrongType(path, "a text", value)];
	if (values.includes(value)) return [];
	const problem = wrongValue(path, `must be one of ${values.join(", ")}, not "${value}"`);
	return [withSuggestion(problem, value, values)];
}

function oneOfProblems(
	value: unknown,
	shapes: readonly ObjectShape[],
	path: string,
): ConfigProblem[] {
	if (!isRecord(value)) return [wrongType(path, "an object", value)];
	const meant = shapes.find((shape) => shape.required.every((key) => key in value));
	if (meant) return objectProblems(value, meant, path);
	const keys = shapes.map((shape) => shape.required.join(" and ")).join(", ");
	return [{ code: "missingKey", path, message: `${name(path)} needs one of these keys: ${keys}` }];
}

function objectProblems(value: unknown, shape: ObjectShape, path: string): ConfigProblem[] {
	if (!isRecord(value)) return [wrongType(path, "an object", value)];
	const known = Object.keys(shape.fields);
	const problems: ConfigProblem[] = shape.required
		.filter((key) => !(key in value))
		.map((key) => ({
			code: "missingKey",
			path,
			message: `${name(path)} lacks the key "${key}"`,
		}));
	for (const [key, item] of Object.entries(value)) {
		const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
		const itemPath = childPath(path, key);
		if (field) {
			problems.push(...problemsOf(item, field, itemPath));
		} else {
			const problem: ConfigProblem = {
				code: "unknownKey",
				path: itemPath,
				message: `${name(path)} has no key "${key}"`,
			};
			problems.push(withSuggestion(problem, key, known));
		}
	}
	return problems;
}

/** Returns the JSON Schema of a shape. */
export function jsonSchemaOf(shape: Shape): Readonly<Record<string, unknown>> {
	const description = shape.description === undefined ? {} : { description: shape.description };
	switch (shape.kind) {
		case "text":
			return {
				...description,
				type: "string",
				...(shape.like !== undefined && { pattern: shape.like.pattern }),
			};
		case "truth":
			return { ...description, type: "boolean" };
		case "pattern":
			return { ...description, type: "string", format: "regex" };
		case "integer":
			return { ...description, type: "integer", minimum: shape.minimum };
		case "version":
			return {
				...description,
				type: ["integer", "string"],
				minimum: shape.minimum,
				pattern: "^\\d+(\\.\\d+){0,2}$",
			};
		case "choice":
			return { ...description, enum: shape.values };
		case "list":
			return { ...description, type: "array", items: jsonSchemaOf(shape.item) };
		case "record":
			return {
				...description,
				type: "object",
				additionalProperties: jsonSchemaOf(shape.value),
			};
		case "oneOf":
			return { ...description, oneOf: shape.of.map(jsonSchemaOf) };
		case "object": {
			const properties = Object.fromEntries(
				Object.entries(shape.fields).map(([key, field]) => [key, jsonSchemaOf(field)]),
			);
			const required = shape.required.length > 0 ? { required: shape.required } : {};
			return {
				...description,
				type: "object",
				properties,
				...required,
				additionalProperties: false,
			};
		}
	}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function name(path: string): string {
	return path === "" ? "the config" : path;
}

function childPath(path: string, key: string): string {
	if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
	return path === "" ? key : `${path}.${key}`;
}

function wrongType(path: string, wanted: string, value: unknown): ConfigProblem {
	const found = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
	return { code: "wrongType", path, message: `${name(path)} must be ${wanted}, not ${found}` };
}

function wrongValue(path: string, rest: string): ConfigProblem {
	return { code: "wrongValue", path, message: `${name(path)} ${rest}` };
}

function withSuggestion(
	problem: ConfigProblem,
	found: string,
	known: readonly string[],
): ConfigProblem {
	const nearest = nearestOf(found, known);
	return nearest === undefined ? problem : { ...problem, hint: `Did you mean "${nearest}"?` };
}

/** Returns the known word that a misspelt one most likely means, if any is near enough. */
export function nearestOf(found: string, known: readonly string[]): string | undefined {
	const scored = known
		.map((word) => ({ word, distance: editDistance(found.toLowerCase(), word.toLowerCase()) }))
		.sort((a, b) => a.distance - b.distance)[0];
	if (!scored || scored.distance > Math.max(1, Math.floor(found.length / 3))) return undefined;
	return scored.word;
}

function editDistance(a: string, b: string): number {
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const change = a[row - 1] === b[column - 1] ? 0 : 1;
			current.push(
				Math.min(
					(previous[column] ?? 0) + 1,
					(current[column - 1] ?? 0) + 1,
					(previous[column - 1] ?? 0) + change,
				),
			);
		}
		previous = current;
	}
	return previous[b.length] ?? 0;
}

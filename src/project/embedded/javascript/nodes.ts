import type ts from "typescript";
import type { Range } from "../../../core/source.ts";
import type { MapEntry, Node, Step, TextPart } from "../program.ts";
import { typescript } from "./typescript.ts";

/** Turns statements into steps; given so that functions inside expressions can be read. */
export type StepsOf = (body: ts.ConciseBody) => readonly Step[];

/** Methods that give back the text they are called on, as far as SQL goes. */
const sameText = new Set(["trim", "trimStart", "trimEnd", "toString", "valueOf", "toSQL"]);
/** Tags of templates that give back the text of the template, or wrap it. */
const textTags = new Set(["raw", "dedent", "stripIndent", "stripIndents", "outdent"]);

export function rangeOf(node: ts.Node): Range {
	return { start: node.getStart(), end: node.getEnd() };
}

/** Returns the expression without what changes nothing of its value: parentheses, await, types. */
export function bare(node: ts.Expression): ts.Expression {
	const is = typescript();
	if (
		is.isParenthesizedExpression(node) ||
		is.isAwaitExpression(node) ||
		is.isAsExpression(node) ||
		is.isSatisfiesExpression(node) ||
		is.isNonNullExpression(node) ||
		is.isVoidExpression(node) ||
		is.isTypeAssertionExpression(node)
	) {
		return bare(node.expression);
	}
	return node;
}

export function isFunction(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
	const is = typescript();
	return is.isArrowFunction(node) || is.isFunctionExpression(node);
}

/** Returns an expression in the form that all languages share. */
export function nodeOf(expression: ts.Expression, steps: StepsOf): Node {
	const is = typescript();
	const node = bare(expression);
	const range = rangeOf(node);
	const read = (inner: ts.Expression): Node => nodeOf(inner, steps);
	if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node)) return literal(node);
	if (is.isTemplateExpression(node)) return template(node, steps);
	if (is.isNumericLiteral(node) || is.isBigIntLiteral(node)) {
		return { kind: "number", text: node.text.replace(/n$/, ""), range };
	}
	if (is.isIdentifier(node)) return { kind: "name", name: node.text, range };
	if (node.kind === is.SyntaxKind.ThisKeyword) return { kind: "name", name: "self", range };
	const word = words().get(node.kind);
	if (word !== undefined) return { kind: "name", name: word, range };
	if (is.isPrefixUnaryExpression(node)) {
		const of = read(node.operand);
		const negative = node.operator === is.SyntaxKind.MinusToken;
		if (of.kind === "number" && negative) return { kind: "number", text: `-${of.text}`, range };
		return { kind: "binary", operator: "not", left: of, right: of, range };
	}
	if (is.isPropertyAccessExpression(node)) {
		return { kind: "member", of: read(node.expression), name: node.name.text, range };
	}
	if (is.isElementAccessExpression(node)) {
		const left = read(node.expression);
		return { kind: "binary", operator: "[]", left, right: read(node.argumentExpression), range };
	}
	if (is.isArrayLiteralExpression(node)) {
		return { kind: "list", items: node.elements.map(read), range };
	}
	if (is.isObjectLiteralExpression(node)) return map(node, steps);
	if (is.isBinaryExpression(node)) {
		const operator = node.operatorToken.getText();
		return { kind: "binary", operator, left: read(node.left), right: read(node.right), range };
	}
	if (is.isConditionalExpression(node)) {
		const [left, right] = [read(node.whenTrue), read(node.whenFalse)];
		return { kind: "binary", operator: "?:", left, right, range };
	}
	if (is.isTaggedTemplateExpression(node)) return tagged(node, steps);
	if (is.isCallExpression(node) || is.isNewExpression(node)) return call(node, steps);
	return { kind: "other", range };
}

function words(): ReadonlyMap<ts.SyntaxKind, string> {
	const { SyntaxKind } = typescript();
	return new Map([
		[SyntaxKind.TrueKeyword, "true"],
		[SyntaxKind.FalseKeyword, "false"],
		[SyntaxKind.NullKeyword, "null"],
		[SyntaxKind.SuperKeyword, "super"],
	]);
}

type Text = Extract<Node, { kind: "text" }>;

/** The characters between the quotes are the text unless something is escaped. */
function literal(node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral): Text {
	const range = rangeOf(node);
	const inner = { start: range.start + 1, end: range.end - 1 };
	const written = node.getSourceFile().text.slice(inner.start, inner.end);
	return {
		kind: "text",
		parts: [{ kind: "characters", text: node.text }],
		range,
		...(written === node.text && { inner }),
	};
}

function template(node: ts.TemplateExpression, steps: StepsOf): Text {
	const { text } = node.getSourceFile();
	const range = rangeOf(node);
	const parts: TextPart[] = [{ kind: "characters", text: node.head.text }];
	let isSame = text.slice(range.start + 1, node.head.getEnd() - 2) === node.head.text;
	let open = node.head.getEnd() - 2;
	for (const { expression, literal: after } of node.templateSpans) {
		const close = after.getStart() + 1;
		const written = text.slice(close, after.getEnd() - (text[after.getEnd() - 1] === "`" ? 1 : 2));
		isSame &&= written === after.text;
		const source = text.slice(open, close);
		parts.push({ kind: "value", source, value: nodeOf(expression, steps) });
		parts.push({ kind: "characters", text: after.text });
		open = after.getEnd() - 2;
	}
	const inner = { start: range.start + 1, end: range.end - 1 };
	return { kind: "text", parts, range, ...(isSame && { inner }) };
}

function map(node: ts.ObjectLiteralExpression, steps: StepsOf): Node {
	const is = typescript();
	const entries: MapEntry[] = [];
	for (const property of node.properties) {
		if (is.isShorthandPropertyAssignment(property)) {
			const range = rangeOf(property.name);
			const value: Node = { kind: "name", name: property.name.text, range };
			entries.push({ key: wordNode(property.name.text, range), value });
		} else if (is.isPropertyAssignment(property)) {
			const key = keyOf(property.name, steps);
			if (key) entries.push({ key, value: nodeOf(property.initializer, steps) });
		} else if (is.isSpreadAssignment(property)) {
			const key = wordNode("...", rangeOf(property));
			entries.push({ key, value: nodeOf(property.expression, steps) });
		}
	}
	return { kind: "map", entries, range: rangeOf(node) };
}

function wordNode(text: string, range: Range): Node {
	return { kind: "text", parts: [{ kind: "characters", text }], range };
}

function keyOf(name: ts.PropertyName, steps: StepsOf): Node | undefined {
	const is = typescript();
	if (is.isIdentifier(name) || is.isNumericLiteral(name)) return wordNode(name.text, rangeOf(name));
	if (is.isStringLiteral(name)) return literal(name);
	return is.isComputedPropertyName(name) ? nodeOf(name.expression, steps) : undefined;
}

/** sql`...` is a call of sql with the text; String.raw`...` is the text. */
function tagged(node: ts.TaggedTemplateExpression, steps: StepsOf): Node {
	const text = nodeOf(node.template, steps);
	const callee = nodeOf(node.tag, steps);
	const name = callee.kind === "name" || callee.kind === "member" ? callee.name : "";
	const isText = textTags.has(name) && !(callee.kind === "member" && isLower(callee.of));
	if (isText) return text;
	return { kind: "call", callee, args: [text], named: new Map(), range: rangeOf(node) };
}

/** String.raw gives a text, sql.raw a piece of SQL. */
function isLower(node: Node): boolean {
	return node.kind === "name" && /^[a-z]/.test(node.name);
}

function call(node: ts.CallExpression | ts.NewExpression, steps: StepsOf): Node {
	const callee = nodeOf(node.expression, steps);
	const given = (node.arguments ?? []).map(bare);
	const callback = given.findLast(isFunction);
	const args = given.filter((each) => each !== callback).map((each) => nodeOf(each, steps));
	const range = rangeOf(node);
	if (callee.kind === "member") {
		const [first] = args;
		if (sameText.has(callee.name) && args.length <= 1) return callee.of;
		// In JavaScript the list is asked to join, elsewhere the separator is.
		if (callee.name === "join" && args.length <= 1 && !isPath(callee.of)) {
			const joiner = { ...callee, of: first ?? wordNode(",", range) };
			return { kind: "call", callee: joiner, args: [callee.of], named: new Map(), range };
		}
		if (callee.name === "concat" && first && args.length === 1) {
			return { kind: "binary", operator: "+", left: callee.of, right: first, range };
		}
	}
	const block = callback && {
		parameters: callback.parameters.map(({ name }) => name.getText()),
		body: steps(callback.body),
	};
	return { kind: "call", callee, args, named: new Map(), range, ...(block && { block }) };
}

function isPath(node: Node): boolean {
	if (node.kind === "member") return isPath(node.of);
	return node.kind === "name" && /^path$/i.test(node.name);
}

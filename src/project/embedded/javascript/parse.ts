import type ts from "typescript";
import type { Range, SourceFile } from "../../../core/source.ts";
import type { Comment } from "../../../core/statement.ts";
import type { Node, Step } from "../program.ts";
import { bare, isFunction, nodeOf } from "./nodes.ts";
import { typescript } from "./typescript.ts";
import { type FunctionStep, functionStep, stepsOf } from "./steps.ts";

/** A class or a module that a migration tool runs: its functions by name, and its constants. */
export interface Module {
	/** What the file does when it is loaded: constants and functions. */
	readonly steps: readonly Step[];
	/** What the tool may call: exports, or methods of the exported class. */
	readonly functions: ReadonlyMap<string, FunctionStep>;
	/** Properties of the class, or of the exported config. */
	readonly properties: ReadonlyMap<string, Node>;
	/** The whole program. */
	readonly text: string;
	/** The name of the class, when it is one. */
	readonly className?: string;
	/** Comments that hold directives, in order. */
	readonly comments: readonly Comment[];
	/** Where the parser stopped, when the file is no valid program. */
	readonly broken?: { readonly at: Range; readonly message: string };
}

interface Found {
	readonly functions: Map<string, FunctionStep>;
	readonly properties: Map<string, Node>;
	className?: string;
}

/** Reads a TypeScript or JavaScript program without running it. The parser must have been loaded. */
export function parseModule(file: SourceFile): Module {
	const is = typescript();
	const kind = /\.[cm]?ts$/.test(file.path) ? is.ScriptKind.TS : is.ScriptKind.JS;
	const tree = is.createSourceFile(file.path, file.text, is.ScriptTarget.Latest, true, kind);
	const found: Found = { functions: new Map(), properties: new Map() };
	for (const statement of tree.statements) collect(statement, found);
	return {
		steps: tree.statements.flatMap(stepsOf),
		text: file.text,
		...found,
		comments: directivesIn(tree),
		...brokenAt(tree),
	};
}

/** The parser's own list of errors; it is not in the published types. */
function brokenAt(tree: ts.SourceFile): Pick<Module, "broken"> {
	const errors: unknown = Reflect.get(tree, "parseDiagnostics");
	if (!Array.isArray(errors)) return {};
	const [first] = errors as readonly ts.DiagnosticWithLocation[];
	if (!first) return {};
	const message = typescript().flattenDiagnosticMessageText(first.messageText, " ");
	return { broken: { at: { start: first.start, end: first.start + first.length }, message } };
}

function directivesIn(tree: ts.SourceFile): readonly Comment[] {
	const found: Comment[] = [];
	const pattern = /\/\/[^\S\r\n]*(lockkeeper:[^\r\n]*)|\/\*+\s*(lockkeeper:[\s\S]*?)\*\//g;
	for (const match of tree.text.matchAll(pattern)) {
		const range = { start: match.index, end: match.index + match[0].length };
		found.push({ text: (match[1] ?? match[2] ?? "").trim(), range });
	}
	return found;
}

/** Collects what a migration tool can call in a file: exports of every style, and classes. */
function collect(statement: ts.Statement, found: Found): void {
	const is = typescript();
	if (is.isClassDeclaration(statement)) collectClass(statement, found);
	else if (is.isFunctionDeclaration(statement) && statement.body && statement.name) {
		const name = statement.name.text;
		found.functions.set(name, functionStep(name, statement, statement.body));
	} else if (is.isVariableStatement(statement)) {
		for (const { name, initializer } of statement.declarationList.declarations) {
			if (initializer && is.isIdentifier(name)) collectValue(name.text, initializer, found);
		}
	} else if (is.isExportAssignment(statement)) collectValue("default", statement.expression, found);
	else if (is.isExpressionStatement(statement)) {
		const node = statement.expression;
		const isAssigned =
			is.isBinaryExpression(node) && node.operatorToken.kind === is.SyntaxKind.EqualsToken;
		if (!isAssigned || !is.isPropertyAccessExpression(node.left)) return;
		collectValue(node.left.name.text, node.right, found);
	}
}

function collectValue(name: string, expression: ts.Expression, found: Found): void {
	const is = typescript();
	const value = bare(expression);
	if (isFunction(value)) {
		found.functions.set(name, functionStep(name, value, value.body));
	} else if (is.isClassExpression(value)) collectClass(value, found);
	else if (is.isObjectLiteralExpression(value) && name !== "config") collectObject(value, found);
	else if (is.isCallExpression(value) && /^(?:up|down)$/.test(name)) {
		const inner = value.arguments.map(bare).findLast(isFunction);
		if (inner) found.functions.set(name, functionStep(name, inner, inner.body));
	} else if (
		is.isBinaryExpression(value) &&
		value.operatorToken.kind === is.SyntaxKind.EqualsToken
	) {
		// exports.up = exports.down = function () {}
		collectValue(name, value.right, found);
		if (is.isPropertyAccessExpression(value.left)) {
			collectValue(value.left.name.text, value.right, found);
		}
	} else found.properties.set(name, nodeOf(value, stepsOf));
	if (name === "config") found.properties.set(name, nodeOf(value, stepsOf));
}

function collectObject(object: ts.ObjectLiteralExpression, found: Found): void {
	const is = typescript();
	for (const property of object.properties) {
		if (is.isMethodDeclaration(property) && property.body) {
			const name = property.name.getText();
			found.functions.set(name, functionStep(name, property, property.body));
		} else if (is.isPropertyAssignment(property)) {
			collectValue(property.name.getText(), property.initializer, found);
		}
	}
}

function collectClass(node: ts.ClassLikeDeclaration, found: Found): void {
	const is = typescript();
	if (node.name) found.className = node.name.text;
	for (const member of node.members) {
		if (is.isMethodDeclaration(member) && member.body) {
			const name = member.name.getText();
			found.functions.set(name, functionStep(name, member, member.body));
		} else if (is.isPropertyDeclaration(member) && member.initializer) {
			collectValue(member.name.getText(), member.initializer, found);
		}
	}
}

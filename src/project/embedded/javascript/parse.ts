import type ts from "typescript";
import type { Range, SourceFile } from "../../../core/source.ts";
import type { Comment } from "../../../core/statement.ts";
import type { Node, Parameter, Step } from "../program.ts";
import { bare, isFunction, nodeOf, rangeOf } from "./nodes.ts";
import { typescript } from "./typescript.ts";

type FunctionStep = Extract<Step, { kind: "function" }>;

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

function functionStep(
	name: string,
	node: ts.FunctionLikeDeclaration,
	body: ts.ConciseBody,
): FunctionStep {
	const is = typescript();
	const parameters = node.parameters.flatMap(({ name: parameter, initializer }): Parameter[] => {
		const value = initializer && nodeOf(initializer, stepsOf);
		if (is.isIdentifier(parameter)) return [{ name: parameter.text, ...(value && { value }) }];
		return parameter.elements.flatMap((element) =>
			is.isBindingElement(element) ? [{ name: element.name.getText() }] : [],
		);
	});
	return { kind: "function", name, parameters, body: stepsOf(body), range: rangeOf(node) };
}

/** The statements of a body; an arrow function without braces has one. */
function stepsOf(node: ts.Node): readonly Step[] {
	const is = typescript();
	if (is.isBlock(node) || is.isModuleBlock(node)) return node.statements.flatMap(stepsOf);
	if (is.isFunctionDeclaration(node)) {
		return node.body ? [functionStep(node.name?.text ?? "default", node, node.body)] : [];
	}
	if (is.isClassDeclaration(node)) return [];
	if (is.isVariableStatement(node)) return declarations(node.declarationList);
	if (is.isExpressionStatement(node)) return expressionSteps(node.expression);
	const leaves = leavingOf(node);
	if (leaves) return leaves;
	if (is.isIfStatement(node)) {
		return [
			{
				kind: "branch",
				condition: nodeOf(node.expression, stepsOf),
				body: stepsOf(node.thenStatement),
				otherwise: node.elseStatement ? stepsOf(node.elseStatement) : [],
				range: rangeOf(node),
			},
		];
	}
	if (is.isForOfStatement(node)) return [forOf(node)];
	if (is.isTryStatement(node)) {
		const sides = [node.tryBlock, ...(node.catchClause ? [node.catchClause.block] : [])];
		const tried: Step = { kind: "choice", sides: sides.map(stepsOf), range: rangeOf(node) };
		return [tried, ...(node.finallyBlock ? stepsOf(node.finallyBlock) : [])];
	}
	if (is.isIterationStatement(node, false) || is.isLabeledStatement(node)) {
		const over: Node = { kind: "other", range: rangeOf(node) };
		const body = stepsOf(node.statement);
		return [{ kind: "loop", targets: [], over, body, range: rangeOf(node) }];
	}
	if (is.isSwitchStatement(node)) {
		const sides = node.caseBlock.clauses.map(({ statements }) => statements.flatMap(stepsOf));
		return [{ kind: "choice", sides, range: rangeOf(node) }];
	}
	return is.isExpression(node) ? expressionSteps(node) : [];
}

/** The steps of a statement that ends the function, the loop or a round of it. */
function leavingOf(node: ts.Node): readonly Step[] | undefined {
	const is = typescript();
	const range = rangeOf(node);
	if (is.isReturnStatement(node) || is.isThrowStatement(node)) {
		const leaves = is.isReturnStatement(node) ? "function" : "error";
		const before = node.expression ? expressionSteps(node.expression) : [];
		return [...before, { kind: "leave", leaves, range }];
	}
	if (is.isContinueStatement(node)) return [{ kind: "leave", leaves: "round", range }];
	if (!is.isBreakStatement(node)) return undefined;
	let around: ts.Node = node.parent;
	while (!is.isIterationStatement(around, false) && !is.isSwitchStatement(around)) {
		if (is.isSourceFile(around)) break;
		around = around.parent;
	}
	return is.isSwitchStatement(around) ? [] : [{ kind: "leave", leaves: "loop", range }];
}

function forOf(node: ts.ForOfStatement): Step {
	const is = typescript();
	const [declared] = is.isVariableDeclarationList(node.initializer)
		? node.initializer.declarations
		: [];
	return {
		kind: "loop",
		targets: declared ? targetsOf(declared.name) : [],
		over: nodeOf(node.expression, stepsOf),
		body: stepsOf(node.statement),
		range: rangeOf(node),
	};
}

function targetsOf(name: ts.BindingName): readonly string[] {
	const is = typescript();
	if (is.isIdentifier(name)) return [name.text];
	if (is.isObjectBindingPattern(name)) return [];
	return name.elements.map((element) =>
		is.isBindingElement(element) ? element.name.getText() : "",
	);
}

function declarations(list: ts.VariableDeclarationList): readonly Step[] {
	const is = typescript();
	return list.declarations.flatMap(({ name, initializer }): readonly Step[] => {
		if (!initializer || !is.isIdentifier(name))
			return initializer ? expressionSteps(initializer) : [];
		const value = bare(initializer);
		if (isFunction(value)) return [functionStep(name.text, value, value.body)];
		const target: Node = { kind: "name", name: name.text, range: rangeOf(name) };
		const range = rangeOf(initializer);
		return [{ kind: "assign", target, value: nodeOf(initializer, stepsOf), range }];
	});
}

const looping = new Set(["forEach", "map", "mapSeries", "each", "reduce"]);

function expressionSteps(expression: ts.Expression): readonly Step[] {
	const is = typescript();
	const node = bare(expression);
	const range = rangeOf(node);
	if (is.isConditionalExpression(node)) {
		return [
			{
				kind: "branch",
				condition: nodeOf(node.condition, stepsOf),
				body: expressionSteps(node.whenTrue),
				otherwise: expressionSteps(node.whenFalse),
				range,
			},
		];
	}
	if (isFunction(node)) return [];
	if (is.isBinaryExpression(node) && node.operatorToken.kind === is.SyntaxKind.EqualsToken) {
		const target = nodeOf(node.left, stepsOf);
		const value = bare(node.right);
		if (isFunction(value)) {
			const name = target.kind === "name" || target.kind === "member" ? target.name : "";
			return [functionStep(name, value, value.body)];
		}
		return [{ kind: "assign", target, value: nodeOf(node.right, stepsOf), range }];
	}
	const loop = is.isCallExpression(node) ? callbackLoop(node) : undefined;
	return [loop ?? { kind: "expression", value: nodeOf(node, stepsOf), range }];
}

/** `list.forEach((item) => ...)` is a loop, and so is `Promise.all(list.map((item) => ...))`. */
function callbackLoop(node: ts.CallExpression): Step | undefined {
	const is = typescript();
	const callee = node.expression;
	if (!is.isPropertyAccessExpression(callee)) return undefined;
	const [first, second] = node.arguments.map(bare);
	if (is.isIdentifier(callee.expression) && callee.expression.text === "Promise") {
		if (first && is.isCallExpression(first)) return callbackLoop(first);
		if (!first || !is.isArrayLiteralExpression(first)) return undefined;
		const body = first.elements.flatMap((element) => expressionSteps(element));
		return { kind: "block", body, range: rangeOf(node) };
	}
	const callback =
		first && isFunction(first) ? first : second && isFunction(second) ? second : undefined;
	if (!callback || !looping.has(callee.name.text)) return undefined;
	const [parameter, next] = callback.parameters;
	const item = callee.name.text === "reduce" ? next : parameter;
	const over =
		callback === second && first && callee.name.text !== "reduce" ? first : callee.expression;
	return {
		kind: "loop",
		targets: item ? targetsOf(item.name) : [],
		over: nodeOf(over, stepsOf),
		body: inRound(stepsOf(callback.body)),
		range: rangeOf(node),
	};
}

/** A callback that returns ends its round only. */
function inRound(steps: readonly Step[]): readonly Step[] {
	return steps.map((step): Step => {
		if (step.kind === "leave")
			return step.leaves === "function" ? { ...step, leaves: "round" } : step;
		if (step.kind === "choice") return { ...step, sides: step.sides.map(inRound) };
		if (step.kind === "branch") {
			return { ...step, body: inRound(step.body), otherwise: inRound(step.otherwise) };
		}
		const holdsSteps = step.kind === "block" || step.kind === "with" || step.kind === "loop";
		return holdsSteps ? { ...step, body: inRound(step.body) } : step;
	});
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

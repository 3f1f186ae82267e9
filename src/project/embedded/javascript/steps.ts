import type ts from "typescript";
import type { Node, Parameter, Step } from "../program.ts";
import { bare, isFunction, nodeOf, rangeOf } from "./nodes.ts";
import { typescript } from "./typescript.ts";

export type FunctionStep = Extract<Step, { kind: "function" }>;

export function functionStep(
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
export function stepsOf(node: ts.Node): readonly Step[] {
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

export function declarations(list: ts.VariableDeclarationList): readonly Step[] {
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

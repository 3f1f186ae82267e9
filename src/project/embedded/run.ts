import type { EmbeddedSql } from "../../core/migration.ts";
import type { Side } from "../../core/statement.ts";
import { lastName, type CallNode, type MapEntry, type Node, type Step } from "./program.ts";
import { bind, forget, functionNamed, resolve, scopeIn, type Scope } from "./scope.ts";

/** Calls into functions of the file deeper than this are not followed. */
const maximumCalls = 8;
const maximumRounds = 300;
const maximumSteps = 50_000;

/** What is done with the calls of a program, in the order in which they run. */
export interface Visitor {
	/**
	 * Returns true when the call was understood: then its arguments are not looked at. `sides` are those
	 * of the branches around it whose conditions are not known.
	 */
	call(call: CallNode, scope: Scope, sides: readonly Side[]): boolean;
	/** Called around the body of a `with`; returns what ends it. */
	enter?(items: readonly Node[], scope: Scope, names: readonly (string | undefined)[]): () => void;
	/** Returns whether a condition holds, where that is known. */
	decide?(condition: Node, scope: Scope): boolean | undefined;
}

interface Progress {
	calls: number;
	steps: number;
	branches: number;
	sides: readonly Side[];
}

/** Returns the pieces with the sides of the branches that they stand on. */
export function onSides(
	pieces: readonly EmbeddedSql[],
	sides: readonly Side[],
): readonly EmbeddedSql[] {
	return sides.length === 0 ? pieces : pieces.map((piece) => ({ ...piece, sides }));
}

/**
 * Follows the statements of a program in order without running it: names take their values, functions of
 * the file are entered, loops over lists are unrolled, of a branch every side is taken where the
 * condition is not known.
 */
export function follow(
	steps: readonly Step[],
	scope: Scope,
	visitor: Visitor,
	progress: Progress = { calls: 0, steps: 0, branches: 0, sides: [] },
): void {
	for (const [at, step] of steps.entries()) {
		if (progress.steps++ > maximumSteps || step.kind === "leave") return;
		const choice = choiceOf(step, scope, visitor);
		const rest = steps.slice(at + 1);
		if (!choice) followStep(step, scope, visitor, progress);
		else if (choice.some(alwaysLeaves)) {
			followSides(withRest(choice, rest), scope, visitor, progress);
			return;
		} else followSides(choice, scope, visitor, progress);
	}
}

/** Returns the sides of which one runs; the only one where the condition is known. */
function choiceOf(
	step: Step,
	scope: Scope,
	visitor: Visitor,
): readonly (readonly Step[])[] | undefined {
	if (step.kind === "choice") return step.sides;
	if (step.kind !== "branch") return undefined;
	const holds = visitor.decide?.(step.condition, scope);
	if (holds === undefined) return [step.body, step.otherwise];
	return [holds ? step.body : step.otherwise];
}

/** What follows a branch belongs to the first side that does not leave. */
function withRest(
	sides: readonly (readonly Step[])[],
	rest: readonly Step[],
): readonly (readonly Step[])[] {
	const staying = sides.findIndex((side) => !alwaysLeaves(side));
	return sides.map((side, at) => (at === staying ? [...side, ...rest] : side));
}

function alwaysLeaves(steps: readonly Step[]): boolean {
	return steps.some((step) => {
		if (step.kind === "leave") return true;
		if (step.kind === "branch") return alwaysLeaves(step.body) && alwaysLeaves(step.otherwise);
		if (step.kind === "choice") return step.sides.every(alwaysLeaves);
		return (step.kind === "block" || step.kind === "with") && alwaysLeaves(step.body);
	});
}

/** True when the steps can end the loop that they are the body of, or the function. */
function mayReturn(steps: readonly Step[]): boolean {
	return steps.some((step) => {
		if (step.kind === "leave") return step.leaves === "function" || step.leaves === "loop";
		if (step.kind === "branch") return mayReturn(step.body) || mayReturn(step.otherwise);
		if (step.kind === "choice") return step.sides.some(mayReturn);
		const isNested = step.kind === "block" || step.kind === "with" || step.kind === "loop";
		return isNested && mayReturn(step.body);
	});
}

function followSides(
	choice: readonly (readonly Step[])[],
	scope: Scope,
	visitor: Visitor,
	progress: Progress,
): void {
	const [only] = choice;
	if (choice.length === 1 && only) {
		follow(only, scope, visitor, progress);
		return;
	}
	const around = progress.sides;
	const branch = progress.branches++;
	for (const [side, steps] of choice.entries()) {
		progress.sides = [...around, { branch, side }];
		follow(steps, scope, visitor, progress);
	}
	progress.sides = around;
}

function followStep(step: Step, scope: Scope, visitor: Visitor, progress: Progress): void {
	switch (step.kind) {
		case "function":
			scope.functions.set(step.name, step);
			return;
		case "expression":
			visitNode(step.value, scope, visitor, progress);
			return;
		case "assign":
			visitNode(step.value, scope, visitor, progress);
			if (step.target.kind === "name") bind(scope, step.target.name, step.value, scope);
			return;
		case "with":
			followWith(step, scope, visitor, progress);
			return;
		case "loop":
			followLoop(step, scope, visitor, progress);
			return;
		case "block":
			follow(step.body, scope, visitor, progress);
			return;
		default:
		// A class does nothing by itself; branches are followed by their sides.
	}
}

function followWith(
	{ items, body }: Extract<Step, { kind: "with" }>,
	scope: Scope,
	visitor: Visitor,
	progress: Progress,
): void {
	for (const { value } of items) visitNode(value, scope, visitor, progress);
	const leave = visitor.enter?.(
		items.map(({ value }) => value),
		scope,
		items.map(({ name }) => name),
	);
	follow(body, scope, visitor, progress);
	leave?.();
}

function followLoop(
	{ over, targets, body }: Extract<Step, { kind: "loop" }>,
	scope: Scope,
	visitor: Visitor,
	progress: Progress,
): void {
	visitNode(over, scope, visitor, progress);
	const list = resolve(over, scope);
	const items = list.node.kind === "map" ? list.node.entries.map(pairOf) : undefined;
	const all = list.node.kind === "list" ? list.node.items : items;
	const rounds = all ? all.slice(0, maximumRounds) : [undefined];
	// Where a round may end the loop, the next one runs in place of it.
	const branch = rounds.length > 1 && mayReturn(body) ? progress.branches++ : undefined;
	const around = progress.sides;
	for (const [number, item] of rounds.entries()) {
		const round = scopeIn(scope);
		if (branch !== undefined) progress.sides = [...around, { branch, side: number }];
		const [only] = targets;
		const value = item && resolve(item, list.scope);
		for (const [index, target] of targets.entries()) {
			const part =
				targets.length === 1 && target === only
					? item
					: value?.node.kind === "list"
						? value.node.items[index]
						: undefined;
			if (part) bind(round, target, part, value?.scope ?? list.scope);
			else forget(round, target);
		}
		follow(body, round, visitor, progress);
	}
	progress.sides = around;
}

function pairOf({ key, value }: MapEntry): Node {
	return { kind: "list", items: [key, value], range: value.range };
}

/** Offers the calls of an expression to the visitor, the inner ones first where none is understood. */
function visitNode(node: Node, scope: Scope, visitor: Visitor, progress: Progress): void {
	if (progress.steps++ > maximumSteps) return;
	const visit = (inner: Node): void => {
		visitNode(inner, scope, visitor, progress);
	};
	if (node.kind === "binary") {
		visit(node.left);
		if (node.right !== node.left) visit(node.right);
	} else if (node.kind === "list") node.items.forEach(visit);
	else if (node.kind === "map") for (const { value } of node.entries) visit(value);
	else if (node.kind === "member") visit(node.of);
	else if (node.kind === "call") {
		if (visitor.call(node, scope, progress.sides)) return;
		if (followCall(node, scope, visitor, progress)) return;
		const over = eachOver(node);
		if (over && node.block) {
			const { parameters: targets, body } = node.block;
			followLoop(
				{ kind: "loop", targets, over, body, range: node.range },
				scope,
				visitor,
				progress,
			);
			return;
		}
		if (node.callee.kind === "member") visit(node.callee.of);
		node.args.forEach(visit);
		for (const value of node.named.values()) visit(value);
		if (node.block) follow(node.block.body, scopeIn(scope), visitor, progress);
	}
}

/** `list.each do |item|`: what the block is run for. */
function eachOver({ callee, block }: CallNode): Node | undefined {
	if (!block || callee.kind !== "member") return undefined;
	return /^(?:each|each_pair|map|flat_map)$/.test(callee.name) ? callee.of : undefined;
}

/** Enters a function of the file with the arguments of the call. */
function followCall(call: CallNode, scope: Scope, visitor: Visitor, progress: Progress): boolean {
	const isOwn =
		call.callee.kind === "name" ||
		(call.callee.kind === "member" &&
			call.callee.of.kind === "name" &&
			["self", "cls"].includes(call.callee.of.name));
	const called = isOwn ? functionNamed(scope, lastName(call.callee) ?? "") : undefined;
	if (!called || progress.calls >= maximumCalls) return false;
	const inner = scopeIn(scope);
	for (const [index, { name, value }] of called.parameters.entries()) {
		const given = call.args[index] ?? call.named.get(name);
		if (given) bind(inner, name, given, scope);
		else if (value) bind(inner, name, value, scope);
		else forget(inner, name);
	}
	progress.calls++;
	follow(called.body, inner, visitor, progress);
	progress.calls--;
	return true;
}

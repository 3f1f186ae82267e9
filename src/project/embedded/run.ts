import { lastName, type CallNode, type MapEntry, type Node, type Step } from "./program.ts";
import { bind, forget, functionNamed, resolve, scopeIn, type Scope } from "./scope.ts";

/** Calls into functions of the file deeper than this are not followed. */
const maximumCalls = 8;
const maximumRounds = 300;
const maximumSteps = 50_000;

/** What is done with the calls of a program, in the order in which they run. */
export interface Visitor {
	/** Returns true when the call was understood: then its arguments are not looked at. */
	call(call: CallNode, scope: Scope): boolean;
	/** Called around the body of a `with`; returns what ends it. */
	enter?(items: readonly Node[], scope: Scope, names: readonly (string | undefined)[]): () => void;
	/** Returns whether a condition holds, where that is known. */
	decide?(condition: Node, scope: Scope): boolean | undefined;
}

interface Progress {
	calls: number;
	steps: number;
}

/**
 * Follows the statements of a program in order without running it: names take their values, functions of
 * the file are entered, loops over lists are unrolled, of a branch both sides are taken where the
 * condition is not known.
 */
export function follow(
	steps: readonly Step[],
	scope: Scope,
	visitor: Visitor,
	progress: Progress = { calls: 0, steps: 0 },
): void {
	for (const step of steps) {
		if (progress.steps++ > maximumSteps) return;
		followStep(step, scope, visitor, progress);
	}
}

function followStep(step: Step, scope: Scope, visitor: Visitor, progress: Progress): void {
	const inside = (body: readonly Step[], at: Scope): void => {
		follow(body, at, visitor, progress);
	};
	switch (step.kind) {
		case "function":
			scope.functions.set(step.name, step);
			return;
		case "class":
			return;
		case "expression":
			visitNode(step.value, scope, visitor, progress);
			return;
		case "assign":
			visitNode(step.value, scope, visitor, progress);
			if (step.target.kind === "name") bind(scope, step.target.name, step.value, scope);
			return;
		case "with": {
			for (const { value } of step.items) visitNode(value, scope, visitor, progress);
			const leave = visitor.enter?.(
				step.items.map(({ value }) => value),
				scope,
				step.items.map(({ name }) => name),
			);
			inside(step.body, scope);
			leave?.();
			return;
		}
		case "branch": {
			const holds = visitor.decide?.(step.condition, scope);
			if (holds !== false) inside(step.body, scope);
			if (holds !== true) inside(step.otherwise, scope);
			return;
		}
		case "loop":
			followLoop(step, scope, visitor, progress);
			return;
		case "block":
			inside(step.body, scope);
	}
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
	for (const item of rounds) {
		const round = scopeIn(scope);
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
		if (visitor.call(node, scope)) return;
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

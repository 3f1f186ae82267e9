import type { PlContent, PlFunction, PlStatement, PlVariable } from "../parser.ts";
import { evaluateArray } from "./evaluate.ts";

/** What is known of a body's variables before it runs. */
export interface Scope {
	/** The expressions that a variable may have been set to; absent when something else sets it. */
	readonly expressions: ReadonlyMap<string, readonly string[]>;
	/** The variables of loops around, with every value they take. */
	readonly loops: ReadonlyMap<string, readonly string[]>;
	readonly names: readonly (string | undefined)[];
}

export const emptyScope: Scope = { expressions: new Map(), loops: new Map(), names: [] };

/** Collects what DECLARE and assignments say of each variable. */
export function scopeOf({ datums = [], action }: PlFunction): Scope {
	const names = datums.map((datum) => datum.PLpgSQL_var?.refname);
	const expressions = new Map<string, string[] | undefined>();
	for (const { PLpgSQL_var: variable } of datums) {
		if (variable?.refname === undefined) continue;
		const initial = variable.default_val?.PLpgSQL_expr?.query;
		const hidden = expressions.has(variable.refname);
		expressions.set(variable.refname, hidden ? undefined : initial === undefined ? [] : [initial]);
	}
	for (const content of contentsWithin(action)) {
		for (const name of namesSetBy(content, names)) expressions.set(name, undefined);
	}
	for (const content of contentsWithin(action, "PLpgSQL_stmt_assign")) {
		const name = names[content.varno ?? 0];
		const value = assignedText(content.expr?.PLpgSQL_expr?.query);
		if (name === undefined) continue;
		const known = expressions.get(name);
		expressions.set(name, known && value !== undefined ? [...known, value] : undefined);
	}
	const known = [...expressions].flatMap(([name, texts]): [string, readonly string[]][] =>
		texts && texts.length > 0 ? [[name, texts]] : [],
	);
	return { expressions: new Map(known), loops: new Map(), names };
}

/** `name := expression`; an assignment to an array element or a field gives nothing. */
function assignedText(assignment: string | undefined): string | undefined {
	return /^\s*(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)\s*:?=\s*([^]*)$/u.exec(assignment ?? "")?.[1];
}

/** The variables that INTO, FETCH and loops set to something known only at run time. */
function namesSetBy(
	{ target, var: loopVariable, body, varno }: PlContent,
	names: Scope["names"],
): readonly string[] {
	const numbers = [target, loopVariable].flatMap(
		(variable) => variable?.PLpgSQL_row?.fields?.map((field) => field.varno ?? 0) ?? [],
	);
	const direct = [target, loopVariable].flatMap((variable) => nameOf(variable) ?? []);
	const each = body && varno !== undefined ? [varno] : [];
	return [...direct, ...[...numbers, ...each].flatMap((number) => names[number] ?? [])];
}

function nameOf(variable: PlVariable | undefined): string | undefined {
	return variable?.PLpgSQL_var?.refname;
}

/** The contents of the statements inside, of one kind or of all but assignments. */
function contentsWithin(
	statement: PlStatement | undefined,
	kind?: "PLpgSQL_stmt_assign",
): readonly PlContent[] {
	const found: PlContent[] = [];
	const visit = (value: unknown): void => {
		if (Array.isArray(value)) value.forEach(visit);
		else if (isStatement(value)) {
			for (const [name, content] of Object.entries(value)) {
				if ((name === "PLpgSQL_stmt_assign") === (kind !== undefined)) found.push(content);
				Object.values(content).forEach(visit);
			}
		}
	};
	visit(statement);
	return found;
}

function isStatement(value: unknown): value is PlStatement {
	if (typeof value !== "object" || value === null) return false;
	return Object.entries(value).every(
		([name, content]) => name.startsWith("PLpgSQL_") && typeof content === "object",
	);
}

/** The scope inside of a loop: FOREACH over a constant array, FOR over unnest() of one, bind their variable. */
export function withLoopVariable(scope: Scope, kind: string, content: PlContent): Scope {
	const name = loopVariableName(scope, content);
	if (name === undefined) return scope;
	const list = kind === "PLpgSQL_stmt_foreach_a" ? content.expr : content.query;
	const values = evaluateArray(list?.PLpgSQL_expr?.query ?? "", scope);
	return values && values.length > 0
		? { ...scope, loops: new Map([...scope.loops, [name, values]]) }
		: scope;
}

function loopVariableName({ names }: Scope, content: PlContent): string | undefined {
	const [field, second] = content.var?.PLpgSQL_row?.fields ?? [];
	if (field && !second) return names[field.varno ?? 0];
	return content.varno === undefined ? undefined : names[content.varno];
}

import type { EmbeddedSql } from "../../../core/migration.ts";
import { argument, callOf, itemsOf, named, textsOf, type Call } from "../arguments.ts";
import { withDirectives } from "../comments.ts";
import { lastName, type Node, type Step } from "../program.ts";
import { parsePython } from "../python/parse.ts";
import { bind, resolve, scopeIn, type Placed, type Scope } from "../scope.ts";
import { generated, literal, unread } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { djangoSql, isNoop } from "./operations.ts";
import { nothing } from "./step.ts";
import { copyOf, type Models } from "./state.ts";

/** A migration of Django before it is applied to the models. */
export interface DjangoProgram {
	readonly dependencies: readonly (readonly [app: string, name: string])[];
	readonly replaces: readonly string[];
	/** False: each statement commits by itself. */
	readonly atomic: boolean;
	readonly scope: Scope;
	readonly operations: Node | undefined;
	readonly source: string;
}

/** Returns the migration in a program, or undefined for a file that holds none. */
export function parseDjango(source: string): DjangoProgram | undefined {
	if (!/\bmigrations\b/.test(source) || !/\bclass\s+Migration\b/.test(source)) return undefined;
	const steps = parsePython(source);
	const migration = steps.find((step) => step.kind === "class" && step.name === "Migration");
	if (migration?.kind !== "class") return undefined;
	const scope = scopeIn();
	for (const step of [...steps, ...migration.body]) note(step, scope);
	const list = (name: string): readonly Placed[] => itemsOf(scope.names.get(name)?.node, scope);
	return {
		dependencies: [...list("dependencies"), ...list("run_before")].flatMap(pairOf),
		replaces: list("replaces")
			.flatMap(pairOf)
			.map(([, name]) => name),
		atomic:
			lastName(
				scope.names.get("atomic")?.node ?? { kind: "other", range: { start: 0, end: 0 } },
			) !== "False",
		scope,
		operations: scope.names.get("operations")?.node,
		source,
	};
}

function note(step: Step, scope: Scope): void {
	if (step.kind === "function") scope.functions.set(step.name, step);
	if (step.kind === "assign" && step.target.kind === "name")
		bind(scope, step.target.name, step.value, scope);
}

/** `("shop", "0001_initial")`; a swappable dependency names no migration. */
function pairOf({ node, scope }: Placed): readonly (readonly [string, string])[] {
	const found = resolve(node, scope);
	if (found.node.kind !== "list") return [];
	const [app, name] = textsOf(found.node, found.scope);
	return app === undefined || name === undefined ? [] : [[app, name]];
}

/** Returns what a migration sends, and changes the models as it does. */
export function runDjango(
	program: DjangoProgram,
	app: string,
	models: Models,
): { readonly up: readonly EmbeddedSql[]; readonly down: readonly EmbeddedSql[] } {
	const up: EmbeddedSql[] = [];
	const down: EmbeddedSql[] = [];
	const later: EmbeddedSql[] = [];
	const run = (operations: readonly Placed[], at: Models, isSent: boolean): void => {
		for (const { node, scope } of operations) {
			const call = callOf(node, scope);
			if (!call) {
				if (isSent)
					up.push(unread(node.range, "this operation is put together when the program runs"));
				continue;
			}
			if (call.name === "SeparateDatabaseAndState") {
				run(itemsOf(argument(call, 0, "database_operations"), scope), copyOf(at), isSent);
				run(itemsOf(argument(call, 1, "state_operations"), scope), at, false);
			} else if (call.name === "RunSQL") {
				if (isSent) runSql(call, up, down);
				run(itemsOf(named(call, "state_operations"), scope), at, false);
			} else if (call.name === "RunPython") {
				if (isSent && !isNoop(argument(call, 0, "code"))) up.push(runPython(call));
			} else {
				const sent = djangoSql(call, app, at) ?? (isSilent(call) ? nothing : undefined);
				if (!isSent) continue;
				for (const sql of sent?.now ?? []) up.push(generated(sql, call.node.range));
				for (const sql of sent?.later ?? []) later.push(generated(sql, call.node.range));
				if (!sent)
					up.push(
						unread(call.node.range, `what ${call.name} sends is not known without running it`),
					);
			}
		}
	};
	run(itemsOf(program.operations, program.scope), models, true);
	const [first = [], second = []] = withDirectives(program.source, [[...up, ...later], down]);
	return { up: first, down: second };
}

function isSilent({ name }: Call): boolean {
	return /^Alter(?:Model(?:Options|Managers|TableComment)|OrderWithRespectTo)$/.test(name);
}

function runPython(call: Call): EmbeddedSql {
	const code = argument(call, 0, "code");
	const name = (code && lastName(code)) ?? "the function";
	return unread(
		call.node.range,
		`RunPython calls ${name}: check by hand which rows it reads and writes`,
	);
}

/** `RunSQL(sql, reverse_sql)`: a text, or a list of texts and of (text, parameters). */
function runSql(call: Call, up: EmbeddedSql[], down: EmbeddedSql[]): void {
	const add = (node: Node | undefined, to: EmbeddedSql[]): void => {
		if (isNoop(node)) return;
		for (const { node: item, scope } of itemsOf(node, call.scope)) {
			const found = resolve(item, scope);
			const first = found.node.kind === "list" ? found.node.items[0] : found.node;
			const text = first && textOf(first, found.scope);
			if (text) to.push(literal(text.text, text.range, text.inner));
			else to.push(unread(call.node.range, "this SQL is put together when the program runs"));
		}
	};
	add(argument(call, 0, "sql"), up);
	add(argument(call, 1, "reverse_sql"), down);
}

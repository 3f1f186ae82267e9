import type { EmbeddedSql } from "../../../core/migration.ts";
import { argument, textsOf, type Call } from "../arguments.ts";
import { withDirectives } from "../comments.ts";
import { lastName, pathOf, type CallNode, type Node, type Step } from "../program.ts";
import { parsePython } from "../python/parse.ts";
import { follow, onSides, type Visitor } from "../run.ts";
import { bind, resolve, scopeIn, type Scope } from "../scope.ts";
import { generated, hole, literal, nameOf, unread } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { builtStatement, tableOfCall } from "./expressions.ts";
import { alembicSql, bulkInsert, silentMethods } from "./operations.ts";
import { qualified, type BatchTable } from "./operation.ts";

/** What runs in one go. `autocommit`: outside the transaction, which is committed before. */
export interface PieceGroup {
	readonly autocommit: boolean;
	readonly pieces: readonly EmbeddedSql[];
}

/** A revision of Alembic. */
export interface AlembicRevision {
	readonly revision: string;
	/** None for the first one, several for a merge. */
	readonly parents: readonly string[];
	readonly dependsOn: readonly string[];
	readonly up: readonly PieceGroup[];
	readonly down: readonly PieceGroup[];
}

/** Returns the revision in a program, or undefined for a file that is none. */
export function readAlembic(source: string): AlembicRevision | undefined {
	if (!/^revision\b/m.test(source)) return undefined;
	const steps = parsePython(source);
	const scope = moduleScope(steps);
	const [revision] = valuesOf(scope, "revision");
	if (revision === undefined) return undefined;
	const tables = modelTables(steps, scope);
	const read = (name: string): readonly PieceGroup[] => {
		const groups = piecesOf(scope, name, tables);
		const pieces = withDirectives(
			source,
			groups.map((group) => group.pieces),
		);
		return groups.map(({ autocommit }, index) => ({ autocommit, pieces: pieces[index] ?? [] }));
	};
	return {
		revision,
		parents: valuesOf(scope, "down_revision"),
		dependsOn: valuesOf(scope, "depends_on"),
		up: read("upgrade"),
		down: read("downgrade"),
	};
}

function moduleScope(steps: readonly Step[]): Scope {
	const scope = scopeIn();
	for (const step of steps) {
		if (step.kind === "function") scope.functions.set(step.name, step);
		if (step.kind === "assign" && step.target.kind === "name") {
			bind(scope, step.target.name, step.value, scope);
		}
	}
	return scope;
}

function valuesOf(scope: Scope, name: string): readonly string[] {
	const binding = scope.names.get(name);
	return binding ? textsOf(binding.node, binding.scope) : [];
}

/** The tables of the classes in the file: `class Order(Base): __tablename__ = "orders"`. */
function modelTables(steps: readonly Step[], scope: Scope): ReadonlyMap<string, string> {
	const tables = new Map<string, string>();
	for (const step of steps) {
		if (step.kind !== "class") continue;
		for (const inner of step.body) {
			if (inner.kind !== "assign" || inner.target.kind !== "name") continue;
			if (inner.target.name !== "__tablename__") continue;
			const name = textOf(inner.value, scope)?.text;
			if (name !== undefined) tables.set(step.name, nameOf(name));
		}
	}
	return tables;
}

function piecesOf(
	scope: Scope,
	name: string,
	models: ReadonlyMap<string, string>,
): readonly PieceGroup[] {
	const start = scope.functions.get(name);
	if (!start) return [];
	const groups: { autocommit: boolean; pieces: EmbeddedSql[] }[] = [];
	let autocommit = 0;
	const send = (piece: EmbeddedSql): void => {
		const isBare = autocommit > 0;
		const last = groups.at(-1);
		if (last?.autocommit === isBare) last.pieces.push(piece);
		else groups.push({ autocommit: isBare, pieces: [piece] });
	};
	const batches = new Map<string, BatchTable>();
	const visitor: Visitor = {
		call(node, at, sides) {
			const own: EmbeddedSql[] = [];
			const isKnown = visitCall(node, at, { send: (piece) => own.push(piece), batches, models });
			onSides(own, sides).forEach(send);
			return isKnown;
		},
		enter(items, at, names) {
			const isBlock = items.some((item) => lastName(item) === "autocommit_block");
			if (isBlock) autocommit++;
			for (const [index, item] of items.entries()) {
				const batch = batchOf(item, at);
				if (batch) batches.set(names[index] ?? "batch_op", batch);
			}
			return () => {
				if (isBlock) autocommit--;
			};
		},
		decide: (condition, at) => decide(condition, at),
	};
	follow(start.body, scopeIn(scope), visitor);
	return groups;
}

function batchOf(node: Node, scope: Scope): BatchTable | undefined {
	if (node.kind !== "call" || lastName(node.callee) !== "batch_alter_table") return undefined;
	const call: Call = { name: "batch_alter_table", node, scope };
	const [name = hole("table")] = textsOf(argument(call, 0, "table_name"), scope);
	const [schema] = textsOf(node.named.get("schema"), scope);
	return { name, sql: qualified(schema, name) };
}

interface Reader {
	send(piece: EmbeddedSql): unknown;
	readonly batches: ReadonlyMap<string, BatchTable>;
	readonly models: ReadonlyMap<string, string>;
}

function visitCall(node: CallNode, scope: Scope, reader: Reader): boolean {
	const path = pathOf(node.callee) ?? [];
	const name = lastName(node.callee) ?? "";
	const call: Call = { name, node, scope };
	if (isExecute(node, name)) return execute(call, reader);
	const batch = path.length === 2 ? reader.batches.get(path[0] ?? "") : undefined;
	if ((path[0] !== "op" || path.length !== 2) && !batch) return writesRows(call, path, reader);
	if (silentMethods.has(name)) return name !== "batch_alter_table";
	const sql = name === "bulk_insert" ? bulkInsert(call) : alembicSql(call, batch);
	for (const text of sql ?? []) reader.send(generated(text, node.range));
	if (!sql)
		reader.send(unread(node.range, `what op.${name}() sends is not known without running it`));
	return true;
}

function isExecute({ callee, args }: CallNode, name: string): boolean {
	if (callee.kind !== "member" || args.length === 0) return false;
	return /^(?:execute|exec_driver_sql|scalar|scalars|executemany)$/.test(name);
}

function execute(call: Call, reader: Reader): boolean {
	const { node, scope } = call;
	const [first] = node.args;
	if (!first) return false;
	const text = textOf(first, scope);
	if (text) {
		reader.send(literal(withParameters(text.text), text.range, text.inner));
		return true;
	}
	const tables = (table: Node, at: Scope): string | undefined => tableOf(table, at, reader);
	const built = builtStatement(first, scope, tables);
	if (built === "read") return true;
	if (built !== undefined) reader.send(generated(built.sql, node.range));
	else reader.send(unread(node.range, "this SQL is put together when the program runs"));
	return true;
}

/** The names that sqlalchemy.text() fills in: `:name` (sqlalchemy/sql/elements.py, TextClause). */
function withParameters(sql: string): string {
	return sql.replace(/'(?:[^']|'')*'|(?<![:\w\\]):\w+(?!:)/g, (found) =>
		found.startsWith("'") ? found : hole(found),
	);
}

function tableOf(node: Node, scope: Scope, { models }: Reader): string | undefined {
	const found = resolve(node, scope);
	if (found.node.kind === "name") return models.get(found.node.name);
	// Order.__table__.update()
	if (found.node.kind === "member" && found.node.name === "__table__") {
		return models.get(lastName(found.node.of) ?? "");
	}
	return tableOfCall(found.node, found.scope);
}

/** Rows that go through a session of models: what they come to is not known. */
function writesRows({ name, node }: Call, path: readonly string[], reader: Reader): boolean {
	if (!/session/i.test(path[0] ?? "") || path.length !== 2) return false;
	if (!/^(?:add|add_all|merge|delete|bulk_\w+)$/.test(name)) return false;
	reader.send(unread(node.range, `${path.join(".")}() writes rows through the program's models`));
	return true;
}

/** Conditions on the database's name, and offline mode, which prints SQL instead of running it. */
function decide(condition: Node, scope: Scope): boolean | undefined {
	const { node, scope: at } = resolve(condition, scope);
	if (node.kind === "call") return lastName(node.callee) === "is_offline_mode" ? false : undefined;
	if (node.kind === "name")
		return node.name === "True" ? true : node.name === "False" ? false : undefined;
	if (node.kind !== "binary") return undefined;
	if (node.operator === "not") {
		const inner = decide(node.left, at);
		return inner === undefined ? undefined : !inner;
	}
	if (!["==", "!=", "in", "not in"].includes(node.operator)) return undefined;
	const sides = [node.left, node.right].map((side) => resolve(side, at));
	const subject = sides.find((side) => isDialectName(side.node));
	const other = sides.find((side) => side !== subject);
	if (!subject || !other) return undefined;
	const isOurs = textsOf(other.node, other.scope).includes("postgresql");
	return node.operator === "==" || node.operator === "in" ? isOurs : !isOurs;
}

function isDialectName(node: Node): boolean {
	if (node.kind !== "member") return false;
	if (node.name === "name") return /^(?:dialect|engine|impl)$/.test(lastName(node.of) ?? "");
	return node.name === "__dialect__";
}

import type { EmbeddedSql } from "../../../core/migration.ts";
import { textsOf, type Call } from "../arguments.ts";
import { withDirectives } from "../comments.ts";
import { lastName, type CallNode, type Node, type Step } from "../program.ts";
import { parseRuby } from "../ruby/parse.ts";
import { follow, onSides, type Visitor } from "../run.ts";
import { bind, functionNamed, resolve, scopeIn, type Scope } from "../scope.ts";
import { generated, hole, literal, nameOf, unread } from "../sql-text.ts";
import { textOf } from "../text.ts";
import { tableName, tableOfModel } from "./names.ts";
import { railsSql } from "./schema.ts";

/** A migration of Rails. */
export interface RailsMigration {
	readonly up: readonly EmbeddedSql[];
	readonly down: readonly EmbeddedSql[];
	/** False after `disable_ddl_transaction!`. */
	readonly inTransaction: boolean;
}

type ClassStep = Extract<Step, { kind: "class" }>;

/** The newest that is known; a class without a version is of Rails 4. */
const oldestVersion = 4.2;

/** Returns what a migration sends, or undefined for a file that holds none. */
export function readRails(source: string): RailsMigration | undefined {
	const steps = parseRuby(source);
	const migration = migrationIn(steps);
	if (!migration) return undefined;
	const scope = scopeIn();
	const models = new Map<string, string>();
	for (const body of [steps, migration.body]) {
		for (const step of body) {
			if (step.kind === "function") scope.functions.set(step.name, step);
			if (step.kind === "assign" && step.target.kind === "name")
				bind(scope, step.target.name, step.value, scope);
			if (step.kind === "class" && step !== migration) noteModel(step, scope, models);
		}
	}
	const reader = { version: versionOf(migration), models };
	const isChange = scope.functions.has("change");
	const up = piecesOf(scope, isChange ? "change" : "up", { ...reader, direction: "up" });
	const down = isChange ? [] : piecesOf(scope, "down", { ...reader, direction: "down" });
	const [first = [], second = []] = withDirectives(source, [up, down]);
	return { up: first, down: second, inTransaction: !disablesTransaction(migration.body) };
}

/** What db/schema.rb makes, and the version of the newest migration in it. */
export interface RailsSchema {
	readonly version: string;
	readonly pieces: readonly EmbeddedSql[];
}

/** Returns what db/schema.rb makes; undefined for another program, or for one without a version. */
export function readRailsSchema(source: string): RailsSchema | undefined {
	const header = /\bSchema(?:\[([\d.]+)\])?\.define\(\s*(?:version:|:version\s*=>)\s*([\d_]+)/.exec(
		source,
	);
	if (!header) return undefined;
	const [, of, version = ""] = header;
	const pieces: EmbeddedSql[] = [];
	const reader: Reader = {
		version: of === undefined ? oldestVersion : Number(of),
		models: new Map(),
		direction: "up",
	};
	follow(parseRuby(source), scopeIn(), { call: (node, at) => visitCall(node, at, reader, pieces) });
	return { version: version.replaceAll("_", ""), pieces };
}

function migrationIn(steps: readonly Step[]): ClassStep | undefined {
	for (const step of steps) {
		if (step.kind !== "class") continue;
		if (step.bases.some((base) => baseName(base).includes("Migration"))) return step;
		const inner = migrationIn(step.body);
		if (inner) return inner;
	}
	return undefined;
}

/** `ActiveRecord::Migration[7.1]` and `Gitlab::Database::Migration[2.1]`. */
function baseName(base: Node): string {
	const of = base.kind === "binary" ? base.left : base;
	if (of.kind === "member") return `${lastName(of.of) ?? ""}::${of.name}`;
	return lastName(of) ?? "";
}

function versionOf(migration: ClassStep): number {
	const [base] = migration.bases;
	if (base?.kind !== "binary" || base.right.kind !== "number") return oldestVersion;
	// Gitlab::Database::Migration has versions of its own.
	return baseName(base).startsWith("ActiveRecord") ? Number(base.right.text) : 7;
}

function disablesTransaction(body: readonly Step[]): boolean {
	return body.some(
		(step) =>
			step.kind === "expression" &&
			/^(?:disable_ddl_transaction!|disable_ddl_transaction)$/.test(lastName(step.value) ?? ""),
	);
}

/** `class Order < ActiveRecord::Base; self.table_name = "orders"; end` */
function noteModel(step: ClassStep, scope: Scope, models: Map<string, string>): void {
	models.set(step.name, tableOfModel(step.name));
	for (const inner of step.body) {
		if (inner.kind !== "assign" || lastName(inner.target) !== "table_name") continue;
		const name = textOf(inner.value, scope)?.text;
		if (name !== undefined) models.set(step.name, name);
	}
}

interface Reader {
	readonly version: number;
	readonly models: ReadonlyMap<string, string>;
	readonly direction: "up" | "down";
}

function piecesOf(scope: Scope, name: string, reader: Reader): readonly EmbeddedSql[] {
	const start = scope.functions.get(name);
	if (!start) return [];
	const pieces: EmbeddedSql[] = [];
	const visitor: Visitor = {
		call(node, at, sides) {
			const own: EmbeddedSql[] = [];
			const isKnown = visitCall(node, at, reader, own);
			pieces.push(...onSides(own, sides));
			return isKnown;
		},
		decide: (condition, at) => decide(condition, at, reader),
	};
	follow(start.body, scopeIn(scope), visitor);
	return pieces;
}

function visitCall(node: CallNode, scope: Scope, reader: Reader, pieces: EmbeddedSql[]): boolean {
	const name = lastName(node.callee) ?? "";
	const call: Call = { name, node, scope };
	const isBare = isOnMigration(node.callee);
	// dir.up { ... } of reversible
	if (!isBare && /^(?:up|down)$/.test(name) && node.block) return name !== reader.direction;
	if (name === "up_only") return reader.direction !== "up";
	if (
		/^(?:execute|exec_query|exec_update|exec_insert|exec_delete|update_sql|select_\w+|exec_batch)$/.test(
			name,
		)
	) {
		return execute(call, pieces);
	}
	if (!isBare) return onModel(call, reader, pieces);
	if (functionNamed(scope, name)) return false;
	const sql = railsSql(call, reader.version);
	for (const text of sql ?? []) pieces.push(generated(text, headOf(node)));
	if (sql) return true;
	if (
		!/^(?:add|alter|remove|change|create|drop|rename|replace|update|validate|backfill|finalize|undo|cleanup|swap|prepare|queue|install|uninstall|initialize|define)_\w+$/.test(
			name,
		)
	) {
		return false;
	}
	if (node.args.length === 0) return false;
	pieces.push(
		unread(node.range, `what ${name} sends is not known: it is no method of Rails's own`),
	);
	return true;
}

/** A method of the migration itself or of its connection. */
function isOnMigration(callee: Node): boolean {
	if (callee.kind === "name") return true;
	if (callee.kind !== "member") return false;
	return /^(?:self|connection|schema|@connection)$/.test(lastName(callee.of) ?? "");
}

/** The call without its block: a table's definition would be the place of every index in it. */
function headOf(node: CallNode): CallNode["range"] {
	return node.range;
}

function execute(call: Call, pieces: EmbeddedSql[]): boolean {
	const [first] = call.node.args;
	if (!first) return false;
	const text = textOf(first, call.scope);
	const isQuery = call.name.startsWith("select_");
	if (isQuery) return true;
	if (text) pieces.push(literal(text.text, text.range, text.inner));
	else pieces.push(unread(call.node.range, "this SQL is put together when the program runs"));
	return true;
}

/** The modules of Rails itself that put their name before their tables (table_name_prefix). */
const enginePrefixes: Readonly<Record<string, string>> = {
	ActionMailbox: "action_mailbox_",
	ActionText: "action_text_",
	ActiveStorage: "active_storage_",
	SolidCable: "solid_cable_",
	SolidCache: "solid_cache_",
	SolidQueue: "solid_queue_",
};

/** `Order.where(...).update_all(paid: true)`; rows that a model writes one by one are not known. */
function onModel(call: Call, { models }: Reader, pieces: EmbeddedSql[]): boolean {
	const { name, node } = call;
	if (
		!/^(?:update_all|delete_all|destroy_all|insert_all!?|upsert_all|create!?|find_each|in_batches|find_in_batches|update_column|update_columns|save!?|reset_counters|find_or_create_by!?)$/.test(
			name,
		)
	)
		return false;
	const chain = chainOf(node.callee);
	const [root] = chain;
	if (root?.kind !== "name" || !/^[A-Z]/.test(root.name)) return false;
	const own = chain.length > 1 ? (chain.at(-1) ?? root) : root;
	const model = own.kind === "member" && /^[A-Z]/.test(own.name) ? own.name : root.name;
	const prefix = own === root ? "" : (enginePrefixes[root.name] ?? "");
	const table = tableName(models.get(model) ?? `${prefix}${tableOfModel(model)}`);
	const where = isFiltered(node.callee) ? ` WHERE ${hole("condition")}` : "";
	if (name === "update_all")
		pieces.push(generated(`UPDATE ${table} SET ${assignments(call)}${where}`, node.range));
	else if (name === "delete_all")
		pieces.push(generated(`DELETE FROM ${table}${where}`, node.range));
	else if (/batches$|each$/.test(name) && node.block && !writesInside(node)) return true;
	else
		pieces.push(
			unread(node.range, `${model}.${name} changes rows of ${table} through the program's model`),
		);
	return true;
}

/** `Shop::Order`, the parts of a name. */
function chainOf(node: Node): readonly Node[] {
	if (node.kind === "member")
		return [...chainOf(node.of), ...(/^[A-Z]/.test(node.name) ? [node] : [])];
	if (node.kind === "call") return chainOf(node.callee);
	return [node];
}

function isFiltered(node: Node): boolean {
	if (
		node.kind === "call" &&
		/^(?:where|not|joins|limit|find_by|rewhere)$/.test(lastName(node.callee) ?? "")
	)
		return true;
	if (node.kind === "member")
		return (
			isFiltered(node.of) || !/^[A-Z]|^(?:update_all|delete_all|unscoped|all)$/.test(node.name)
		);
	return node.kind === "call" ? isFiltered(node.callee) : false;
}

function writesInside({ block }: CallNode): boolean {
	return (block?.body.length ?? 0) > 0;
}

function assignments(call: Call): string {
	const [first] = call.node.args;
	const names = [...call.node.named.keys()];
	const found = first && resolve(first, call.scope).node;
	if (found?.kind === "map") {
		for (const { key } of found.entries) names.push(...textsOf(key, call.scope));
	} else if (first && names.length === 0) {
		return textOf(first, call.scope)?.text ?? `${hole("column")} = ${hole("new_value")}`;
	}
	return names.map((name) => `${nameOf(name)} = ${hole(`new_${name}`)}`).join(", ");
}

/** A migration runs forward: what it is about to make is not there yet. */
function decide(condition: Node, scope: Scope, { direction }: Reader): boolean | undefined {
	const { node } = resolve(condition, scope);
	if (node.kind === "name")
		return node.name === "true" ? true : node.name === "false" ? false : undefined;
	const name = lastName(node) ?? "";
	if (name === "reverting?") return direction === "down";
	if (node.kind === "binary" && node.operator === "not") {
		const inner = decide(node.left, scope, { direction, version: 0, models: new Map() });
		return inner === undefined ? undefined : !inner;
	}
	return undefined;
}

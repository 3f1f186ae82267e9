import { configCalls } from "../../catalog/set-config.ts";
import type { Operation } from "../operation.ts";

type Change = Pick<
	Extract<Operation, { readonly kind: "setParameter" }>,
	"name" | "value" | "scope"
>;

/**
 * Follows SET and RESET. SET LOCAL lasts to the end of the transaction, and a SET in a transaction
 * that rolls back is undone (docs: sql-set).
 */
export class SettingsTracker {
	/** What the server says before any SET, and again after a RESET. */
	readonly #server: ReadonlyMap<string, string>;
	/** Settings that a transaction does not change. */
	readonly #fixed: ReadonlySet<string>;
	#session = new Map<string, string>();
	#local = new Map<string, string>();
	/** The session's settings before the open transaction first changed one. */
	#before: Map<string, string> | undefined;
	#merged: ReadonlyMap<string, string> | undefined;

	constructor(
		server: ReadonlyMap<string, string> = new Map(),
		fixedInTransaction: ReadonlySet<string> = new Set(),
	) {
		this.#server = server;
		this.#fixed = fixedInTransaction;
	}

	get current(): ReadonlyMap<string, string> {
		this.#merged ??= new Map([...this.#server, ...this.#session, ...this.#local]);
		return this.#merged;
	}

	/** Returns a function that brings back what is in force now. */
	remember(): () => void {
		const session = new Map(this.#session);
		const local = new Map(this.#local);
		const before = this.#before && new Map(this.#before);
		return () => {
			this.#session = new Map(session);
			this.#local = new Map(local);
			this.#before = before && new Map(before);
			this.#merged = undefined;
		};
	}

	start(): void {
		this.#session = new Map();
		this.#local = new Map();
		this.#before = undefined;
		this.#merged = undefined;
	}

	apply(operation: Operation, inTransaction: boolean): void {
		switch (operation.kind) {
			case "setParameter":
				this.#set(operation, inTransaction);
				break;
			case "select": {
				const calls = configCalls(operation.query);
				if (calls.length === 0) return;
				for (const call of calls) this.#set(call, inTransaction);
				break;
			}
			case "resetAllParameters":
				if (inTransaction) this.#before ??= new Map(this.#session);
				this.#session.clear();
				this.#local.clear();
				break;
			case "commit":
			case "rollback":
				if (operation.kind === "rollback" && this.#before) this.#session = this.#before;
				this.#before = undefined;
				this.#local.clear();
				break;
			default:
				return;
		}
		this.#merged = undefined;
	}

	#set({ name, value, scope }: Change, inTransaction: boolean): void {
		// Outside a transaction SET LOCAL only warns and changes nothing.
		if (scope === "local" && !inTransaction) return;
		if (inTransaction && this.#fixed.has(name)) return;
		if (inTransaction) this.#before ??= new Map(this.#session);
		const target = scope === "local" ? this.#local : this.#session;
		if (value === undefined) target.delete(name);
		else target.set(name, value);
		if (scope === "session") this.#local.delete(name);
	}
}

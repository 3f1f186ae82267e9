import type { Effect } from "../effect.ts";
import type { Operation } from "../operation.ts";
import type { Statement } from "../statement.ts";
import type { HeldLock, Transaction } from "../transaction.ts";
import type { TransactionClass } from "../migration.ts";

interface OpenTransaction extends Transaction {
	readonly held: HeldLock[];
	readonly earlier: { readonly operation: Operation; readonly statement: Statement }[];
}

function open(wrapper: Transaction["wrapper"]): OpenTransaction {
	return { wrapper, held: [], earlier: [] };
}

/**
 * Follows which transaction each statement runs in: what the migration tool opens, what BEGIN and
 * COMMIT in the file change, and the implicit transaction of a message with several statements.
 */
export class TransactionTracker {
	#current: OpenTransaction | undefined;
	/** Sections of class `all` share one transaction until a COMMIT in a file ends it for good. */
	#release: "unopened" | "open" | "ended" = "unopened";
	#class: TransactionClass = "none";
	#message = false;

	get current(): Transaction | undefined {
		return this.#current;
	}

	/**
	 * Returns a function that takes back what has run since. A transaction that is open now stays the same
	 * object: what was judged in it names it.
	 */
	remember(): () => void {
		const current = this.#current;
		const held = current?.held.length ?? 0;
		const earlier = current?.earlier.length ?? 0;
		const release = this.#release;
		const transactionClass = this.#class;
		const message = this.#message;
		return () => {
			this.#current = current;
			if (current) {
				current.held.length = held;
				current.earlier.length = earlier;
			}
			this.#release = release;
			this.#class = transactionClass;
			this.#message = message;
		};
	}

	/** Like `remember`, and brings back what has been taken back since. */
	rememberWhole(): () => void {
		const restore = this.remember();
		const current = this.#current;
		const held = [...(current?.held ?? [])];
		const earlier = [...(current?.earlier ?? [])];
		return () => {
			restore();
			current?.held.splice(0, current.held.length, ...held);
			current?.earlier.splice(0, current.earlier.length, ...earlier);
		};
	}

	startRelease(): void {
		this.#current = undefined;
		this.#release = "unopened";
	}

	/** `sendsSeveral`: whether the tool sends more than one statement to the server in this section. */
	startSection(transactionClass: TransactionClass, sendsSeveral: () => boolean): void {
		this.#class = transactionClass;
		this.#message = transactionClass === "implicit" && sendsSeveral();
		if (transactionClass === "all") {
			if (this.#release === "unopened") {
				this.#release = "open";
				this.#current = open("tool");
			}
			return;
		}
		this.#current =
			transactionClass === "file" ? open("tool") : this.#message ? open("message") : undefined;
	}

	/** True when the open section would have been started in the same way. */
	runsAs(transactionClass: TransactionClass, sendsSeveral: () => boolean): boolean {
		return (
			transactionClass === this.#class &&
			this.#message === (transactionClass === "implicit" && sendsSeveral())
		);
	}

	endSection(): void {
		if (this.#class !== "all") this.#current = undefined;
		this.#message = false;
	}

	/** Notes an operation that is about to run; call before its effect is judged. */
	before(operation: Operation): void {
		// In a transaction BEGIN only warns (25001), so the wrapper stays what it was.
		if (operation.kind === "begin") this.#current ??= open("script");
	}

	/** Notes what ran: its locks stay until the transaction ends, unless the server commits it by itself. */
	after(operation: Operation, statement: Statement, effect: Effect | undefined): void {
		if (operation.kind === "commit" || operation.kind === "rollback") {
			this.#end(operation.chain);
			return;
		}
		if (operation.kind === "prepareTransaction") {
			this.#end(false);
			return;
		}
		if (!this.#current) return;
		const locks = effect?.commits ? [] : (effect?.locks ?? []);
		for (const lock of locks) this.#current.held.push({ lock, operation, statement });
		this.#current.earlier.push({ operation, statement });
	}

	#end(chain: boolean): void {
		if (this.#class === "all") this.#release = "ended";
		this.#current = chain ? open("script") : this.#message ? open("message") : undefined;
	}
}

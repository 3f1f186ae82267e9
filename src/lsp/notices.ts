import type { Fault } from "../core/engine/fault.ts";
import { MessageType, ShowMessageNotification, type Connection } from "vscode-languageserver";

/** What a report of a bug needs. */
function detailsOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Something that a person has to mend before all works as it should. */
export interface Complaint {
	readonly message: string;
	readonly hint: string;
}

/** Tells people what is wrong, each thing once. */
export class Notices {
	readonly #connection: Connection;
	readonly #told = new Set<string>();
	readonly #logged = new Set<string>();

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	/** What was told may have been mended and broken anew. */
	startAfresh(): void {
		this.#told.clear();
		this.#logged.clear();
	}

	/** A config or another file that cannot be used: work goes on without it. */
	complain({ message, hint }: Complaint): void {
		this.#tell(`lockkeeper: ${message}. ${hint}`);
	}

	/** Waits for what the editor answers; that it refuses is only noted. */
	async asked(answer: Promise<unknown>): Promise<void> {
		try {
			await answer;
		} catch (error) {
			this.#connection.console.warn(`The editor refuses: ${String(error)}`);
		}
	}

	/** A bug of ours that nobody has contained: the details go to the log. */
	crashed(error: unknown): void {
		this.#connection.console.error(detailsOf(error));
		this.#tell("lockkeeper met a bug of its own; the log has the details.");
	}

	/** A bug of ours at a statement: it is logged once for each place, and shown once for each rule. */
	met({ rule, file, start, error }: Fault): void {
		const what = `${rule ?? "no rule"} at line ${start.line} of ${file}`;
		if (this.#logged.has(what)) return;
		this.#logged.add(what);
		this.#connection.console.error(`A bug (${what}): ${detailsOf(error)}`);
		this.#tell(
			rule === undefined
				? `lockkeeper: a statement of ${file} is not wholly judged because of a bug; the log has the details for a report of it.`
				: `lockkeeper: the rule ${rule} says nothing of a statement of ${file} because of a bug; the log has the details for a report of it.`,
		);
	}

	#tell(text: string): void {
		if (this.#told.has(text)) return;
		this.#told.add(text);
		// A notification: the request that could offer buttons may be refused.
		void this.#connection.sendNotification(ShowMessageNotification.type, {
			type: MessageType.Error,
			message: text,
		});
	}
}

import { MessageType, ShowMessageNotification, type Connection } from "vscode-languageserver";

/** Something that a person has to mend before all works as it should. */
export interface Complaint {
	readonly message: string;
	readonly hint: string;
}

/** Tells people what is wrong, each thing once. */
export class Notices {
	readonly #connection: Connection;
	readonly #told = new Set<string>();

	constructor(connection: Connection) {
		this.#connection = connection;
	}

	/** What was told may have been mended and broken anew. */
	startAfresh(): void {
		this.#told.clear();
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

	/** A bug of ours: the details go to the log. */
	crashed(error: unknown, rule?: string): void {
		const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
		this.#connection.console.error(rule === undefined ? details : `${rule}: ${details}`);
		this.#tell(
			rule === undefined
				? "lockkeeper met a bug of its own; the log has the details."
				: `lockkeeper: the rule ${rule} stopped because of a bug and is left out from here on; the log has the details.`,
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

import { TextDocument } from "vscode-languageserver-textdocument";
import type { Explanation } from "../core/engine/explain.ts";
import type { Fault } from "../core/engine/fault.ts";
import { PastBook } from "../core/engine/past.ts";
import { openSession, type Session } from "../core/engine/session.ts";
import type { Judged } from "./judged.ts";
import type { OpenMigration } from "./open-migration.ts";
import { differenceOf } from "./positions.ts";

/** How long a slice of work may keep the messages of the editor waiting, in milliseconds. */
const sliceMilliseconds = 3;

/**
 * So much work follows an edit at once, in milliseconds: a file of some hundred lines is judged whole. The
 * rest of a longer one waits for a pause between two keystrokes, or for somebody who asks for it.
 */
const eagerMilliseconds = 20;
const pauseMilliseconds = 150;

/** What the analyst asks of the server around it. */
export interface AnalystOffice {
	/** Returns the document as part of its history; undefined for one that is no migration. */
	open(document: TextDocument): Promise<OpenMigration | undefined>;
	/** Called with each new answer; undefined: the document is no migration. */
	judged(document: TextDocument, judged: Judged | undefined): void;
	/** Called with each bug that a statement meets, whenever it is judged. */
	met(fault: Fault): void;
	/** Called with a bug that nothing has contained. */
	crashed(error: unknown): void;
}

interface Desk {
	document: TextDocument;
	/** Counts what makes the answer old; the work is done when `doneFor` is the same. */
	wantedFor: number;
	doneFor: number;
	/** "unknown" until the history around it has been read. */
	migration: OpenMigration | "unknown" | undefined;
	session: Session | undefined;
	/** A complete answer has been given since the history was read: what follows an edit is told at once. */
	isSettled: boolean;
	/** The text has become several migrations or none: the history is to be read again. */
	isOutgrown: boolean;
	judged: Judged | undefined;
	/** The text that was judged from the start because of a bug. */
	anewFor: string | undefined;
	/** When it was edited last, and how long the work for that has taken, in milliseconds. */
	editedAt: number;
	spent: number;
	waiting: ((judged: Judged | undefined) => void)[];
}

/**
 * Judges the open documents one after the other, the one edited last first. Work begins as soon as the
 * messages that have already arrived are read, and is cut into slices: what is edited is told without a fixed
 * wait, and edits that come in while work is under way are taken together.
 */
export class Analyst {
	readonly #office: AnalystOffice;
	readonly #desks = new Map<string, Desk>();
	readonly #pasts = new PastBook();
	#clock = 0;
	#isWorking = false;
	#alarm: NodeJS.Timeout | undefined;

	constructor(office: AnalystOffice) {
		this.#office = office;
	}

	/** Takes a document that was opened or edited. */
	change(document: TextDocument): void {
		const desk = this.#desks.get(document.uri);
		this.#clock++;
		if (desk) {
			desk.document = document;
			desk.wantedFor = this.#clock;
		} else {
			this.#desks.set(document.uri, {
				document,
				wantedFor: this.#clock,
				doneFor: 0,
				migration: "unknown",
				session: undefined,
				isSettled: false,
				isOutgrown: false,
				judged: undefined,
				anewFor: undefined,
				editedAt: 0,
				spent: 0,
				waiting: [],
			});
		}
		void this.#work();
	}

	close(uri: string): void {
		const desk = this.#desks.get(uri);
		this.#desks.delete(uri);
		for (const answer of desk?.waiting ?? []) answer(undefined);
	}

	/** Forgets what was read from the disk for the documents chosen: they are judged from the start. */
	reopen(isMeant: (migration: OpenMigration | undefined, uri: string) => boolean): void {
		for (const [uri, desk] of this.#desks) {
			if (desk.migration !== "unknown" && !isMeant(desk.migration, uri)) continue;
			this.#forget(desk);
		}
		void this.#work();
	}

	#forget(desk: Desk): void {
		desk.migration = "unknown";
		desk.session = undefined;
		desk.isSettled = false;
		desk.wantedFor = ++this.#clock;
	}

	/** Returns the judgement of the newest text; undefined for a document that is no migration. */
	judgedOf(uri: string): Promise<Judged | undefined> {
		const desk = this.#desks.get(uri);
		if (!desk || desk.doneFor === desk.wantedFor) return Promise.resolve(desk?.judged);
		return new Promise((resolve) => {
			desk.waiting.push(resolve);
			void this.#work();
		});
	}

	async #work(): Promise<void> {
		if (this.#isWorking) return;
		this.#isWorking = true;
		try {
			await arrivedMessages();
			for (let desk = this.#next(); desk; desk = this.#next()) {
				await this.#advanceSafely(desk);
				await arrivedMessages();
			}
		} finally {
			this.#isWorking = false;
		}
		clearTimeout(this.#alarm);
		if (![...this.#desks.values()].some(rests)) return;
		this.#alarm = setTimeout(() => void this.#work(), pauseMilliseconds).unref();
	}

	#next(): Desk | undefined {
		let next: Desk | undefined;
		for (const desk of this.#desks.values()) {
			if (desk.doneFor === desk.wantedFor || rests(desk)) continue;
			if (!next || desk.wantedFor > next.wantedFor) next = desk;
		}
		return next;
	}

	/** A bug must not end the server, nor be met again and again. */
	async #advanceSafely(desk: Desk): Promise<void> {
		try {
			await this.#advance(desk);
		} catch (error) {
			desk.doneFor = desk.wantedFor;
			for (const answer of desk.waiting.splice(0)) answer(undefined);
			this.#office.crashed(error);
		}
	}

	/** Goes one step on: reads the history, or judges what an edit left to do. */
	async #advance(desk: Desk): Promise<void> {
		const goal = desk.wantedFor;
		if (desk.migration === "unknown") {
			const opened = await this.#office.open(desk.document);
			// What was read may be old by now.
			if (desk.wantedFor !== goal) return;
			desk.migration = opened;
		}
		const { migration } = desk;
		const isEdited = desk.session && desk.session.text !== desk.document.getText();
		const judged = migration && this.#judge(desk, migration);
		if (desk.isOutgrown) {
			desk.isOutgrown = false;
			this.#forget(desk);
			return;
		}
		desk.judged = judged;
		if (judged?.complete === false) {
			if (isEdited && desk.isSettled) this.#office.judged(desk.document, judged);
			return;
		}
		desk.isSettled = true;
		desk.doneFor = goal;
		this.#office.judged(desk.document, judged);
		for (const answer of desk.waiting.splice(0)) answer(judged);
	}

	#judge(desk: Desk, migration: OpenMigration): Judged {
		try {
			return this.#judgeText(desk, migration);
		} catch (error) {
			this.#office.crashed(error);
			desk.session = undefined;
			const text = desk.document.getText();
			const nothing = { ...copyOf(desk.document, migration), findings: [], explanations: () => [] };
			if (desk.anewFor === text) return nothing;
			// What edits have led to may not be met from the start.
			desk.anewFor = text;
			return { ...nothing, complete: false };
		}
	}

	#judgeText(desk: Desk, migration: OpenMigration): Judged {
		const text = desk.document.getText();
		const session = (desk.session ??= openSession({
			...migration.input,
			fault: (fault) => {
				this.#office.met(fault);
			},
			path: migration.path,
			pasts: this.#pasts,
			reread: (changed) => {
				const again = migration.reread(changed);
				desk.isOutgrown ||= again === undefined;
				return again;
			},
		}));
		let { answer } = session;
		if (session.text !== text) {
			const { range, text: replacement } = differenceOf(session.text, text);
			answer = session.edit(range, replacement);
			desk.editedAt = performance.now();
			desk.spent = 0;
		} else if (!answer.complete) {
			const start = performance.now();
			answer = session.proceed(() => performance.now() > start + sliceMilliseconds);
			desk.spent += performance.now() - start;
		}
		let explanations: readonly Explanation[] | undefined;
		return {
			...copyOf(desk.document, migration),
			findings: migration.withoutAccepted(answer.findings, text),
			complete: answer.complete,
			// Later the session is at another text.
			explanations: () => (explanations ??= session.text === text ? session.explanations() : []),
		};
	}
}

/** True while the rest of a long file waits for a pause between two keystrokes. */
function rests(desk: Desk): boolean {
	return (
		desk.doneFor !== desk.wantedFor &&
		desk.isSettled &&
		desk.waiting.length === 0 &&
		desk.session?.text === desk.document.getText() &&
		desk.spent > eagerMilliseconds &&
		performance.now() < desk.editedAt + pauseMilliseconds
	);
}

function copyOf(
	document: TextDocument,
	migration: OpenMigration,
): Pick<Judged, "document" | "migration" | "complete"> {
	const { uri, languageId, version } = document;
	return {
		document: TextDocument.create(uri, languageId, version, document.getText()),
		migration,
		complete: true,
	};
}

/** Lets what the editor has already sent be read. */
function arrivedMessages(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

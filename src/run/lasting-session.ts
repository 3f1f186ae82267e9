import { Refused } from "./ask.ts";
import type { Answer, EngineProblem, RunEngine, RunSession, Value } from "./engine.ts";

/** A question that nobody answers for so long is asked on another connection, in milliseconds. */
const questionLimit = 60_000;

/**
 * A connection that another one can take the place of. Once it is broken it answers nothing until it is renewed:
 * a statement that was meant for a transaction never runs outside of it.
 */
export class LastingSession implements RunSession {
	readonly #engine: RunEngine;
	readonly #purpose: string;
	readonly #renewsItself: boolean;
	#current: RunSession;
	#broken: Extract<Answer, { readonly ok: false }> | undefined;

	private constructor(
		engine: RunEngine,
		purpose: string,
		current: RunSession,
		renewsItself: boolean,
	) {
		this.#engine = engine;
		this.#renewsItself = renewsItself;
		this.#purpose = purpose;
		this.#current = current;
	}

	/** `renewsItself`: for questions only, which need no transaction around them. */
	static async open(
		engine: RunEngine,
		purpose: string,
		{ renewsItself = false } = {},
	): Promise<LastingSession | EngineProblem> {
		const session = await engine.connect(purpose);
		return "code" in session ? session : new LastingSession(engine, purpose, session, renewsItself);
	}

	get id(): string {
		return this.#current.id;
	}

	get isBroken(): boolean {
		return this.#broken !== undefined;
	}

	async run(sql: string, values: readonly Value[] = []): Promise<Answer> {
		if (this.#broken && this.#renewsItself) await this.renew();
		if (this.#broken) return this.#broken;
		const current = this.#current;
		const limit = this.#renewsItself ? setTimeout(() => current.cut?.(), questionLimit) : undefined;
		const answer = await current.run(sql, values);
		clearTimeout(limit);
		if (!answer.ok && answer.failure.kind === "connection") this.#broken = answer;
		return answer;
	}

	cancel(): Promise<void> {
		return this.#current.cancel();
	}

	cut(): void {
		this.#current.cut?.();
	}

	close(): Promise<void> {
		return this.#current.close();
	}

	/** Connects anew when the connection is broken; returns why it could not. */
	async renew(): Promise<EngineProblem | undefined> {
		if (!this.#broken) return undefined;
		const session = await this.#engine.connect(this.#purpose);
		if ("code" in session) return session;
		await endLeft(this.#engine, session, this.#current.id);
		await this.#current.close();
		this.#current = session;
		this.#broken = undefined;
		return undefined;
	}
}

/** The server may not know yet that a connection broke: what is open on it holds locks, and could still be committed. */
export async function endLeft(
	{ ways, connections }: RunEngine,
	session: RunSession,
	broken: string,
): Promise<void> {
	if (connections === "one") return;
	try {
		await ways.endIdle(session, broken);
	} catch (error) {
		// Who cannot end it waits until the server does.
		if (!(error instanceof Refused)) throw error;
	}
}

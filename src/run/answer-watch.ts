import type { Answer } from "./engine.ts";

/**
 * What the server does for a session that waits for its answer. `idle`: nothing, the session is gone or waits for us;
 * `silent`: the server does not answer on a new connection either; `unknown`: it does not say.
 */
export type Look = "works" | "idle" | "silent" | "unknown";

/** How an answer is watched that does not come. */
export interface AnswerWatch {
	/** Asks the server on another connection. */
	look(): Promise<Look>;
	/** Bytes that came from the server so far: as long as there come more the connection lives. */
	heard(): number;
	/** Gives the connection up: the answer is one of kind `connection`. */
	cut(): void;
}

/** A look after so long, in milliseconds; the next ones after twice as long each, up to the longest. */
const firstLook = 10_000;
const longestPause = 60_000;

/** What was found once is looked at again after so long before it counts. */
const secondLook = 10_000;

/** A server that is silent on so many looks in a row, each of up to 10 seconds, is not there. */
const silences: Readonly<Record<Look, number>> = {
	works: Number.POSITIVE_INFINITY,
	unknown: Number.POSITIVE_INFINITY,
	idle: 2,
	silent: 3,
};

/**
 * Returns the answer to a statement. A connection can be dead without anybody hearing of it, and a statement that may
 * take hours has no time limit: so the server is asked whether it still works on it, and when it does not the
 * connection is given up.
 */
export async function watchedAnswer(
	running: Promise<Answer>,
	watch: AnswerWatch,
	pauses: { readonly first: number; readonly second: number } = {
		first: firstLook,
		second: secondLook,
	},
): Promise<Answer> {
	const state = { isOver: false };
	let timer: NodeJS.Timeout | undefined;
	const lookAfter = (pause: number, last: Look, times: number, bytes: number): void => {
		timer = setTimeout(() => {
			void watch.look().then((found) => {
				if (state.isOver) return;
				const seen = watch.heard() > bytes ? "works" : found;
				const again = seen === last ? times + 1 : 1;
				if (again >= silences[seen]) {
					watch.cut();
					return;
				}
				const isFine = silences[seen] === Number.POSITIVE_INFINITY;
				const next = isFine ? Math.min(2 * pause, longestPause) : pauses.second;
				lookAfter(next, seen, again, watch.heard());
			});
		}, pause);
	};
	lookAfter(pauses.first, "works", 0, watch.heard());
	try {
		return await running;
	} finally {
		state.isOver = true;
		clearTimeout(timer);
	}
}

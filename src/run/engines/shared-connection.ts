import type { EngineProblem, RunEngine } from "../engine.ts";

const shared: EngineProblem = {
	code: "badTarget",
	message: "A pooler gives one connection of the server to several clients.",
	hint: "Name the server itself, or a pool in session mode: a lock belongs to one connection.",
};

/**
 * Refuses a session that the server knows as one that is open already. Before anything is set or locked on it:
 * a pooler would hand that on to the application.
 */
export function refuseShared(connect: RunEngine["connect"]): RunEngine["connect"] {
	const open = new Set<string>();
	return async (purpose) => {
		const session = await connect(purpose);
		if ("code" in session) return session;
		if (open.has(session.id)) {
			await session.close();
			return shared;
		}
		open.add(session.id);
		return {
			...session,
			async run(sql, values) {
				const answer = await session.run(sql, values);
				// The pool gives a connection whose client is gone to the next one.
				if (!answer.ok && answer.failure.kind === "connection") open.delete(session.id);
				return answer;
			},
			close() {
				open.delete(session.id);
				return session.close();
			},
		};
	};
}

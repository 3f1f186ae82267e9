/** How a run hears that it is to stop. */
export interface RunSignals {
	/** Set by the first SIGINT or SIGTERM. */
	readonly signal: AbortSignal;
	/** What breaks off the work by the second one. */
	onSecond(breakOff: () => Promise<void>): void;
	end(): void;
}

/** From now on the first signal asks the run to stop at the next safe place, the second one at once. */
export function watchSignals(): RunSignals {
	const controller = new AbortController();
	let breakOff: (() => Promise<void>) | undefined;
	const heard = (): void => {
		if (!controller.signal.aborted) {
			controller.abort();
			return;
		}
		// What is not committed goes away with the connection; the books say where the next run goes on.
		const stop = (): never => process.exit(3);
		setTimeout(stop, 2000).unref();
		void breakOff?.().then(stop, stop);
	};
	process.on("SIGINT", heard);
	process.on("SIGTERM", heard);
	return {
		signal: controller.signal,
		onSecond(breaks) {
			breakOff = breaks;
		},
		end() {
			process.off("SIGINT", heard);
			process.off("SIGTERM", heard);
		},
	};
}

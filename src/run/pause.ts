/** Returns a function that waits, and ends early when the signal is set. */
export function pauseUnless(signal: AbortSignal): (milliseconds: number) => Promise<void> {
	return (milliseconds) =>
		new Promise((resolve) => {
			if (signal.aborted) {
				resolve();
				return;
			}
			const end = (): void => {
				clearTimeout(timer);
				signal.removeEventListener("abort", end);
				resolve();
			};
			const timer = setTimeout(end, milliseconds);
			signal.addEventListener("abort", end);
		});
}

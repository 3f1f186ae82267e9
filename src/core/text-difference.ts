/** So many characters are compared at once: the engine compares two stretches far faster than we do. */
const stretch = 4096;

/** Returns how many code units two texts have in common at their start. */
export function samePrefix(a: string, b: string): number {
	const most = Math.min(a.length, b.length);
	let at = 0;
	while (at + stretch <= most && a.slice(at, at + stretch) === b.slice(at, at + stretch)) {
		at += stretch;
	}
	while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
	return at;
}

/** Returns how many code units two texts have in common at their end, behind `prefix` of them. */
export function sameSuffix(a: string, b: string, prefix: number): number {
	const most = Math.min(a.length, b.length) - prefix;
	const endsWithSame = (count: number): boolean =>
		a.slice(a.length - count - stretch, a.length - count) ===
		b.slice(b.length - count - stretch, b.length - count);
	let count = 0;
	while (count + stretch <= most && endsWithSame(count)) count += stretch;
	while (
		count < most &&
		a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)
	) {
		count++;
	}
	return count;
}

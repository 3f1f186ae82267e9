const units = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function isUnit(text: string): text is keyof typeof units {
	return text in units;
}

/**
 * Returns a time setting such as lock_timeout in milliseconds, which is what a number without a unit
 * means; undefined when it is not set or not written as the server reads it (docs: config-setting,
 * "Numeric with Unit").
 */
export function millisecondsOf(setting: string | undefined): number | undefined {
	const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/.exec(setting ?? "");
	const [, amount, unit = ""] = match ?? [];
	if (amount === undefined) return undefined;
	if (unit === "") return Number(amount);
	return isUnit(unit) ? Number(amount) * units[unit] : undefined;
}

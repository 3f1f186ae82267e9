/**
 * Sets of rules, each within the next. `recommended`: what can hurt production. `strict`: design and
 * robustness too. `all`: style and naming too.
 */
export const presets = ["recommended", "strict", "all"] as const;

export type Preset = (typeof presets)[number];

/** Returns whether a preset has the rules that belong to another. */
export function presetIncludes(preset: Preset, other: Preset): boolean {
	return presets.indexOf(other) <= presets.indexOf(preset);
}

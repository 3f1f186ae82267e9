import { presets, type Preset } from "../core/preset.ts";

/** The editor's settings under `lockkeeper`. */
export interface Settings {
	readonly enable: boolean;
	/** The config file to use, relative to the workspace folder, instead of the nearest one. */
	readonly configPath?: string;
	/** Wins over the config's. */
	readonly preset?: Preset;
}

export const defaultSettings: Settings = { enable: true };

/** Returns the settings in a value that an editor sent; what cannot be understood keeps its default. */
export function parseSettings(value: unknown): Settings {
	if (typeof value !== "object" || value === null) return defaultSettings;
	const enable: unknown = Reflect.get(value, "enable");
	const configPath: unknown = Reflect.get(value, "configPath");
	const named: unknown = Reflect.get(value, "preset");
	const preset = presets.find((one) => one === named);
	return {
		enable: enable !== false,
		...(typeof configPath === "string" && configPath !== "" && { configPath }),
		...(preset && { preset }),
	};
}

export function sameSettings(a: Settings, b: Settings): boolean {
	return a.enable === b.enable && a.configPath === b.configPath && a.preset === b.preset;
}

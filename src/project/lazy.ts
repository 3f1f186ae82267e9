/** Code that is loaded when something needs it: of many readers most projects use one. */
export interface Lazy<Value> {
	readonly load: () => Promise<void>;
	/** Returns what was loaded; throws when it was not. */
	readonly get: () => Value;
}

/** Returns a handle to what `load` brings, which is asked once. */
export function lazily<Value>(load: () => Promise<Value>): Lazy<Value> {
	let loaded: { readonly value: Value } | undefined;
	return {
		load: async () => {
			loaded ??= { value: await load() };
		},
		get: () => {
			if (!loaded) throw new Error("A reader was used before it was loaded.");
			return loaded.value;
		},
	};
}

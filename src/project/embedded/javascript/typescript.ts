import type ts from "typescript";

type TypeScript = typeof ts;

let loaded: TypeScript | undefined;

/** Loads the TypeScript parser; a project without programs never pays for it. */
export async function loadTypeScript(): Promise<void> {
	loaded ??= (await import("typescript")).default;
}

/** Returns the parser, which must have been loaded. */
export function typescript(): TypeScript {
	if (!loaded) throw new Error("The TypeScript parser was not loaded before a program is read.");
	return loaded;
}

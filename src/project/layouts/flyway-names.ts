import { nameOf } from "../files.ts";

/**
 * How Flyway tells its files by their names; the config may say otherwise
 * (https://documentation.red-gate.com/flyway/flyway-concepts/migrations/migration-naming).
 */
export interface FlywayNames {
	readonly prefixes: Readonly<Record<"V" | "R" | "U" | "B", string>>;
	readonly separator: string;
	readonly suffixes: readonly string[];
}

export const usualNames: FlywayNames = {
	prefixes: { V: "V", R: "R", U: "U", B: "B" },
	separator: "__",
	suffixes: [".sql"],
};

/** A file of Flyway's as its name says it. */
export interface Script {
	readonly file: string;
	readonly kind: "V" | "U" | "B" | "R";
	/** Numbers without trailing zeros: 1.0 is 1. */
	readonly version: readonly string[];
	readonly written: string;
	readonly description: string;
}

/** The name without its suffix, which is the only part whose case does not matter. */
function withoutSuffix(name: string, suffixes: readonly string[]): string | undefined {
	const lower = name.toLowerCase();
	const suffix = suffixes.find((one) => lower.endsWith(one.toLowerCase()));
	return suffix === undefined ? undefined : name.slice(0, name.length - suffix.length);
}

/** True for a name that ends as scripts do. */
export function hasSuffix(name: string, { suffixes }: FlywayNames): boolean {
	return withoutSuffix(name, suffixes) !== undefined;
}

/** Returns what a file's name says, undefined where Flyway passes it over. */
export function scriptOf(file: string, names: FlywayNames): Script | undefined {
	const name = withoutSuffix(nameOf(file), names.suffixes);
	if (name === undefined) return undefined;
	for (const kind of ["V", "U", "B", "R"] as const) {
		const prefix = names.prefixes[kind];
		if (prefix === "" || !name.startsWith(prefix)) continue;
		const rest = name.slice(prefix.length);
		const at = rest.indexOf(names.separator);
		const written = at === -1 ? rest : rest.slice(0, at);
		const description = at === -1 ? "" : rest.slice(at + names.separator.length);
		if (kind === "R") {
			if (written === "" && description !== "") {
				return { file, kind, version: [], written: "", description };
			}
		} else if (/^\d+(?:[._]\d+)*$/.test(written)) {
			return { file, kind, version: numbersOf(written), written, description };
		}
	}
	return undefined;
}

function numbersOf(written: string): readonly string[] {
	const version = written.split(/[._]/).map((part) => part.replace(/^0+(?=\d)/, ""));
	while (version.length > 1 && version.at(-1) === "0") version.pop();
	return version;
}

/** Returns a script's version in one spelling. */
export function versionKey(script: Script): string {
	return script.version.join(".");
}

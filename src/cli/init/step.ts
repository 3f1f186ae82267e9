/** One file that `init` would write, or why it leaves it. */
export type Step =
	| {
			readonly kind: "create" | "append";
			readonly file: string;
			readonly what: string;
			readonly text: string;
			readonly executable?: boolean;
	  }
	| { readonly kind: "present"; readonly file: string; readonly what: string }
	/** A file of somebody else's that is not changed: what to put in it. */
	| {
			readonly kind: "byHand";
			readonly file: string;
			readonly what: string;
			readonly text: string;
	  };

/** What `init` looks at: the files of the working directory, by name. */
export interface Surroundings {
	/** The text of a file, undefined where there is none. */
	read(file: string): string | undefined;
	/** Where git looks for hooks, relative to the working directory; undefined outside a repository. */
	readonly hooks: string | undefined;
	/** The address of the remote `origin`. */
	readonly origin: string;
	/** The version of lockkeeper that runs. */
	readonly version: string;
}

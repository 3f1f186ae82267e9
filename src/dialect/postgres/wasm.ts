import type { ParserModule } from "libpg-query/wasm/libpg-query.js";

/** A call into the parser ended in a crash of its machine, not in an answer. */
export class ParserCrash extends Error {}

interface Instance {
	readonly module: ParserModule;
	crashes: number;
}

let current: Instance | undefined;
let loading: Promise<void> | undefined;

/**
 * A crash leaves the parser's stack behind; after about 28 of them (measured, libpg-query 18.1.5) every
 * call fails. A new instance is made after the first one, but making it is asynchronous.
 */
const survivableCrashes = 20;

/**
 * Loads PostgreSQL's parser (a WASM module, about 30 ms). Must have ended before anything is parsed;
 * afterwards it costs nothing, and gives a fresh parser when the one in use has crashed. Rejects where
 * WASM cannot run (jitless, too little address space). Node compiles the module faster with the V8 flags
 * that the command line sets before it calls this: they need node:v8.
 */
export function loadParser(): Promise<void> {
	if (current?.crashes === 0) return Promise.resolve();
	loading ??= instantiate().finally(() => {
		loading = undefined;
	});
	return loading;
}

async function instantiate(): Promise<void> {
	// Its own API keeps one instance for good, which cannot be replaced after a crash.
	const { default: createModule } = await import("libpg-query/wasm/libpg-query.js");
	const quiet = (): void => undefined;
	current = { module: await createModule({ print: quiet, printErr: quiet }), crashes: 0 };
}

/**
 * Gives a text to a function of the parser and returns what it answers. Throws ParserCrash when the parser
 * ran out of stack or memory, and an ordinary error when it has not been loaded.
 */
export function callParser<Answer>(
	text: string,
	call: (module: ParserModule, pointer: number) => Answer,
): Answer {
	const instance = current;
	if (!instance) throw new Error("The PostgreSQL parser is not loaded: await loadParser() first.");
	if (instance.crashes >= survivableCrashes) {
		throw new ParserCrash("the parser gave up after too many statements of this kind");
	}
	try {
		const pointer = write(instance.module, text);
		const answer = call(instance.module, pointer);
		instance.module._free(pointer);
		return answer;
	} catch (error) {
		if (!isCrash(error)) throw error;
		instance.crashes++;
		// A failure shows at the next await of loadParser; the crashed parser serves until then.
		loadParser().catch(() => undefined);
		throw new ParserCrash("the statement is nested too deeply for the parser", { cause: error });
	}
}

/** "Maximum call stack size exceeded", or WASM's own RuntimeError: "memory access out of bounds" and the like. */
function isCrash(error: unknown): boolean {
	return error instanceof RangeError || (error instanceof Error && error.name === "RuntimeError");
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function write(module: ParserModule, text: string): number {
	const capacity = text.length * 3 + 1;
	const pointer = module._malloc(capacity);
	const { written } = encoder.encodeInto(text, module.HEAPU8.subarray(pointer, pointer + capacity));
	module.HEAPU8[pointer + written] = 0;
	return pointer;
}

/** Returns the text at an address of the parser's memory, up to its closing NUL. */
export function readText(module: ParserModule, pointer: number): string {
	const end = module.HEAPU8.indexOf(0, pointer);
	return decoder.decode(module.HEAPU8.subarray(pointer, end));
}

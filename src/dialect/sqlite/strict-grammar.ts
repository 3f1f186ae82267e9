import type { DialectManager, EmscriptenModule } from "syntaqlite";

/** Says where SQLite's grammar stops; undefined for a statement that it reads. */
export type FindError = (sql: string) => GrammarError | undefined;

export interface GrammarError {
	/** As SQLite says it: `syntax error near ','`. */
	readonly message: string;
	/** In bytes of UTF-8. */
	readonly start: number;
	readonly end: number;
}

interface Runtime {
	readonly module: EmscriptenModule;
	readonly dialect: number;
}

let loading: Promise<Runtime> | undefined;

async function loadRuntime(): Promise<Runtime> {
	const { Engine, DialectManager: Manager } = await import("syntaqlite");
	const engine = new Engine();
	await engine.load();
	const manager: DialectManager = new Manager();
	await manager.loadDefault(engine);
	const { runtimeModule } = engine;
	const dialect = manager.active?.ptr;
	if (!runtimeModule || dialect === undefined) throw new Error(engine.status);
	return { module: runtimeModule, dialect };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Loads SQLite's own grammar, made into WebAssembly by syntaqlite (about 100 ms of CPU time on Node 20, then
 * 0.1 to 0.2 ms for each statement), as it was in a version such as 3.45.0 or as it is now. Rejects where
 * WebAssembly cannot run.
 */
export async function loadStrictGrammar(version?: string): Promise<FindError> {
	loading ??= loadRuntime();
	const { module, dialect } = await loading;
	const call = (name: string, ...values: number[]): number => {
		const exported = module[`_wasm_${name}`];
		if (!exported) throw new Error(`syntaqlite has no ${name}`);
		return exported(...values);
	};
	const given = (text: string, use: (pointer: number, length: number) => number): string => {
		const bytes = encoder.encode(text);
		const pointer = call("alloc", bytes.length);
		module.HEAPU8.set(bytes, pointer);
		use(pointer, bytes.length);
		call("free", pointer, bytes.length);
		const start = call("result_ptr");
		const answer = decoder.decode(module.HEAPU8.subarray(start, start + call("result_len")));
		call("result_free");
		return answer;
	};
	const session = call("session_new") >>> 0;
	call("set_dialect", session, dialect);
	if (version !== undefined) {
		given(version, (pointer, length) => call("set_sqlite_version", session, pointer, length));
	}
	return (sql) => {
		const request = JSON.stringify({ op: "parse", sql });
		return errorIn(given(request, (pointer, length) => call("rpc", session, pointer, length)));
	};
}

const sound = '{"ok":true,"result":{"errors":[]';

/** The tree of a statement without errors is not looked at. */
function errorIn(answer: string): GrammarError | undefined {
	if (answer.startsWith(sound)) return undefined;
	const frame: unknown = JSON.parse(answer);
	const errors = fieldOf(fieldOf(frame, "result"), "errors");
	if (!Array.isArray(errors)) throw new Error(`syntaqlite: ${answer.slice(0, 200)}`);
	const first: unknown = errors[0];
	return {
		message: String(fieldOf(first, "message")),
		start: Number(fieldOf(first, "start_offset")),
		end: Number(fieldOf(first, "end_offset")),
	};
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

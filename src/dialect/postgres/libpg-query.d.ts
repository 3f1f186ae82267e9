/** The factory under libpg-query's own API: each call gives a parser with a memory of its own. */
declare module "libpg-query/wasm/libpg-query.js" {
	export interface ParserModule {
		readonly HEAPU8: Uint8Array;
		getValue(pointer: number, type: "i32"): number;
		_malloc(bytes: number): number;
		_free(pointer: number): void;
		_wasm_parse_query_raw(query: number): number;
		_wasm_free_parse_result(result: number): void;
		_wasm_parse_plpgsql(query: number): number;
		_wasm_free_string(text: number): void;
	}

	interface Settings {
		print(text: string): void;
		printErr(text: string): void;
	}

	const createModule: (settings: Settings) => Promise<ParserModule>;
	export default createModule;
}

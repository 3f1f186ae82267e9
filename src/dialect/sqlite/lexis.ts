import type { Lexis } from "../tolerant/token.ts";

export const sqliteLexis: Lexis = {
	backslashEscapes: false,
	hashComments: false,
	dashesNeedBlank: false,
	doubleQuotes: "name",
	brackets: true,
	openComments: true,
	namedParameters: true,
	delimiterCommand: false,
};

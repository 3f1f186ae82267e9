import type { Cursor } from "./cursor.ts";
import type { TypeName } from "../../core/expression.ts";

/** Where the grammars of the databases differ below the statement. */
export interface Grammar {
	readonly family: "mysql" | "sqlite";
	type(cursor: Cursor): TypeName;
	/** Words that begin a clause: no alias without AS. */
	readonly reserved: ReadonlySet<string>;
	/** Reserved words that are functions before a parenthesis. */
	readonly functions?: ReadonlySet<string>;
	/** Of the reserved, the ones that are a name where one is expected. */
	readonly alsoNames: ReadonlySet<string>;
}

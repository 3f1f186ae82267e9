import type { Dialect } from "../../core/dialect.ts";
import { readText } from "../tolerant/reader.ts";
import { editsFor } from "./edits.ts";
import { effectsOf, lockModes } from "./effects/index.ts";
import { lexisAfter, lexisOf } from "./lexis.ts";
import { readStatement } from "./statements.ts";

/** Returns the dialect of MySQL or of MariaDB: one reader, two servers. */
export function loadMysql(flavor: "mysql" | "mariadb"): Dialect {
	const lexis = lexisOf(flavor);
	return {
		id: flavor,
		engine: { name: "lockkeeper" },
		lockModes,
		read: (file, options) => readText(file, options, { lexis, read: readStatement, lexisAfter }),
		effects: effectsOf(flavor),
		edits: (statement, change, place) => editsFor(statement, change, place, lexis),
	};
}

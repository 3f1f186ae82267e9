import type { Dialect } from "../../core/dialect.ts";
import { readText } from "../tolerant/reader.ts";
import { effects } from "./effects/index.ts";
import { lexisAfter, lexisOf } from "./lexis.ts";
import { readStatement } from "./statements.ts";

/** Returns the dialect of MySQL or of MariaDB: one reader, two servers. */
export function loadMysql(flavor: "mysql" | "mariadb"): Dialect {
	const lexis = lexisOf(flavor);
	return {
		id: flavor,
		engine: { name: "lockkeeper" },
		lockModes: ["SHARED", "EXCLUSIVE"],
		read: (file, options) => readText(file, options, { lexis, read: readStatement, lexisAfter }),
		effects,
		edits: () => undefined,
	};
}

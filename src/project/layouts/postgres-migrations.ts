import { postgresMigrationsChecksums } from "../applied/checksums.ts";
import type { DatabaseId, MigrationSource, ProjectProblem } from "../../core/migration.ts";
import type { Files } from "../files.ts";
import type { Layout, LayoutReading } from "./layout.ts";
import { isMentionedAbove } from "./manifest.ts";
import {
	duplicateNumbers,
	firstMarked,
	isVerifyFile,
	numberedFiles,
	readInto,
	verifySections,
	type NumberedFile,
	wholeFile,
} from "./section.ts";

const fileName = /^(\d+)[-_]?(.*)\.(sql|js)$/;
const bareMarker = "-- postgres-migrations disable-transaction";
const dialect: { readonly id: DatabaseId; readonly why: string } = {
	id: "postgres",
	why: "postgres-migrations is for PostgreSQL",
};

/** postgres-migrations (Thom Wright): 0001-name.sql, numbers from 1 without a gap. */
export const postgresMigrations: Layout = {
	id: "postgres-migrations",
	name: "postgres-migrations",
	orderedBy: "the number at the start of the file name",
	applied: {
		table: "migrations",
		// Its own first migration makes the table and has the number 0.
		rows: "SELECT id, hash, false FROM {table} WHERE id > 0 ORDER BY id",
		holds: "each",
		checksumsOf: postgresMigrationsChecksums,
	},
	whenGone: "it stops: the numbers must follow one another",
	comparesNames: true,
	ownsFolders: false,

	detect(directory, files) {
		const marked = firstMarked(directory, files, /^-- postgres-migrations disable-transaction/m);
		if (marked !== undefined) return { why: `${bareMarker} in ${marked}`, dialect };
		const first = entries(directory, files)[0];
		if (!first || !/^0*1$/.test(first.digits)) return undefined;
		if (!isMentionedAbove(directory, files, "package.json", /"postgres-migrations"/)) {
			return undefined;
		}
		return { why: "postgres-migrations in package.json", dialect };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const found = entries(directory, files);
		problems.push(...duplicateNumbers(found, "postgres-migrations"));
		const migrations: MigrationSource[] = [];
		for (const { path, digits, title } of found) {
			const common = { id: digits, name: title, down: [], placeholders: [] };
			if (path.endsWith(".js")) {
				migrations.push({ ...common, up: [], verify: [], programFile: path });
				continue;
			}
			const file = readInto(path, files, problems);
			if (!file) continue;
			// The whole text is one query either way (src/run-migration.ts).
			const transaction = file.text.includes(bareMarker) ? "implicit" : "file";
			const verify = verifySections(path, files, problems);
			migrations.push({ ...common, up: [wholeFile(file, transaction)], verify });
		}
		return { migrations, problems };
	},
};

function entries(directory: string, files: Files): readonly NumberedFile[] {
	const names = files.list(directory).filter((name) => !isVerifyFile(name));
	return numberedFiles(directory, names, fileName);
}

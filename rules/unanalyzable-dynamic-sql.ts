import { defineRule } from "#core";

export default defineRule({
	id: "unanalyzable-dynamic-sql",
	summary: "Prefer SQL that can be read before it runs.",
	why: `SQL that a DO block or a function puts together while it runs, for example from the rows of a query,
cannot be judged: neither its locks nor what it drops are known before the deploy. EXECUTE of a
constant, and of format() with constants, is read like any other statement.`,
	category: "schema",
	notes: {
		mysql: `PREPARE and EXECUTE run a text that is put together when they run: said once of each file.`,
		mariadb: `PREPARE and EXECUTE run a text that is put together when they run: said once of each file.`,
	},
	dialects: ["postgres", "mysql", "mariadb"],
	severity: "warning",
	preset: "recommended",
	aliases: {},
	help: "Write the statements out, or check by hand what runs here and say so in an ignore directive.",
	messages: {
		unknown: "What runs here was not judged: {reason}.",
	},
	examples: [
		{
			before: `CREATE TABLE events (id bigint PRIMARY KEY);`,
			bad: `SET lock_timeout = '2s';
DO $$
DECLARE partition text;
BEGIN
	FOR partition IN SELECT relname FROM pg_class WHERE relname LIKE 'events_%' LOOP
		EXECUTE 'DROP TABLE ' || partition;
	END LOOP;
END $$;`,
			good: `SET lock_timeout = '2s';
DO $$
BEGIN
	EXECUTE format('ALTER TABLE %I ADD COLUMN source text', 'events');
END $$;`,
		},
	],
	on: {
		unanalyzable(operation, context) {
			const { file, range } = context.statement;
			const place = `${operation.range.start} ${operation.reason}`;
			// One look at the statement answers for everything that it puts together, and one look at a
			// function for all its calls.
			// A file of MySQL has one guard of PREPARE and EXECUTE behind the other: the first tells of all.
			const isGuard = context.dialect !== "postgres";
			const isCalled = operation.range.start < range.start || operation.range.end > range.end;
			context.report({
				message: "unknown",
				data: { reason: operation.reason },
				at: operation,
				once: [
					isGuard ? `file ${file.path}` : `statement ${file.path} ${range.start}`,
					...(isCalled ? [`body ${context.migration.id} ${place}`] : []),
				],
				...(isCalled && {
					latest: { key: place, words: "It runs in {migrations} of this history too." },
				}),
			});
		},
	},
});

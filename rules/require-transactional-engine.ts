import { defineRule, type Parameter } from "#core";

/** Engines without transactions, of which a crash leaves half a statement. */
const plain = /^(?:myisam|aria|isam|merge|mrg_myisam|csv|archive|memory|heap|blackhole)$/i;

function engineOf(parameters: readonly Parameter[]): string | undefined {
	const engine = parameters.find(({ name }) => name === "engine")?.value?.replaceAll("'", "");
	return engine !== undefined && plain.test(engine) ? engine : undefined;
}

export default defineRule({
	id: "require-transactional-engine",
	summary: "Require an engine with transactions for tables that stay.",
	why: `MyISAM, Aria, MEMORY, CSV and ARCHIVE know no transactions and no foreign keys: what a rolled-back transaction wrote
there stays, a crash leaves half of a statement, and MEMORY is empty after a restart. Each write locks the whole table, and so
does every ALTER TABLE, for all of a copy. Group replication and Galera copy only InnoDB. Source: MySQL Reference Manual 8.4, 18.2.`,
	category: "schema",
	dialects: ["mysql", "mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write ENGINE=InnoDB, or leave ENGINE out.",
	messages: {
		engine: "{table} uses {engine}, which has no transactions: what is rolled back stays there.",
	},
	examples: [
		{
			bad: "CREATE TABLE sessions (id bigint NOT NULL PRIMARY KEY) ENGINE=MyISAM;",
			good: "CREATE TABLE sessions (id bigint NOT NULL PRIMARY KEY) ENGINE=InnoDB;",
		},
	],
	on: {
		createTable({ table, parameters, persistence, range }, context) {
			const engine = persistence === "temporary" ? undefined : engineOf(parameters);
			if (engine === undefined) return;
			const data = { table: table.name, engine };
			context.report({ message: "engine", at: table.range ?? range, data });
		},
		setTableParameters(operation, context) {
			const { table, parameters } = operation;
			const engine = engineOf(parameters);
			if (engine === undefined) return;
			context.report({
				message: "engine",
				at: operation,
				table,
				data: { table: table.name, engine },
			});
		},
	},
});

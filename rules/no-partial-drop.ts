import { defineRule } from "#core";

export default defineRule({
	id: "no-partial-drop",
	summary: "Disallow one DROP TABLE for several tables in MariaDB, where it may stop half-way.",
	why: `MariaDB drops the tables of a list one after the other. When one of them is not there, or a foreign key refers to it, the
statement fails and those that could be dropped are gone: measured on 10.11, DROP TABLE a, missing drops a and reports 1051.
The migration tool takes the migration for not applied, and a second run fails. MySQL 8 drops all of them or none.`,
	category: "transactions",
	dialects: ["mariadb"],
	severity: "warning",
	preset: "strict",
	aliases: {},
	help: "Write one DROP TABLE IF EXISTS for each table, children before their parents.",
	messages: {
		partial:
			"If one of these {count} tables cannot be dropped the statement fails, and the others are gone all the same.",
	},
	examples: [
		{
			bad: `CREATE TABLE audit_a (id bigint NOT NULL PRIMARY KEY);
CREATE TABLE audit_b (id bigint NOT NULL PRIMARY KEY);
DROP TABLE audit_a, audit_b;`,
			good: `CREATE TABLE audit_a (id bigint NOT NULL PRIMARY KEY);
CREATE TABLE audit_b (id bigint NOT NULL PRIMARY KEY);
DROP TABLE IF EXISTS audit_a;
DROP TABLE IF EXISTS audit_b;`,
		},
	],
	on: {
		dropTable(operation, context) {
			const { operations } = context.part;
			const drops = operations.filter(({ kind }) => kind === "dropTable");
			if (drops[0] !== operation || drops.length < 2 || operation.ifExists) return;
			context.report({ message: "partial", at: operation, data: { count: drops.length } });
		},
	},
});

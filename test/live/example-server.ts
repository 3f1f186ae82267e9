import { afterAll, beforeAll } from "vitest";
import type { Range } from "../../src/core/source.ts";
import type { Rule } from "../../src/core/rule.ts";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import { rules } from "../../src/generated/rules.ts";
import { dialectOf } from "../../src/judged-example.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { readSchemaBy, type SchemaLines } from "../catalog/server-schema.ts";
import { emptyDatabase } from "./forms.ts";

/** A bad example of a rule for PostgreSQL. */
export interface Shown {
	readonly name: string;
	readonly rule: Rule;
	readonly before: string;
	readonly bad: string;
	readonly transaction: "file" | "none" | "implicit";
}

export const examples = rules.flatMap((rule) =>
	rule.examples.flatMap((example, at): readonly Shown[] => {
		const { before = "", bad, transaction = "none" } = example;
		return dialectOf(rule, example) === "postgres"
			? [{ name: `${rule.id} ${at + 1}`, rule, before, bad, transaction }]
			: [];
	}),
);

export async function statementsOf(text: string): Promise<readonly Range[]> {
	const dialect = await loadPostgres();
	const { statements } = dialect.read({ path: "change.sql", text }, { placeholders: [] });
	return statements.map(({ range }) => range);
}

/** A database for one example after the other. What refuses a statement is returned as text. */
export interface ExampleServer {
	query: TraceEngine["query"];
	run(statements: string): Promise<string | undefined>;
	/** Begins with nothing but what the statements make, outside of a transaction. */
	start(before: string): Promise<string | undefined>;
	schema(): Promise<SchemaLines>;
	schemaAfter(before: string, changes: string): Promise<SchemaLines | string>;
}

/** Starts a server before the tests of the file that calls it, and ends it after them. */
export function exampleServer(): ExampleServer {
	let engine: TraceEngine;
	beforeAll(async () => {
		const started = await startServer(18, [process.cwd()]);
		if ("code" in started) throw new Error(started.message);
		engine = started;
		await loadPostgres();
	}, 120_000);
	afterAll(() => engine.close());
	const server: ExampleServer = {
		query: (sql) => engine.query(sql),
		async run(statements) {
			for (const { start, end } of await statementsOf(statements)) {
				const { failure } = await engine.execute(statements.slice(start, end));
				if (failure) return `${failure.message}: ${statements.slice(start, end)}`;
			}
			return undefined;
		},
		async start(before) {
			await emptyDatabase(engine);
			await engine.execute("RESET ALL");
			const failure = await server.run(before);
			await engine.execute("ROLLBACK");
			await engine.execute("RESET ALL");
			return failure;
		},
		schema: () =>
			readSchemaBy(async (sql) => (await engine.query(sql)).map(([line]) => line ?? "")),
		async schemaAfter(before, changes) {
			const failure = (await server.start(before)) ?? (await server.run(changes));
			await engine.execute("ROLLBACK");
			return failure ?? server.schema();
		},
	};
	return server;
}

/** A column that is added anew stands last. */
export function withoutPlaces(lines: SchemaLines | string): SchemaLines | string {
	return typeof lines === "string" ? lines : lines.map((line) => line.replace(/ #\d+$/, "")).sort();
}

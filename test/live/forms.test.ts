import { describe, expect, it } from "vitest";
import { loadPostgres } from "../../src/dialect/postgres/dialect.ts";
import type { EngineProblem, TraceEngine } from "../../src/trace/engine.ts";
import { startPglite } from "../../src/trace/engines/pglite.ts";
import { startServer } from "../../src/trace/engines/server.ts";
import { proveForms } from "./agreement.ts";
import { loadForms } from "./forms.ts";

/** PGlite is slower, and the same server: there every third form will do; `npm run prove` runs all. */
const engines: readonly (readonly [
	name: string,
	every: number,
	start: () => Promise<TraceEngine | EngineProblem>,
])[] = [
	["PGlite", 3, () => startPglite()],
	["PostgreSQL 18", 1, () => startServer(18, [process.cwd()])],
];

describe("the effects are what a server does for every form", () => {
	it.each(engines)(
		"on %s",
		async (_name, every, start) => {
			const engine = await start();
			if ("code" in engine) throw new Error(engine.message);
			try {
				const forms = loadForms().filter((_form, at) => at % every === 0);
				const { differences, skipped, families } = await proveForms(
					forms,
					engine,
					await loadPostgres(),
				);
				expect(differences.join("\n\n")).toBe("");
				expect(skipped).toEqual([]);
				const agreeing = [...families.values()].reduce((sum, { agree }) => sum + agree, 0);
				expect(agreeing).toBe(forms.filter(({ versions }) => versions.to >= 18).length);
			} finally {
				await engine.close();
			}
		},
		600_000,
	);
});

import { runsOnServer, type Plan, type ServerStep } from "../../plan/plan.ts";
import { checkWords } from "../../plan/recipe-pieces.ts";
import { isTrue } from "../ask.ts";
import type { Answer, RunEngine, RunSession } from "../engine.ts";

/** A query with one row whose first column is true when it holds. */
export interface Check {
	/** For people: where it comes from. */
	readonly name: string;
	readonly sql: string;
	/** The step of the plan that has taken away a name in it: it says nothing any more and is not asked. */
	readonly takenOverBy?: string;
}

export interface CheckResult extends Check {
	/** `unknown`: the server gave no answer, or not one row. */
	readonly is: "passed" | "failed" | "unknown" | "takenOver";
	readonly milliseconds: number;
	/** Why it is not known. */
	readonly message?: string;
}

const word = String.raw`(?:"(?:[^"]|"")+"|\`[^\`]+\`|[\w$]+)`;
const dotted = String.raw`${word}(?:\s*\.\s*${word})*`;
const ofTable = new RegExp(
	String.raw`^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(${dotted})`,
	"i",
);
const takenColumn = new RegExp(
	String.raw`\b(?:RENAME\s+COLUMN|DROP\s+COLUMN(?:\s+IF\s+EXISTS)?)\s+(${word})`,
	"gi",
);
const takenTable = new RegExp(
	String.raw`^\s*(?:ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(${dotted})\s+RENAME\s+TO\b|DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(${dotted}))`,
	"i",
);

/** A name without its quotes; without quotes the case of letters does not count. */
const nameIn = (text: string): string =>
	/^["\`]/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();

/** All names in a statement; what stands between apostrophes is none. */
function namesIn(sql: string): ReadonlySet<string> {
	const bare = sql.replace(/'(?:[^']|'')*'/g, "''");
	return new Set([...bare.matchAll(new RegExp(word, "g"))].map(([text]) => nameIn(text)));
}

const lastNameIn = (text: string): string => [...namesIn(text)].at(-1) ?? "";

/** What a step renames or drops: a table, or a table and its column. */
function takenNames({ sql }: ServerStep): readonly (readonly string[])[] {
	return sql
		.flatMap((text) => text.split(/;\s*\n/))
		.flatMap((statement) => {
			const [, renamed, dropped] = takenTable.exec(statement) ?? [];
			const gone = renamed ?? dropped;
			if (gone !== undefined) return [[lastNameIn(gone)]];
			const table = ofTable.exec(statement)?.[1];
			if (table === undefined) return [];
			const columns = [...statement.matchAll(takenColumn)];
			return columns.map(([, column = ""]) => [lastNameIn(table), nameIn(column)]);
		});
}

/** The first step that is done behind another one and has taken away a name in a query of that one. */
function takenOverBy(
	sql: string,
	later: readonly ServerStep[],
	done: ReadonlySet<string>,
): string | undefined {
	const names = namesIn(sql);
	return later.find(
		(step) =>
			done.has(step.id) && takenNames(step).some((taken) => taken.every((name) => names.has(name))),
	)?.id;
}

/**
 * Returns what a plan has to prove: the queries of its verify steps and the checks of the others. `done` names the
 * steps that are done on the database: one that renames or drops a column takes over the queries that name it.
 */
export function checksOf({ steps }: Plan, done: ReadonlySet<string> = new Set()): readonly Check[] {
	const found = new Map<string, Check>();
	const onServer = steps.filter(runsOnServer);
	for (const [place, step] of onServer.entries()) {
		const add = (name: string, sql: string): void => {
			if (found.has(sql)) return;
			const by = takenOverBy(sql, onServer.slice(place + 1), done);
			found.set(sql, { name, sql, ...(by !== undefined && { takenOverBy: by }) });
		};
		for (const { what, sql } of step.checks) {
			add(`${step.id} ${step.title}: ${checkWords[what]}`, sql);
		}
		for (const sql of step.proves === true ? step.sql : []) add(`${step.id} ${step.title}`, sql);
	}
	return [...found.values()];
}

/** Asks the queries one by one, each in a transaction that cannot change anything. */
export async function runChecks(
	{ ways }: RunEngine,
	session: RunSession,
	checks: readonly Check[],
	statementTimeout: number,
): Promise<readonly CheckResult[]> {
	const results: CheckResult[] = [];
	for (const check of checks) {
		if (check.takenOverBy !== undefined) {
			results.push({ ...check, is: "takenOver", milliseconds: 0 });
			continue;
		}
		const started = performance.now();
		let answer: Answer = { ok: true, rows: [], changed: 0 };
		for (const limit of [
			...ways.beginReadOnly,
			...ways.limits({ lockTimeout: 2000, statementTimeout }, "transaction"),
		]) {
			if (answer.ok) answer = await session.run(limit);
		}
		if (answer.ok) answer = await session.run(check.sql);
		await session.run("ROLLBACK");
		const milliseconds = Math.round(performance.now() - started);
		if (!answer.ok) {
			const { message, code } = answer.failure;
			results.push({ ...check, is: "unknown", milliseconds, message: `${message} (${code})` });
		} else if (answer.rows.length !== 1) {
			const message = `it has ${answer.rows.length} rows, not one`;
			results.push({ ...check, is: "unknown", milliseconds, message });
		} else {
			results.push({ ...check, is: isTrue(answer.rows) ? "passed" : "failed", milliseconds });
		}
	}
	return results;
}

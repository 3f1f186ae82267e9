import type { Dialect } from "../../src/core/dialect.ts";
import type { TraceEngine } from "../../src/trace/engine.ts";
import { sqlOf } from "../../src/trace/script.ts";
import type { Trace, TracedStatement } from "../../src/trace/trace.ts";
import { emptyDatabase, traceForm, type Form } from "./forms.ts";

export interface Tally {
	agree: number;
	differ: number;
}

/** How far the effects agree with one engine. */
export interface Agreement {
	readonly engine: string;
	readonly families: ReadonlyMap<string, Tally>;
	/** One paragraph for each form that differs. */
	readonly differences: readonly string[];
	/** Forms whose setup this version does not accept: they say nothing. */
	readonly skipped: readonly string[];
}

function linesOf({ step, differences, seen, notRun }: TracedStatement): readonly string[] {
	if (differences.length === 0) return [];
	return [
		`  ${sqlOf(step).replaceAll(/\s+/g, " ")}`,
		...differences.map(
			({ aspect, relation, said, happened }) =>
				`    ${aspect}${relation === undefined ? "" : ` ${relation}`}: said ${said}, happened: ${happened}`,
		),
		...(seen?.failure ? [`    ${seen.failure.code} ${seen.failure.message}`] : []),
		...(notRun === undefined ? [] : [`    ${notRun}`]),
	];
}

/** What differs in a trace, as lines for people; nothing when it agrees. */
export function differencesIn(trace: Trace): readonly string[] {
	return trace.statements.flatMap(linesOf);
}

/** Runs the forms on an engine, each in an empty database. */
export async function proveForms(
	forms: readonly Form[],
	engine: TraceEngine,
	dialect: Dialect,
): Promise<Agreement> {
	const families = new Map<string, Tally>();
	const differences: string[] = [];
	const skipped: string[] = [];
	for (const form of forms) {
		const { from, to } = form.versions;
		if (engine.version < from || engine.version > to) continue;
		await emptyDatabase(engine);
		const trace = await traceForm(form, engine, dialect);
		const [failed] = trace.history.failures;
		if (failed) {
			skipped.push(`${form.family}: ${form.name}: ${failed.failure.message}`);
			continue;
		}
		const tally = families.get(form.family) ?? { agree: 0, differ: 0 };
		families.set(form.family, tally);
		const lines = differencesIn(trace);
		if (lines.length === 0) tally.agree++;
		else {
			tally.differ++;
			differences.push([`${form.family}: ${form.name}`, ...lines].join("\n"));
		}
	}
	return { engine: engine.name, families, differences, skipped };
}

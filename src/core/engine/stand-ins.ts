import type { Finding } from "../finding.ts";

/** The names that stand in for placeholders, with the placeholders as people wrote them. */
export type StandIns = ReadonlyMap<string, string>;

/** As SQL that the migration tool can fill in again. */
function writtenOut(sql: string, standIns: StandIns): string {
	let text = sql;
	for (const [name, written] of standIns) text = text.replaceAll(name, () => written);
	return text;
}

/** For people: a schema that the tool fills in goes without saying. */
function readable(words: string, standIns: StandIns): string {
	let text = words;
	for (const name of standIns.keys()) text = text.replaceAll(`${name}.`, "");
	return writtenOut(text, standIns);
}

/** Returns the finding with placeholders as they stand in the file, in place of the names made for them. */
export function withPlaceholders(finding: Finding, standIns: StandIns): Finding {
	if (standIns.size === 0) return finding;
	const say = (words: string): string => readable(words, standIns);
	const write = (sql: string): string => writtenOut(sql, standIns);
	const { recipe } = finding;
	return {
		...finding,
		message: say(finding.message),
		because: finding.because.map(say),
		help: say(finding.help),
		...(finding.refused !== undefined && { refused: say(finding.refused) }),
		...(recipe && {
			recipe: {
				...recipe,
				steps: recipe.steps.map((step) => ({
					...step,
					title: say(step.title),
					...(step.titleInPlan !== undefined && { titleInPlan: say(step.titleInPlan) }),
					...(step.sql !== undefined && { sql: write(step.sql) }),
				})),
			},
		}),
		fixes: finding.fixes.map((fix) => ({
			...fix,
			title: say(fix.title),
			edits: fix.edits.map((edit) => ({ ...edit, text: write(edit.text) })),
		})),
		related: finding.related.map((place) => ({ ...place, message: say(place.message) })),
	};
}

import { quoteIdentifier, quoteName } from "../../dialect/postgres/quote.ts";
import { batchStep } from "../batches.ts";
import { differingValues } from "../batching/postgres.ts";
import { typeText } from "../constraint-text.ts";
import { rowTrigger } from "../fill-trigger.ts";
import { defineRecipe } from "../recipe.ts";

/** The condition that two values of the column are not the same. */
type Differs = (one: string, other: string) => string;

/**
 * Keeps two columns equal, whichever of them a statement writes. In an INSERT a default hides which one the
 * client wrote: what stands in the new column counts, and else the old one. A client that writes NULL to
 * the new one of two says so by lockkeeper.side.
 */
function syncBody(
	old: string,
	current: string,
	{ hasDefault, differs }: { readonly hasDefault: boolean; readonly differs: Differs },
): readonly string[] {
	const takeOver = `new.${current} := coalesce(new.${current}, new.${old});`;
	return [
		"IF TG_OP = 'INSERT' THEN",
		...(hasDefault
			? [
					"  IF current_setting('lockkeeper.side', true) IS DISTINCT FROM 'new' THEN",
					`    ${takeOver}`,
					"  END IF;",
				]
			: [`  ${takeOver}`]),
		`  new.${old} := new.${current};`,
		`ELSIF ${differs(`new.${current}`, `old.${current}`)} AND NOT (${differs(`new.${old}`, `old.${old}`)}) THEN`,
		`  new.${old} := new.${current};`,
		"ELSE",
		`  new.${current} := new.${old};`,
		"END IF;",
	];
}

export default defineRecipe({
	id: "rename-column",
	summary: "Add a column with the new name and keep both equal until no code uses the old one.",
	for: ["renameColumn"],
	steps({ table, column, to }, { catalog, version }) {
		const known = catalog.table(table)?.columns.find(({ name }) => name === column);
		const type = known?.type;
		// EXECUTE FUNCTION came with PostgreSQL 11.
		if (!type || version < 11) return undefined;
		const target = quoteName(table);
		const [old, current] = [quoteIdentifier(column), quoteIdentifier(to)];
		const differs: Differs = (one, other) =>
			differingValues(known, [one, other], { table: catalog.table(table), catalog });
		const sync = rowTrigger(table, {
			subject: `${column}_${to}`,
			label: "sync",
			body: syncBody(old, current, { hasDefault: known.default !== undefined, differs }),
		});
		const pending = differs(current, old);
		const fill = batchStep({ table, change: { set: `${current} = ${old}` }, pending }, catalog) ?? {
			title: `Fill ${to} from ${column} in the rows that are there, some thousand at a time: no unique key is known to go by`,
			transaction: "people" as const,
			phase: "migrate" as const,
		};
		return [
			{
				title: `Add ${to}, and a trigger that keeps it equal to ${column}`,
				sql: `ALTER TABLE ${target} ADD COLUMN ${current} ${typeText({ ...known, type })};\n${sync.create}`,
				transaction: "own",
				columns: [column, to],
				undo: {
					sql: `${sync.drop}\nALTER TABLE ${target} DROP COLUMN ${current};`,
					losslessUntil: [
						{
							says: `${to} says nothing that ${column} does not`,
							sql: `SELECT NOT EXISTS (SELECT FROM ${target} WHERE ${current} IS NOT NULL AND ${pending});`,
						},
					],
				},
			},
			fill,
			{
				title: `Give ${to} the indexes, constraints and NOT NULL of ${column}, then release code that uses ${to} only`,
				transaction: "people",
				deploys: true,
			},
			{
				title: `Drop the old column ${column} in a later release`,
				sql: `${sync.drop}\nALTER TABLE ${target} DROP COLUMN ${old};`,
				transaction: "own",
				columns: [column, to],
			},
		];
	},
});

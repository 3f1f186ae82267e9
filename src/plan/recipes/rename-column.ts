import { makeObjectName } from "../../catalog/naming.ts";
import type { QualifiedName } from "../../core/expression.ts";
import { quoteIdentifier, quoteName, quoteType } from "../../dialect/postgres/quote.ts";
import { batchStep } from "../batches.ts";
import { defineRecipe } from "../recipe.ts";

/** The trigger and its function. */
interface Sync {
	readonly trigger: string;
	readonly function: string;
}

function syncOf({ schema }: QualifiedName, name: string): Sync {
	const qualified = schema === undefined ? { name } : { schema, name };
	return { trigger: quoteIdentifier(name), function: quoteName(qualified) };
}

/** Keeps two columns equal, whichever of them a statement writes. */
function createSync(sync: Sync, target: string, old: string, current: string): string {
	return `CREATE FUNCTION ${sync.function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		NEW.${current} := coalesce(NEW.${current}, NEW.${old});
		NEW.${old} := NEW.${current};
	ELSIF NEW.${current} IS DISTINCT FROM OLD.${current} THEN
		NEW.${old} := NEW.${current};
	ELSE
		NEW.${current} := NEW.${old};
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER ${sync.trigger} BEFORE INSERT OR UPDATE ON ${target}
	FOR EACH ROW EXECUTE FUNCTION ${sync.function}();`;
}

export default defineRecipe({
	id: "rename-column",
	summary: "Add a column with the new name and keep both equal until no code uses the old one.",
	for: ["renameColumn"],
	steps({ table, column, to }, { catalog, version }) {
		const type = catalog.table(table)?.columns.find(({ name }) => name === column)?.type;
		// EXECUTE FUNCTION came with PostgreSQL 11.
		if (!type || version < 11) return undefined;
		const target = quoteName(table);
		const sync = syncOf(table, makeObjectName(table.name, `${column}_${to}`, "sync"));
		const [old, current] = [quoteIdentifier(column), quoteIdentifier(to)];
		const pending = `${current} IS DISTINCT FROM ${old}`;
		const fill = batchStep({ table, change: { set: `${current} = ${old}` }, pending }, catalog) ?? {
			title: `Fill ${to} from ${column} in the rows that are there, some thousand at a time: no unique key is known to go by`,
			transaction: "people" as const,
			phase: "migrate" as const,
		};
		return [
			{
				title: "Add the column, and a trigger that keeps both equal",
				sql: `ALTER TABLE ${target} ADD COLUMN ${current} ${quoteType(type)};\n${createSync(sync, target, old, current)}`,
				transaction: "own",
			},
			fill,
			{
				title: `Give ${to} the indexes, constraints and NOT NULL of ${column}, then release code that uses ${to} only`,
				transaction: "people",
				deploys: true,
			},
			{
				title: "Drop the old column in a later release",
				sql: `DROP TRIGGER ${sync.trigger} ON ${target};\nDROP FUNCTION ${sync.function}();\nALTER TABLE ${target} DROP COLUMN ${old};`,
				transaction: "own",
			},
		];
	},
});

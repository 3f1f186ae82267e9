import { quoteIdentifier, quoteName, quoteType } from "../../dialect/mysql/quote.ts";
import {
	alterStep,
	anyValue,
	columnOf,
	instantly,
	isKeyColumn,
	rowTrigger,
} from "../dialects/mysql/alter.ts";
import { sameValue } from "../batching/mysql.ts";
import { mysqlBatchStep } from "../mysql-batches.ts";
import { defineRecipe } from "../recipe.ts";

export default defineRecipe({
	id: "mysql-rename-column",
	summary: "Add a column with the new name and keep both equal until no code uses the old one.",
	for: ["renameColumn"],
	dialects: ["mysql", "mariadb"],
	steps({ table, column, to }, situation) {
		const { catalog } = situation;
		const known = catalog.table(table);
		const present = columnOf(known, column);
		if (!known || !present?.type || present.generated || present.autoIncrement) return undefined;
		if (known.triggers.length > 0 || isKeyColumn(catalog, known, column)) return undefined;
		const { type, collation } = present;
		const [old, current] = [quoteIdentifier(column), quoteIdentifier(to)];
		const fill = mysqlBatchStep(
			{ table, set: `${current} = ${old}`, pending: `NOT (${sameValue(type, current, old)})` },
			catalog,
		);
		if (!fill) return undefined;
		const value = present.notNull && present.default === undefined ? anyValue(present) : undefined;
		if (present.notNull && present.default === undefined && value === undefined) return undefined;
		const [onInsert, onUpdate] = ["insert", "update"].map(
			(event) => `${table.name}_${to}_${event}`,
		);
		const drops = [onInsert, onUpdate].map(
			(name = "") => `DROP TRIGGER ${quoteName({ ...table, name })};`,
		);
		return [
			alterStep(`Add the column under its new name ${to}`, table, [
				`ADD COLUMN ${current} ${quoteType(type)}${collation ? ` COLLATE ${collation.name}` : ""} NULL`,
				...(value === undefined ? [] : [`ALTER COLUMN ${old} SET DEFAULT ${value}`]),
				instantly(situation),
			]),
			{
				title: "Let triggers keep both equal, whichever of them a statement writes",
				sql: [
					rowTrigger(
						table,
						onInsert ?? "",
						"INSERT",
						`SET NEW.${current} = COALESCE(NEW.${current}, NEW.${old}), NEW.${old} = NEW.${current}`,
					),
					rowTrigger(
						table,
						onUpdate ?? "",
						"UPDATE",
						`SET NEW.${current} = IF(${sameValue(type, `NEW.${current}`, `OLD.${current}`)}, NEW.${old}, NEW.${current}), NEW.${old} = NEW.${current}`,
					),
				].join("\n"),
				transaction: "none",
				columns: [column, to],
			},
			fill,
			{
				title: `Give ${to} the indexes, the default and the NOT NULL of ${column}, then release code that uses ${to} only`,
				transaction: "people",
				deploys: true,
			},
			{
				title: `Drop the triggers and the old column ${column} in a later release`,
				sql: `${drops.join("\n")}\nALTER TABLE ${quoteName(table)} DROP COLUMN ${old};`,
				transaction: "none",
				columns: [column, to],
			},
		];
	},
});

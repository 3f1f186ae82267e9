import type { Key, Origin } from "../../catalog/model.ts";
import type { AnyRecipe, RecipeRefusal, RecipeSituation } from "../../plan/recipe.ts";
import type { Effect } from "../effect.ts";
import type { FilledRecipe, Finding } from "../finding.ts";
import type { FilledFix } from "../fix.ts";
import type { QualifiedName } from "../expression.ts";
import type { Operation } from "../operation.ts";
import type { Report, Revision, Rule } from "../rule.ts";
import { placeIn, positionAt, type Range } from "../source.ts";
import type { TableStatistics } from "../statistics.ts";
import { loadWords, sizeWords } from "../table-load.ts";
import type { Scope } from "./context.ts";
import { fillFixes } from "./fixes.ts";
import type { ActiveRule } from "./lint.ts";

/** Puts the data into the {names} of a message; a name without data is a bug of the rule. */
export function fillMessage(
	template: string,
	data: Readonly<Record<string, string | number>>,
): string {
	return template.replace(/\{(\w+)\}/g, (_, name: string) => {
		const value = data[name];
		if (value === undefined) throw new Error(`No data for {${name}} of the message: ${template}`);
		return typeof value === "number" ? value.toLocaleString("en-US") : value;
	});
}

function isOperation(at: Operation | Range): at is Operation {
	return "kind" in at;
}

/** How people know a migration: its file's name where that says more than the id. */
function migrationName({ migration, file }: Origin): string {
	const name = (file.split("/").pop() ?? "").replace(/(\.up)?\.sql$/, "");
	return name.includes(migration) ? name : migration;
}

/** What is known of a table's size and traffic, by its full or its bare name. */
function statisticsOf(scope: Scope, key: Key, name: QualifiedName): TableStatistics {
	const rows = scope.rows.get(key) ?? scope.rows.get(name.name);
	const measured = scope.tables?.get(key) ?? scope.tables?.get(name.name) ?? {};
	return rows === undefined ? measured : { ...measured, rows };
}

/**
 * Since when the table exists, how many rows it has, or that it is not known here; and what the effect
 * means for a table of this size and traffic.
 */
function becauseOf(
	scope: Scope,
	name: QualifiedName,
	effect: Effect | undefined,
): readonly string[] {
	const catalog = scope.catalog;
	if (!catalog) return [];
	const key = catalog.resolve(name);
	const statistics = statisticsOf(scope, key, name);
	const known = sizeWords(statistics);
	const size = known === undefined ? "" : ` and has ${known}`;
	const load = effect ? loadWords(effect, key, statistics) : [];
	const origin = (catalog.table(name) ?? catalog.view(name))?.origin;
	if (!origin) {
		return [
			`No earlier migration here creates ${name.name}, so it is taken to be in use${size || " and to have rows"}.`,
			...load,
		];
	}
	return origin.release === scope.release
		? []
		: [`${name.name} exists since ${migrationName(origin)}${size}.`, ...load];
}

function messageOf(rule: Rule, report: Pick<Report<string>, "message" | "data">): string {
	const template = rule.messages[report.message];
	if (template === undefined) throw new Error(`${rule.id} has no message ${report.message}`);
	return fillMessage(template, report.data ?? {});
}

/** Returns the finding in the words that the end of its release asks for. */
export function reviseFinding(
	finding: Finding,
	{ rule, severity }: ActiveRule,
	revision: Revision<string>,
): Finding {
	const { recipe, ...rest } = finding;
	return {
		...rest,
		...(recipe && !revision.withoutRecipe && { recipe }),
		severity: severity ?? revision.severity ?? finding.severity,
		message: messageOf(rule, revision),
		help: revision.help ?? finding.help,
		related: revision.related ?? finding.related,
	};
}

/** Returns the fixes of a report. Only what is said of an operation can be mended in its statement. */
export function fixesOf(
	{ moment, around }: Scope,
	{ fixes, at }: Report<string>,
	recipe: FilledRecipe | undefined,
): readonly FilledFix[] {
	if (!fixes || !moment || !around || !isOperation(at)) return [];
	return fillFixes(fixes, moment, around.now, recipe);
}

/** A recipe of MySQL and MariaDB for what another one does elsewhere has its id after `mysql-`. */
function fillRecipe(
	recipes: ReadonlyMap<string, AnyRecipe>,
	id: string,
	operation: Operation,
	situation: RecipeSituation,
): FilledRecipe | RecipeRefusal | undefined {
	const plain = recipes.get(id)?.fill(operation, situation);
	const { dialect } = situation;
	if (plain || (dialect !== "mysql" && dialect !== "mariadb")) return plain;
	return recipes.get(`mysql-${id}`)?.fill(operation, situation);
}

/** Returns the finding for a report: place, filled message, reasons and recipe. Its fixes are made later. */
export function buildFinding(
	scope: Scope,
	{ rule, severity }: ActiveRule,
	report: Report<string>,
	recipes: ReadonlyMap<string, AnyRecipe>,
): Finding {
	const { file } = scope.statement;
	const operation = isOperation(report.at) ? report.at : undefined;
	const calledFrom = operation && scope.moment?.calledFrom;
	const range: Range = calledFrom ?? (isOperation(report.at) ? report.at.range : report.at);
	const filled =
		report.recipe === undefined || !operation || !scope.catalog
			? undefined
			: fillRecipe(recipes, report.recipe, operation, {
					dialect: scope.dialect,
					catalog: scope.catalog,
					version: scope.version,
					text: file.text.slice(range.start, range.end),
					statementText: file.text.slice(scope.statement.range.start, scope.statement.range.end),
				});
	const refused = filled && "refused" in filled ? filled.refused : undefined;
	const recipe = filled && "steps" in filled ? filled : undefined;
	const place = placeIn(file, range);
	return {
		rule: rule.id,
		category: rule.category,
		severity: severity ?? report.severity ?? rule.severity,
		file: file.path,
		range: { start: place.start, end: place.end },
		start: positionAt(file, place.start),
		end: positionAt(file, place.end),
		message: messageOf(rule, report),
		because: [
			...(calledFrom
				? ["It happens in a function that this statement calls or fires by a trigger."]
				: []),
			...(report.table
				? becauseOf(scope, report.table, operation && scope.moment?.effects.get(operation))
				: []),
		],
		help: refused ?? report.help ?? rule.help,
		...(recipe && { recipe }),
		...(refused !== undefined && { refused }),
		fixes: [],
		related: report.related ?? [],
		migration: scope.migration.id,
	};
}

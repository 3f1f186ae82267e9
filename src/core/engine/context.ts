import type { Catalog } from "../../catalog/catalog.ts";
import type { Origin } from "../../catalog/model.ts";
import type { DialectId } from "../dialect.ts";
import { noEffect } from "../effect.ts";
import type { QualifiedName } from "../expression.ts";
import type { Migration } from "../migration.ts";
import type { SearchCode } from "../reference.ts";
import type { OperationContext, Report, StatementContext } from "../rule.ts";
import { positionAt, type SourceFile } from "../source.ts";
import type { Statement } from "../statement.ts";
import type { TableStatistics } from "../statistics.ts";
import type { EvidenceBook } from "./evidence.ts";
import type { Surroundings } from "./fixes.ts";
import type { Moment } from "./history.ts";
import type { ActiveRule } from "./lint.ts";
import type { ReleasedNames } from "./released-names.ts";

/** What is the same for all reports of a release. */
export interface ReleaseScope {
	readonly dialect: DialectId;
	readonly version: number;
	readonly release: string;
	readonly rows: ReadonlyMap<string, number>;
	/** Sizes and traffic by table name, with or without schema. */
	readonly tables?: ReadonlyMap<string, TableStatistics>;
	readonly ruleIds: ReadonlySet<string>;
	readonly searchCode: SearchCode | undefined;
	/** The files of this release, by path. */
	readonly files: ReadonlyMap<string, SourceFile>;
	add(scope: Scope, active: ActiveRule, report: Report<string>): void;
}

/** Where a rule is when it reports. */
export interface Scope extends ReleaseScope {
	readonly migration: Migration;
	readonly statement: Statement;
	/** Absent for what has to do with the text alone. */
	readonly catalog?: Catalog;
	/** Set while an operation is judged. */
	readonly moment?: Moment;
	/** What stands around the statement; an edit of what follows changes it. */
	readonly around?: { readonly now: Surroundings };
}

function originOf(catalog: Catalog, name: QualifiedName): Origin | undefined {
	return (
		catalog.table(name)?.origin ??
		catalog.view(name)?.origin ??
		catalog.sequence(name)?.origin ??
		catalog.index(name)?.index.origin ??
		catalog.type(name)?.origin
	);
}

/** Returns the questions that rules ask of a schema. */
export function catalogQuestions(
	catalog: Catalog,
	release: string,
	rows: ReadonlyMap<string, number>,
): Pick<OperationContext, "catalog" | "isNew" | "madeHere" | "rowsOf"> {
	const madeHere = (origin: Origin | undefined): boolean => origin?.release === release;
	return {
		catalog,
		madeHere,
		isNew: (name) =>
			catalog.table(name)?.persistence === "temporary" || madeHere(originOf(catalog, name)),
		rowsOf: (name) => rows.get(catalog.resolve(name)) ?? rows.get(name.name),
	};
}

/**
 * Returns what rules may know and do at one operation. All rules share it, one after the other: `report`
 * knows whose turn it is.
 */
export function operationContext(
	scope: ReleaseScope,
	moment: Moment,
	evidence: EvidenceBook,
	names: ReleasedNames,
	report: (report: Report<string>) => void,
): OperationContext {
	const { isNew, madeHere, rowsOf } = catalogQuestions(moment.catalog, scope.release, scope.rows);
	return {
		catalog: moment.catalog,
		isNew,
		madeHere,
		rowsOf,
		dialect: scope.dialect,
		version: scope.version,
		migration: moment.migration,
		statement: moment.statement,
		part: moment.part,
		transaction: moment.transaction,
		settings: moment.settings,
		effectOf: (operation) => moment.effects.get(operation) ?? noEffect,
		releasedName: (key) => names.of(key),
		isVacant: (key) => names.isVacant(key),
		placeOf: (origin, message) => {
			const file = origin && scope.files.get(origin.file);
			return file
				? [{ message, file: file.path, start: positionAt(file, origin.range.start) }]
				: [];
		},
		evidenceFor: (...spellings) => evidence.find(moment.migration, spellings),
		referencesTo: (object) => scope.searchCode?.(object),
		report,
	};
}

/** Returns what a rule may know and do at a statement as a text. */
export function statementContextFor(scope: Scope, active: ActiveRule): StatementContext {
	return {
		dialect: scope.dialect,
		version: scope.version,
		migration: scope.migration,
		statement: scope.statement,
		ruleIds: scope.ruleIds,
		report: (report) => {
			scope.add(scope, active, report);
		},
	};
}

export type { Catalog } from "../catalog/catalog.ts";
export type * from "../catalog/model.ts";
export { defineRule } from "./rule.ts";
export type * from "./rule.ts";
export type * from "./dialect.ts";
export type * from "./directive.ts";
export type * from "./effect.ts";
export type * from "./expression.ts";
export type * from "./finding.ts";
export type * from "./fix.ts";
export type * from "./migration.ts";
export type * from "./operation.ts";
export type { Preset } from "./preset.ts";
export type * from "./reference.ts";
export type * from "./source.ts";
export type * from "./statement.ts";
export type * from "./transaction.ts";
export { callsIn, expressionsOfQuery, walkExpressions } from "./engine/expressions.ts";
export {
	columnsOf,
	codeColumn,
	codeConstraint,
	codeObject,
	contractObject,
	findAgain,
	traceOf,
	type TableTrace,
	listWords,
	missingEvidence,
	relationExists,
	showName,
	typeKey,
	type ContractObject,
} from "./contract.ts";
export { reportRebuild, type Rebuilt } from "./rebuild-report.ts";
export { historyIsWhole } from "../catalog/catalog.ts";
export { positionAt } from "./source.ts";

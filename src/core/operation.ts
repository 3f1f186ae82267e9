import type { DataOperation } from "./operations/data.ts";
import type {
	IndexOperation,
	SequenceOperation,
	TypeOperation,
	ViewOperation,
} from "./operations/object.ts";
import type { OtherOperation } from "./operations/other.ts";
import type { RoutineOperation } from "./operations/routine.ts";
import type { SessionOperation } from "./operations/session.ts";
import type { TableOperation } from "./operations/table.ts";

export type * from "./operations/alter-table.ts";
export type * from "./operations/base.ts";
export type * from "./operations/data.ts";
export type * from "./operations/definition.ts";
export type * from "./operations/object.ts";
export type * from "./operations/other.ts";
export type * from "./operations/routine.ts";
export type * from "./operations/session.ts";
export type * from "./operations/table.ts";

/** What a statement does to schema or data, the same for every dialect. */
export type Operation =
	| TableOperation
	| DataOperation
	| IndexOperation
	| ViewOperation
	| TypeOperation
	| RoutineOperation
	| SequenceOperation
	| OtherOperation
	| SessionOperation;

export type OperationKind = Operation["kind"];

type WithKind<Candidate, Kind> = Candidate extends { readonly kind: infer Kinds }
	? Kind extends Kinds
		? Candidate
		: never
	: never;

/** The operations by kind. */
export type OperationMap = { readonly [Kind in OperationKind]: WithKind<Operation, Kind> };

/** The operation of one kind. */
export type OperationOf<Kind extends OperationKind> = OperationMap[Kind];

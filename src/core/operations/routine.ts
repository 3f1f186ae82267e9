import type { Expression, QualifiedName, TypeName } from "../expression.ts";
import type { StatementPart } from "../statement.ts";
import type { OperationBase, Parameter } from "./base.ts";
import type { DataOperation } from "./data.ts";

/** A function as DROP, ALTER and GRANT name it: argument types when written. */
export interface RoutineReference extends QualifiedName {
	readonly argumentTypes?: readonly TypeName[];
}

export type RoutineOperation = OperationBase &
	(
		| {
				readonly kind: "createFunction";
				readonly function: QualifiedName;
				readonly routine: "function" | "procedure" | "aggregate";
				readonly orReplace: boolean;
				/** IN, INOUT and VARIADIC arguments: what makes the signature. */
				readonly argumentTypes: readonly TypeName[];
				readonly argumentNames: readonly (string | undefined)[];
				/** How many trailing arguments have a default. */
				readonly defaults: number;
				readonly returns?: TypeName;
				readonly language: string;
				readonly volatility: "immutable" | "stable" | "volatile";
				readonly securityDefiner: boolean;
				/** Settings of SET clauses, e.g. search_path. */
				readonly settings: readonly Parameter[];
				/** The static SQL of the body, in order; run when the function is called or fires. */
				readonly body: readonly StatementPart[];
		  }
		| {
				readonly kind: "alterFunction";
				readonly function: RoutineReference;
				readonly volatility?: "immutable" | "stable" | "volatile";
				readonly securityDefiner?: boolean;
				readonly settings: readonly Parameter[];
		  }
		| {
				readonly kind: "dropFunction";
				readonly function: RoutineReference;
				readonly routine: "function" | "procedure" | "aggregate" | "routine";
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| { readonly kind: "callProcedure"; readonly call: Expression }
		| {
				/** DO: the statements of the body stand in the parts after this one. */
				readonly kind: "doBlock";
				readonly language: string;
		  }
		| {
				/** Dynamic SQL or a body that cannot be read before it runs. */
				readonly kind: "unanalyzable";
				readonly reason: string;
		  }
		| {
				readonly kind: "createTrigger";
				readonly trigger: string;
				readonly table: QualifiedName;
				readonly orReplace: boolean;
				readonly constraint: boolean;
				readonly timing: "before" | "after" | "insteadOf";
				readonly events: readonly ("insert" | "update" | "delete" | "truncate")[];
				/** UPDATE OF columns. */
				readonly columns: readonly string[];
				readonly forEach: "row" | "statement";
				readonly function: QualifiedName;
				readonly when?: Expression;
				readonly references?: QualifiedName;
				/** Where a trigger has statements of its own and no function: `function` is then the trigger's name. */
				readonly body?: readonly StatementPart[];
				readonly ifNotExists?: boolean;
		  }
		| {
				/** MySQL and SQLite: the statement does not say of which table the trigger is. */
				readonly kind: "dropTriggerByName";
				readonly trigger: QualifiedName;
				readonly ifExists: boolean;
		  }
		| {
				readonly kind: "dropTrigger";
				readonly trigger: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
				readonly cascade: boolean;
		  }
		| {
				readonly kind: "createRule";
				readonly rule: string;
				readonly table: QualifiedName;
				readonly orReplace: boolean;
				readonly event: "select" | "insert" | "update" | "delete";
				readonly where?: Expression;
				/** What runs when the rule applies; old and new stand for the row. */
				readonly actions: readonly DataOperation[];
		  }
		| {
				readonly kind: "dropRule";
				readonly rule: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
		  }
		| {
				readonly kind: "createPolicy" | "alterPolicy";
				readonly policy: string;
				readonly table: QualifiedName;
				readonly command: "all" | "select" | "insert" | "update" | "delete";
				readonly permissive: boolean;
				readonly roles: readonly string[];
				readonly using?: Expression;
				readonly withCheck?: Expression;
		  }
		| {
				readonly kind: "dropPolicy";
				readonly policy: string;
				readonly table: QualifiedName;
				readonly ifExists: boolean;
		  }
	);

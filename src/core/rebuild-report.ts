import type { Key, Table } from "../catalog/model.ts";
import { hasCopy, successorOf } from "../catalog/rebuild.ts";
import { contractObject } from "./contract.ts";
import type { OperationOf } from "./operation.ts";
import type { OperationContext, Revision } from "./rule.ts";

/** A table that was made anew, once the release ends. */
export type Rebuilt = NonNullable<ReturnType<typeof successorOf>> & {
	/** The table as it stood when it was dropped. */
	readonly original: Table;
	/** The name by which deployed code knows the table. */
	readonly key: Key;
	/** The same for people. */
	readonly shown: string;
};

/**
 * Reports a DROP TABLE of a table whose rows another one has, if that one stands in its place when the release
 * ends and `judge` then finds something to say. `draft` are the words until then, with every name of the message.
 */
export function reportRebuild<Id extends string>(
	operation: OperationOf<"dropTable">,
	context: OperationContext<Id>,
	draft: Pick<Revision<Id>, "message" | "data">,
	judge: (rebuilt: Rebuilt) => Revision<Id> | undefined,
): void {
	const { catalog } = context;
	const table = catalog.table(operation.table);
	if (!table || context.isNew(operation.table) || !hasCopy(catalog, table)) return;
	const key = context.releasedName(catalog.resolve(operation.table));
	const { shown } = contractObject(catalog, key);
	context.report({
		...draft,
		at: operation,
		table,
		atReleaseEnd(after) {
			const made = successorOf(after, key);
			return (made && judge({ ...made, original: table, key, shown })) ?? "settled";
		},
	});
}

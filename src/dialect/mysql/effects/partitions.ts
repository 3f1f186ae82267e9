import type { OperationOf } from "../../../core/operation.ts";
import type { Target } from "./facts.ts";
import { copy, instant, metadataInPlace, nothing, rebuild, refused, type Step } from "./step.ts";

/**
 * What ALTER TABLE does to partitions.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Partitioning Operations); measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function alterPartitions(operation: OperationOf<"alterPartitions">, target: Target): Step {
	const { action } = operation;
	const isParted = target.table?.partitionBy !== undefined;
	if (action !== "partitionBy" && target.table?.complete === true && !isParted) {
		return refused(1505, `${target.name} has no partitions`);
	}
	switch (action) {
		case "partitionBy":
			return copy("every row is copied into its partition");
		case "remove":
			return copy("every row is copied out of its partition");
		case "add":
			return isSpread(operation, target)
				? movesRows(target, "rows move from the old partitions into the new ones")
				: metadataInPlace(target.scene.server, "an empty partition is added");
		case "drop":
			return {
				...metadataInPlace(target.scene.server, "the rows of the partition are gone"),
				phase: "contract",
				reversible: "lossy",
			};
		case "truncate":
			return {
				...instant("the rows of the partition are gone"),
				phase: "migrate",
				reversible: "none",
			};
		case "coalesce":
		case "reorganize":
		case "rebuild":
			return movesRows(target, "the rows of the partitions are written anew");
		case "optimize":
		case "repair":
			return rebuild("none", "InnoDB writes all partitions anew");
		case "exchange":
		case "convert":
			return exchange(operation, target);
		case "discardTablespace":
			return {
				...instant("the rows of the partition are thrown away"),
				lock: "exclusive",
				phase: "contract",
				reversible: "none",
			};
		case "importTablespace":
			return rebuild("exclusive", "every page of the imported file is checked");
		default:
			return { ...nothing, onlyReads: true };
	}
}

/** Partitions by hash or key share all rows: another number of them moves rows. */
function isSpread({ partitions }: OperationOf<"alterPartitions">, { table }: Target): boolean {
	return table?.partitionBy ? table.partitionBy.strategy === "hash" : partitions.length === 0;
}

function movesRows({ scene: { server } }: Target, reason: string): Step {
	return server.flavor === "mysql" ? rebuild("shared", reason) : copy(reason);
}

function exchange({ other, unvalidated }: OperationOf<"alterPartitions">, target: Target): Step {
	const key = other && target.scene.catalog.resolve(other);
	const tested = unvalidated === true ? "" : "; every row of the table is read to see that it fits";
	return {
		...instant(`the partition and the table change places${tested}`),
		phase: "contract",
		...(key !== undefined && { others: [key] }),
	};
}

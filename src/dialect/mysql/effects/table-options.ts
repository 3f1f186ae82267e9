import type { Column } from "../../../catalog/model.ts";
import type { OperationOf, Parameter } from "../../../core/operation.ts";
import { bytesPerCharacter, characterSetOf, defaultCollation } from "./character-sets.ts";
import { shapeOfColumn } from "./column-shape.ts";
import {
	engineOf,
	indexesOn,
	isFulltext,
	optionOf,
	tableCharacterSet,
	type Target,
} from "./facts.ts";
import {
	buildIndexes,
	copy,
	instant,
	metadataInPlace,
	nothing,
	rebuild,
	refused,
	together,
	type Step,
} from "./step.ts";
import { compareTypes, type ShapedType } from "./type-change.ts";

/**
 * Options of a table.
 *
 * MySQL Reference Manual 8.4, 17.12.1 (Table Operations, Tablespace Operations); MariaDB Knowledge Base, InnoDB
 * Online DDL; measured on MariaDB 10.11, 11.8 and MySQL 9.7.
 */
export function setTableParameters(
	{ parameters }: OperationOf<"setTableParameters">,
	target: Target,
): Step {
	return together(parameters.map((parameter) => optionStep(parameter, target)));
}

function optionStep({ name, value }: Parameter, target: Target): Step {
	const { server } = target.scene;
	switch (name) {
		case "engine":
			return engineStep(value ?? "", target);
		case "row_format":
		case "key_block_size":
			return rebuild(
				"none",
				`${name.toUpperCase()} changes how rows are kept: all are written anew`,
			);
		case "page_compressed":
		case "page_compression_level": {
			if (server.flavor === "mysql") {
				return refused(1064, "MySQL has no page compression of that name: it says COMPRESSION");
			}
			const instantly = server.version >= 110_000;
			return instantly ? instant() : rebuild("none", "all pages are compressed anew");
		}
		case "encrypted":
		case "encryption_key_id":
		case "tablespace":
			return rebuild("none", `${name.toUpperCase()} writes all pages anew`);
		case "encryption":
			return server.flavor === "mariadb"
				? refused(1911, "MariaDB has no option ENCRYPTION: it says ENCRYPTED")
				: copy("the file is encrypted by a copy of every row");
		case "system_versioning":
			return copy("every row gets two columns for its time, so every row is copied");
		default:
			return metadataInPlace(server);
	}
}

function engineStep(value: string, target: Target): Step {
	const [before, after] = [engineOf(target), value.toLowerCase()];
	if (before === after) {
		return rebuild("none", "the engine stays the same, so this writes all rows anew");
	}
	return copy(`the rows move from ${before} to ${after}, so every row is copied`);
}

/** The clauses that have no operation of their own. */
export function alterTableOther({ action }: OperationOf<"alterTableOther">): Step {
	switch (action) {
		case "force":
			return rebuild("none", "FORCE writes all rows anew");
		case "order by":
			return copy("the rows are copied in another order");
		case "add system versioning":
		case "drop system versioning":
			return copy("columns for the time of each row come or go, so every row is copied");
		case "enable keys":
		case "disable keys":
			return { ...instant("InnoDB has no such keys: nothing happens"), lock: "exclusive" };
		case "discard tablespace":
			return {
				...instant("the rows of the table are thrown away with its file"),
				lock: "exclusive",
				phase: "contract",
				reversible: "none",
			};
		case "import tablespace":
			return { ...rebuild("exclusive", "every page of the imported file is checked") };
		default:
			return nothing;
	}
}

/** CONVERT TO CHARACTER SET: every text column is redefined, and the default of the table. */
export function convertCharacterSet(
	operation: OperationOf<"convertCharacterSet">,
	target: Target,
): Step {
	const { server } = target.scene;
	const named = operation.collation === undefined ? undefined : characterSetOf(operation.collation);
	const characterSet = operation.characterSet ?? named ?? tableCharacterSet(target);
	const collation = operation.collation ?? defaultCollation(server, characterSet);
	if (!target.table) {
		return copy("every text column that has another character set is written anew");
	}
	const steps = target.table.columns.map((column) =>
		convertColumn(column, { characterSet, collation }, target),
	);
	return together([...steps, metadataInPlace(server)]);
}

function convertColumn(
	column: Column,
	to: { readonly characterSet: string; readonly collation: string },
	target: Target,
): Step {
	const { server } = target.scene;
	const before = shapeOfColumn(column, target);
	if (before?.characterSet === undefined) return nothing;
	const after: ShapedType = { ...before, ...to };
	const grows = bytesPerCharacter(to.characterSet) > bytesPerCharacter(before.characterSet);
	if (grows && before.name.endsWith("text")) {
		return copy(
			`${column.name} needs a longer type for so wide characters, so every row is copied`,
		);
	}
	const isRedundant = optionOf(target, "row_format") === "redundant";
	const change = compareTypes(before, after, server, isRedundant);
	if (change.kind === "none") return nothing;
	if (change.kind === "copy") return copy(`${column.name}: ${change.reason}`);
	const sorted = indexesOn(target, column.name).filter((index) => !isFulltext(index));
	if (sorted.length === 0) return metadataInPlace(server, change.reason);
	if (server.flavor === "mysql") {
		return copy(
			`indexes over ${column.name} are sorted by the old collation, so every row is copied`,
		);
	}
	const names = sorted.map(({ name }) => name);
	return buildIndexes(server, "none", names, `indexes over ${column.name} are sorted anew`);
}

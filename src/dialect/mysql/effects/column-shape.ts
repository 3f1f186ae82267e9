import type { Column } from "../../../catalog/model.ts";
import type { ColumnDefinition } from "../../../core/operation.ts";
import type { TypeName } from "../../../core/expression.ts";
import { characterSetNamed, characterSetOf, defaultCollation } from "./character-sets.ts";
import { optionOf, tableCharacterSet, type Target } from "./facts.ts";
import { shapeOf, type ShapedType } from "./type-change.ts";

interface Written {
	readonly type?: TypeName;
	readonly collation?: { readonly name: string };
}

/** The type of a column with the character set and collation that it takes from its table or by default. */
export function shapeOfColumn(
	column: Column | ColumnDefinition,
	target: Target,
): ShapedType | undefined {
	const { type, collation }: Written = column;
	if (!type) return undefined;
	const { server } = target.scene;
	const characterSet = characterSetIn({ type, ...(collation && { collation }) }, target);
	return shapeOf(type, server, {
		characterSet,
		collation: collation?.name.toLowerCase() ?? inheritedCollation(type, characterSet, target),
	});
}

function characterSetIn({ type, collation }: Written, target: Target): string {
	if (type?.characterSet !== undefined) return characterSetNamed(type.characterSet);
	const implied = collation && characterSetOf(collation.name);
	return implied ?? tableCharacterSet(target);
}

/** A character set at the column brings its own collation, else the table's holds. */
function inheritedCollation(type: TypeName, characterSet: string, target: Target): string {
	const ofTable = type.characterSet === undefined ? optionOf(target, "collate") : undefined;
	return ofTable ?? defaultCollation(target.scene.server, characterSet);
}

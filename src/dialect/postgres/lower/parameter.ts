import type { A_Const, DefElem, Node } from "@pgsql/types";
import type { Parameter } from "../../../core/operation.ts";
import { textsOf } from "./name.ts";

/** The DefElem nodes of an option list. */
export function elementsOf(nodes: readonly Node[] | undefined): DefElem[] {
	return (nodes ?? []).flatMap((node) => ("DefElem" in node ? node.DefElem : []));
}

/** The options of a list, with their namespace before a dot (`toast.autovacuum_enabled`). */
export function lowerParameters(nodes: readonly Node[] | undefined): Parameter[] {
	return elementsOf(nodes).map((element) => {
		const name = element.defname ?? "";
		const value = valueOf(element.arg);
		return {
			name: element.defnamespace === undefined ? name : `${element.defnamespace}.${name}`,
			...(value === undefined ? {} : { value }),
		};
	});
}

/** The option of that name. */
export function findOption(nodes: readonly Node[] | undefined, name: string): DefElem | undefined {
	return elementsOf(nodes).find((element) => element.defname === name);
}

/** True when a boolean option is on: named without a value, or with any value that does not mean no. */
export function isOn(nodes: readonly Node[] | undefined, name: string): boolean {
	const option = findOption(nodes, name);
	if (!option) return false;
	const value = valueOf(option.arg);
	return value === undefined || !["false", "off", "no", "0"].includes(value.toLowerCase());
}

/** The value of an option or a setting as text; undefined when it is not a plain value. */
export function valueOf(node: Node | undefined): string | undefined {
	if (!node) return undefined;
	if ("String" in node) return node.String.sval ?? "";
	if ("Integer" in node) return String(node.Integer.ival ?? 0);
	if ("Float" in node) return node.Float.fval ?? "0";
	if ("Boolean" in node) return String(node.Boolean.boolval ?? false);
	if ("A_Const" in node) return constantText(node.A_Const);
	if ("TypeCast" in node) return valueOf(node.TypeCast.arg);
	if ("TypeName" in node) {
		const names = textsOf(node.TypeName.names);
		return (names[0] === "pg_catalog" ? names.slice(1) : names).join(".");
	}
	if ("List" in node) return textsOf(node.List.items).join(".");
	return undefined;
}

function constantText(constant: A_Const): string | undefined {
	if (constant.isnull) return undefined;
	if (constant.sval) return constant.sval.sval ?? "";
	if (constant.ival) return String(constant.ival.ival ?? 0);
	if (constant.fval) return constant.fval.fval ?? "0";
	if (constant.boolval) return String(constant.boolval.boolval ?? false);
	return constant.bsval?.bsval ?? "";
}

import type { SetGlobalStatement, Statement } from "pgsql-ast-parser";
import type { Operation } from "../../../core/operation.ts";
import { identifierValue } from "../token.ts";
import { lowerData } from "./data.ts";
import { nameOf } from "./name.ts";
import type { PortableSource } from "./source.ts";
import { contentOf } from "./strings.ts";

/** Transactions, settings and what else lives in the session. */
export function lowerSession(node: Statement, source: PortableSource): Operation[] | undefined {
	const range = source.statementRange;
	const command = (name: string): Operation[] => [{ kind: "sessionCommand", range, command: name }];
	switch (node.type) {
		case "begin":
		case "start transaction":
			return [{ kind: "begin", range, chain: false }];
		case "commit":
		case "rollback":
			return [{ kind: node.type, range, chain: false }];
		case "set":
			return [lowerSetting(node, source)];
		case "set timezone": {
			const value = "value" in node.to ? { value: String(node.to.value) } : {};
			return [{ kind: "setParameter", range, name: "timezone", ...value, scope: "session" }];
		}
		case "set names": {
			const { value } = node.to;
			return [{ kind: "setParameter", range, name: "client_encoding", value, scope: "session" }];
		}
		case "show":
			return command("SHOW");
		case "prepare": {
			const planned = lowerData(node.statement, source);
			return [{ kind: "sessionCommand", range, command: "PREPARE", ...(planned && { planned }) }];
		}
		case "deallocate":
			return command("DEALLOCATE");
		default:
			return undefined;
	}
}

function lowerSetting(node: SetGlobalStatement, source: PortableSource): Operation {
	const value = node.set.type === "default" ? undefined : settingValue(source);
	return {
		kind: "setParameter",
		range: source.statementRange,
		name: nameOf(node.variable, source).toLowerCase(),
		...(value === undefined ? {} : { value }),
		scope: node.scope === "local" ? "local" : "session",
	};
}

/** What stands after `=` or TO: the library muddles lists. */
function settingValue(source: PortableSource): string {
	const { tokens } = source;
	const start = tokens.findIndex(
		(token, index) => source.textAt(token) === "=" || source.isWordAt(index, "to"),
	);
	return tokens
		.slice(start + 1)
		.map((token) => {
			const text = source.textAt(token);
			if (text === ",") return ", ";
			if (token.kind === "string") return contentOf(text);
			if (token.kind !== "word" && token.kind !== "quotedIdentifier") return text;
			return identifierValue({ kind: token.kind, start: 0, end: text.length }, text);
		})
		.join("");
}

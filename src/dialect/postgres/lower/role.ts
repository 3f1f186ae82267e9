import type { Node } from "@pgsql/types";
import type { RoleSettings } from "../../../core/operation.ts";
import { elementsOf, findOption, isOn, valueOf } from "./parameter.ts";

/**
 * What the options of a role or a user mapping say of its rights. The server takes a password for hashed
 * by its form alone (get_password_type, src/backend/libpq/crypt.c).
 */
export function lowerRoleSettings(options: readonly Node[] | undefined): {
	readonly role?: RoleSettings;
} {
	if (elementsOf(options).length === 0) return {};
	const text = valueOf(findOption(options, "password")?.arg);
	const hashed = text !== undefined && /^(?:md5[0-9a-f]{32}$|SCRAM-SHA-256\$)/.test(text);
	const powers = [
		...(isOn(options, "superuser") ? (["superuser"] as const) : []),
		...(isOn(options, "bypassrls") ? (["bypassRowSecurity"] as const) : []),
	];
	if (text === undefined && powers.length === 0) return {};
	return {
		role: {
			...(text !== undefined && { password: hashed ? ("hashed" as const) : ("plain" as const) }),
			...(powers.length > 0 && { powers }),
		},
	};
}

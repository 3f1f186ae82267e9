import { failureOf } from "../../trace/engine.ts";
import type { FailureKind, RunFailure } from "../engine.ts";

/**
 * What is to be done about a SQLSTATE (PostgreSQL manual, appendix A). 57P01 to 57P05, 25P03 and 25P04 end the
 * session; 57014 is a timeout or a cancellation.
 */
const kinds: Readonly<Record<string, FailureKind>> = {
	"55P03": "lockTimeout",
	"40P01": "conflict",
	"40001": "conflict",
	"53300": "busy",
	"57P03": "connection",
	"57P01": "connection",
	"57P02": "connection",
	"57P05": "connection",
	"25P03": "connection",
	"25P04": "connection",
	"57014": "timeout",
	"42P07": "alreadyThere",
	"42701": "alreadyThere",
	"42710": "alreadyThere",
	"42723": "alreadyThere",
	"42P06": "alreadyThere",
	"42P16": "alreadyThere",
	"25006": "readOnly",
	"42501": "denied",
	"53100": "full",
	"53200": "full",
	"53400": "full",
};

const kindsByClass: Readonly<Record<string, FailureKind>> = {
	"08": "connection",
	"22": "data",
	"23": "data",
	"28": "denied",
};

/** Reads what the client threw: of a server with a SQLSTATE, of the network without. */
export function postgresFailure(error: unknown): RunFailure {
	const { code, message, detail, hint } = failureOf(error);
	return {
		kind: kinds[code] ?? kindsByClass[code.slice(0, 2)] ?? "other",
		code,
		message,
		...(detail !== undefined && { detail }),
		...(hint !== undefined && { hint }),
	};
}

import type { FailureKind, RunFailure } from "../engine.ts";

const numbers = (kind: FailureKind, ...errors: readonly number[]) =>
	errors.map((error) => [error, kind] as const);

/**
 * What is to be done about an error of MySQL (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html)
 * or MariaDB (https://mariadb.com/kb/en/mariadb-error-code-reference/).
 */
const kinds: ReadonlyMap<number, FailureKind> = new Map([
	...numbers("lockTimeout", 1205, 3572),
	...numbers("conflict", 1213, 1020),
	...numbers("timeout", 3024, 1969, 1317),
	...numbers(
		"connection",
		1053,
		1077,
		1079,
		1152,
		1158,
		1159,
		1160,
		1161,
		1184,
		1927,
		2006,
		2013,
		4031,
	),
	...numbers("busy", 1040, 1203, 1226),
	// What there is twice, and what is dropped that is not there: the effect may be there already.
	...numbers("alreadyThere", 1050, 1060, 1061, 1304, 1359, 1826, 1051, 1091, 1360, 1305),
	...numbers("data", 1048, 1062, 1138, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452, 3819, 4025),
	...numbers("denied", 1044, 1045, 1142, 1143, 1227, 1370, 1419, 1698),
	...numbers("readOnly", 1290, 1792, 1836, 3100),
	...numbers("full", 1021, 1041, 1114, 1135),
]);

const brokenNetwork =
	/^(?:PROTOCOL_CONNECTION_LOST|PROTOCOL_ENQUEUE_AFTER_.*|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

const fieldOf = (error: unknown, name: string): unknown =>
	typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;

/** Reads what the client threw: of a server with a number, of the network with a word. */
export function mysqlFailure(error: unknown): RunFailure {
	const message = error instanceof Error ? error.message : String(error);
	const number = fieldOf(error, "errno");
	const word = fieldOf(error, "code");
	const code = typeof word === "string" ? word : "";
	const isBroken =
		brokenNetwork.test(code) || /connection is in closed state|Connection lost/i.test(message);
	if (isBroken) return { kind: "connection", code: code === "" ? "2013" : code, message };
	if (typeof number !== "number") return { kind: "other", code, message };
	return { kind: kinds.get(number) ?? "other", code: String(number), message };
}

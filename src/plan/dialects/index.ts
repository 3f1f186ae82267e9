import type { DialectId } from "../../core/dialect.ts";
import type { PlanDialect } from "./plan-dialect.ts";
import { mysqlPlans } from "./mysql/index.ts";
import { postgresPlans } from "./postgres/index.ts";
import { sqlitePlans } from "./sqlite/index.ts";

const dialects: Readonly<Record<DialectId, PlanDialect>> = {
	postgres: postgresPlans,
	mysql: mysqlPlans,
	mariadb: mysqlPlans,
	sqlite: sqlitePlans,
};

/** Returns what a plan must know of a database. */
export function planDialectOf(id: DialectId): PlanDialect {
	return dialects[id];
}

import type { ServerStep } from "../../plan/plan.ts";
import type { RunSession } from "../engine.ts";
import { ask, isTrue } from "../ask.ts";

/** Who does not own a table may read and change its rows, and nothing more. */
const owned = (step: ServerStep): readonly string[] =>
	step.transaction === "batches"
		? []
		: step.locks
				.filter(({ mode }) => !/^(?:AccessShare|RowShare|RowExclusive)Lock$/.test(mode))
				.map(({ relation }) => relation);

const changed = ({ backfill }: ServerStep): readonly (readonly [string, string])[] =>
	backfill === undefined
		? []
		: [
				[backfill.table, "SELECT"],
				[backfill.table, backfill.set === undefined ? "DELETE" : "UPDATE"],
			];

/** Returns what the user lacks for the books and for the tables that the steps touch, in words. */
export async function missingRights(
	session: RunSession,
	steps: readonly ServerStep[],
): Promise<readonly string[]> {
	const missing: string[] = [];
	const books = await ask(
		session,
		`SELECT CASE WHEN to_regnamespace('lockkeeper') IS NULL
			THEN has_database_privilege(current_database(), 'CREATE')
			ELSE pg_has_role((SELECT nspowner FROM pg_namespace WHERE nspname = 'lockkeeper'), 'USAGE') END,
			current_user::text, (SELECT rolname::text FROM pg_roles r JOIN pg_namespace n ON n.nspowner = r.oid
				WHERE n.nspname = 'lockkeeper')`,
	);
	const [, user = "", owner] = books[0] ?? [];
	if (!isTrue(books)) {
		missing.push(
			owner === null || owner === undefined
				? `${user ?? "the user"} may not make the schema lockkeeper: GRANT CREATE ON DATABASE, or make it with AUTHORIZATION ${user ?? ""}`
				: `${user ?? "the user"} is no member of ${owner}, who owns the schema lockkeeper`,
		);
	}
	for (const relation of new Set(steps.flatMap(owned))) {
		const [row] = await ask(
			session,
			`SELECT pg_has_role(c.relowner, 'USAGE')::text, r.rolname::text
			FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
			JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = ?`,
			[relation],
		);
		if (row?.[0] === "false") {
			missing.push(`${user ?? "the user"} does not own ${relation}: ${row[1] ?? ""} does`);
		}
	}
	for (const [table, right] of new Map(
		steps.flatMap(changed).map((need) => [need.join(" "), need]),
	).values()) {
		const [row] = await ask(session, "SELECT has_table_privilege(to_regclass(?), ?)::text", [
			table,
			right,
		]);
		if (row?.[0] === "false") missing.push(`${user ?? "the user"} lacks ${right} on ${table}`);
	}
	return missing;
}

import type { Migration } from "../core/migration.ts";
import type { Transaction } from "../core/transaction.ts";

/** How each migration tool leaves a migration outside a transaction, by layout. Sources: the layouts. */
const waysOut: Readonly<Record<string, string>> = {
	alembic: "Put it between `with op.get_context().autocommit_block():` and the end of that block.",
	atlas:
		"Put it in a migration of its own that starts with `-- atlas:txmode none` and an empty line.",
	django: "Put it in a migration of its own with `atomic = False`.",
	diesel:
		"Put it in a migration of its own, with `run_in_transaction = false` in its metadata.toml.",
	"graphile-migrate": "Put it in a migration of its own that starts with `--! no-transaction`.",
	"node-pg-migrate": "Put it in a migration of its own that calls `pgm.noTransaction()`.",
	rails: "Put it in a migration of its own with `disable_ddl_transaction!`.",
	"sql-migrate":
		"Put it in a migration of its own that starts with `-- +migrate Up notransaction`.",
	sqlx: "Put it in a migration of its own that starts with `-- no-transaction`.",
	tern: "Put it in a migration of its own that starts with `---- tern: disable-tx ----`.",
	dbmate: "Put it in a migration of its own that starts with `-- migrate:up transaction:false`.",
	drizzle:
		"Drizzle runs all pending migrations in one transaction and has no way out: run this statement by a script of its own.",
	flyway:
		"Put it in a migration of its own; Flyway leaves the transaction out by itself, or with executeInTransaction=false in <migration>.sql.conf.",
	"golang-migrate":
		"Put it alone in its file: golang-migrate sends a file as one message, and a single statement commits by itself.",
	goose: "Put it in a migration of its own that starts with `-- +goose NO TRANSACTION`.",
	prisma:
		"Put it alone in its migration: Prisma sends the file as one message, and a single statement commits by itself.",
	supabase:
		"Supabase runs a migration in one transaction and has no way out: run this statement by a script of its own.",
};

/** Returns what to do so that a statement of the migration runs outside any transaction. */
export function howToLeaveTransaction(
	migration: Migration,
	wrapper: Transaction["wrapper"],
): string {
	if (wrapper === "script") return "Move it before BEGIN or after COMMIT.";
	const otherwise =
		wrapper === "message"
			? "Put it alone in its migration: a single statement commits by itself."
			: "Put it in a migration of its own that the tool runs without a transaction.";
	return waysOut[migration.layout] ?? otherwise;
}

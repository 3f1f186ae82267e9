import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../../core/config.ts";
import { isRead, type DialectId } from "../../core/dialect.ts";
import { verificationSqlOf } from "../../core/engine/verifications.ts";
import { loadDialect } from "../../dialect/load.ts";
import { spanOf } from "../../plan/approval.ts";
import { loadConfig } from "../../project/config-file.ts";
import { discoverProjects } from "../../project/discover.ts";
import { readPlan, type LoadedPlan } from "../../project/plan-file.ts";
import { Refused } from "../../run/ask.ts";
import { hasBooks, readSteps } from "../../run/books.ts";
import { checksText, comparisonText, isEqual } from "../../report/verify-text.ts";
import {
	compareDatabases,
	compareWithin,
	type DatabaseComparison,
} from "../../run/compare/compare-databases.ts";
import { checksOf, runChecks, type Check } from "../../run/compare/checks.ts";
import type { RunEngine, RunSession } from "../../run/engine.ts";
import type { VerifyArguments } from "../commands/verify.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, print } from "../output.ts";
import { onDatabase, openDatabase, type OpenDatabase } from "./database.ts";

interface Problem {
	readonly message: string;
	readonly hint: string;
}

function pairOf(name: string): readonly [string, string] {
	const [one = "", other = one] = name.split("=");
	return [one, other];
}

function misuseOf({
	what = [],
	against,
	timeout,
	max,
	recheck,
}: VerifyArguments): Problem | undefined {
	if (spanOf(timeout) === undefined) {
		return { message: `--timeout ${timeout} cannot be read.`, hint: "Write 30s, 10m or 2h." };
	}
	if (!Number.isInteger(max) || max < 1) {
		return { message: "--max needs a whole number above 0.", hint: "For example --max 100." };
	}
	if (!Number.isInteger(recheck) || recheck < 0) {
		return { message: "--recheck needs a whole number.", hint: "For example --recheck 0." };
	}
	const pairs = what.filter((name) => name.includes("=")).length;
	if (against === undefined && pairs > 0 && pairs < what.length) {
		return {
			message: "Tables of one database and something else are named together.",
			hint: "Run lockkeeper verify for each.",
		};
	}
	return undefined;
}

/** The steps of a plan that are done on a database, as far as its books tell. */
async function stepsDone(
	{ plan, sha256 }: LoadedPlan,
	engine: RunEngine,
	session: RunSession,
): Promise<ReadonlySet<string>> {
	try {
		if (!(await hasBooks(engine, session))) return new Set();
		const rows = await readSteps({ ways: engine.ways, plan }, session, sha256);
		return new Set([...rows.values()].flatMap(({ step, state }) => (state === "done" ? step : [])));
	} catch (error) {
		// Who may not read the books may verify all the same.
		if (!(error instanceof Refused)) throw error;
		return new Set();
	}
}

/** The names of the kinds of servers whose rows make the same texts. */
const kinds = {
	postgres: "PostgreSQL",
	mysql: "MySQL or MariaDB",
	mariadb: "MySQL or MariaDB",
	sqlite: "SQLite",
} as const;

/** The queries that are named: of a plan, or of migrations. */
async function checksNamed(
	what: readonly string[],
	{ config, directory }: { readonly config: Config; readonly directory: string },
	database: DialectId,
	doneOf: (plan: LoadedPlan) => Promise<ReadonlySet<string>>,
): Promise<readonly Check[] | Problem> {
	const cwd = process.cwd();
	const plans = what.filter((name) => name.endsWith(".json"));
	const migrations = what.filter((name) => !name.endsWith(".json"));
	const checks: Check[] = [];
	for (const name of plans) {
		const loaded = readPlan(path.resolve(cwd, name));
		if ("code" in loaded) return loaded;
		checks.push(...checksOf(loaded.plan, await doneOf(loaded)));
	}
	if (plans.length > 0 && migrations.length === 0) return checks;
	const projects = await discoverProjects(cwd, migrations, config, { configDirectory: directory });
	if ("code" in projects) return projects;
	for (const project of projects) {
		if (!isRead(project.dialect) || kinds[project.dialect] !== kinds[database]) continue;
		const dialect = await loadDialect(project.dialect);
		for (const migration of project.migrations.filter(
			(one) => migrations.length === 0 || one.candidate,
		)) {
			for (const { name, sql } of verificationSqlOf(dialect, migration)) {
				checks.push({ name: `${migration.id} ${name}`, sql });
			}
		}
	}
	return checks;
}

function endComparison(results: readonly DatabaseComparison[], args: VerifyArguments): void {
	process.exitCode = results.every(isEqual) ? exitCodes.clean : exitCodes.findings;
	if (args.format === "json") {
		const tables = results.map((result) => ({ ...result, equal: isEqual(result) }));
		print(`${JSON.stringify({ version: 1, tables }, undefined, "\t")}\n`);
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	print(comparisonText(results, palette));
}

async function compare(opened: OpenDatabase, args: VerifyArguments): Promise<void> {
	const { what = [], against, max: most, recheck: rechecks } = args;
	const statementTimeout = spanOf(args.timeout) ?? 0;
	const pairs = what.map(pairOf);
	if (against === undefined) {
		const results: DatabaseComparison[] = [];
		for (const pair of pairs) {
			results.push(await compareWithin(opened, pair, { statementTimeout, most }));
		}
		endComparison(results, args);
		return;
	}
	const other = await openDatabase({ url: against }, "verify");
	if ("code" in other) {
		fail({ ...other, message: `--against: ${other.message}` });
		return;
	}
	try {
		const [kind, otherKind] = [kinds[opened.engine.dialect], kinds[other.engine.dialect]];
		if (kind !== otherKind) {
			fail({
				message: `The first database is ${kind}, the one of --against is ${otherKind}.`,
				hint: "Compare databases of one kind: another kind writes the same value in another way.",
			});
			return;
		}
		const options = { statementTimeout, most, rechecks, pause };
		endComparison(await compareDatabases(opened, other, pairs, options), args);
	} finally {
		await other.close();
	}
}

async function check({ engine, session }: OpenDatabase, args: VerifyArguments): Promise<void> {
	const loaded = await loadConfig(process.cwd(), args.config, args.what);
	if ("code" in loaded) {
		fail(loaded);
		return;
	}
	const checks = await checksNamed(args.what ?? [], loaded, engine.dialect, (plan) =>
		stepsDone(plan, engine, session),
	);
	if ("message" in checks) {
		fail(checks);
		return;
	}
	if (checks.length === 0) {
		fail({
			message: "There is no verification query.",
			hint: "Name a plan, or write one after -- lockkeeper:verify <name> in a migration.",
		});
		return;
	}
	const results = await runChecks(engine, session, checks, spanOf(args.timeout) ?? 0);
	const passed = results.every(({ is }) => is === "passed" || is === "takenOver");
	process.exitCode = passed ? exitCodes.clean : exitCodes.findings;
	if (args.format === "json") {
		print(
			`${JSON.stringify({ version: 1, database: engine.name, checks: results }, undefined, "\t")}\n`,
		);
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	print(checksText(results, palette));
}

/** Asks verification queries, or compares tables. */
export async function runVerify(args: VerifyArguments): Promise<void> {
	const misuse = misuseOf(args);
	if (misuse) {
		fail(misuse);
		return;
	}
	const comparesTables =
		args.against !== undefined || (args.what ?? []).some((name) => name.includes("="));
	await onDatabase(args, "verify", (database) =>
		comparesTables ? compare(database, args) : check(database, args),
	);
}

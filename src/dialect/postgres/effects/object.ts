import { keyOf } from "../../../catalog/catalog.ts";
import type { Key, UserType } from "../../../catalog/model.ts";
import type { QualifiedName } from "../../../core/expression.ts";
import type { OperationOf } from "../../../core/operation.ts";
import { because, lock, lockIndex, refuse, scan, type Draft } from "./draft.ts";
import { dropViews } from "./drop-view.ts";
import { columnOf, tableStorage, targetOf, type Scene } from "./scene.ts";
import { has, since } from "./versions.ts";

/** ALTER TYPE ... ADD VALUE: no lock on any table; there is no way to take a value back. */
export function addEnumValue(
	operation: OperationOf<"addEnumValue">,
	scene: Scene,
	draft: Draft,
): void {
	draft.reversible = "none";
	if (!has(scene.version, "enumValueInTransaction")) {
		draft.transaction = "refused";
		because(draft, "before PostgreSQL 12 ADD VALUE cannot run inside a transaction block");
		draft.better = { version: since.enumValueInTransaction, how: "runs inside a transaction" };
	}
	const type = scene.catalog.type(operation.type);
	if (type?.kind !== "enum") return;
	const present = type.values.some(({ value }) => value === operation.value);
	const beside = operation.neighbour?.value;
	if (beside !== undefined && !type.values.some(({ value }) => value === beside)) {
		refuse(draft, "22023", `${beside} is no value of the enum`);
	}
	if (present && !operation.ifNotExists) {
		refuse(draft, "42710", `the enum value ${operation.value} exists already`);
	}
}

export function renameEnumValue(
	operation: OperationOf<"renameEnumValue">,
	scene: Scene,
	draft: Draft,
): void {
	draft.phase = "contract";
	const type = scene.catalog.type(operation.type);
	if (type?.kind !== "enum") return;
	const values = type.values.map(({ value }) => value);
	if (!values.includes(operation.value)) {
		refuse(draft, "22023", `${operation.value} is no value of the enum`);
	}
	if (values.includes(operation.to)) {
		refuse(draft, "42710", `the enum value ${operation.to} exists already`);
	}
}

/** ALTER TYPE of a composite type: tables of that type change too, columns of it forbid it. */
export function alterCompositeType(
	operation: OperationOf<"alterCompositeType">,
	scene: Scene,
	draft: Draft,
): void {
	const key = scene.catalog.resolve(operation.type);
	lock(draft, key, "AccessExclusiveLock");
	if (operation.action !== "addAttribute") draft.phase = "contract";
	for (const table of scene.catalog.tables()) {
		if (table.ofType !== key) continue;
		if (!operation.cascade) refuse(draft, "2BP01", `table ${keyOf(table)} is of the type`);
		lock(draft, keyOf(table), "AccessExclusiveLock");
	}
	if (operation.action !== "alterAttribute") return;
	const [used] = scene.catalog.tablesUsingType(key);
	if (used) refuse(draft, "0A000", `column ${used.column} of ${keyOf(used.table)} uses the type`);
}

/** DROP TYPE and DROP DOMAIN: with CASCADE every column of the type is dropped. */
export function dropType(operation: OperationOf<"dropType">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	draft.reversible = "lossy";
	const type = scene.catalog.type(operation.type);
	if (!type) return;
	const key = keyOf(type);
	if (type.kind === "composite") {
		lock(draft, key, "AccessExclusiveLock");
		for (const table of scene.catalog.tables()) {
			if (table.ofType !== key) continue;
			if (!operation.cascade) refuse(draft, "2BP01", `table ${keyOf(table)} is of the type`);
			lock(draft, keyOf(table), "AccessExclusiveLock");
		}
	}
	for (const { table, column } of scene.catalog.tablesUsingType(key)) {
		if (!operation.cascade) refuse(draft, "2BP01", `column ${column} of ${keyOf(table)} uses it`);
		lock(draft, keyOf(table), "AccessExclusiveLock");
		because(draft, `CASCADE drops column ${column} of ${keyOf(table)}`);
		dropViews(keyOf(table), column, operation.cascade, scene, draft);
	}
	for (const domain of domainsOver(key, scene)) {
		if (!operation.cascade) refuse(draft, "2BP01", `domain ${domain} is made of it`);
	}
}

function domainsOver(key: Key, scene: Scene): readonly Key[] {
	return [...scene.catalog.types()]
		.filter((type) => type.kind === "domain" && scene.catalog.resolve(type.base) === key)
		.map(keyOf);
}

/**
 * ALTER DOMAIN: a new or validated constraint reads every table with a column of the domain, under a
 * lock that stops writes. Source: validateDomainConstraint in src/backend/commands/typecmds.c.
 */
export function alterDomain(
	operation: OperationOf<"alterDomain">,
	scene: Scene,
	draft: Draft,
): void {
	const { action } = operation;
	const type = scene.catalog.type(operation.domain);
	const domain = type?.kind === "domain" ? type : undefined;
	if (!domain) draft.assumed = true;
	if (domain) refuseDomainConstraint(action, domain, draft);
	switch (action.kind) {
		case "addConstraint":
			draft.phase = "contract";
			if (action.constraint.notValid) return;
			break;
		case "validateConstraint":
			if (
				domain?.constraints.some(({ name, validated }) => name === action.constraint && validated)
			) {
				return;
			}
			break;
		case "setNotNull":
			draft.phase = "contract";
			if (domain?.notNull) return;
			break;
		default:
			return;
	}
	checkDomainColumns(scene.catalog.resolve(operation.domain), scene, draft);
}

type Domain = Extract<UserType, { readonly kind: "domain" }>;

function refuseDomainConstraint(
	action: OperationOf<"alterDomain">["action"],
	domain: Domain,
	draft: Draft,
): void {
	const has = (wanted: string | undefined) =>
		domain.constraints.some(({ name }) => name === wanted);
	if (action.kind === "addConstraint" && has(action.constraint.name)) {
		refuse(draft, "42710", "the domain has a constraint of that name");
	}
	const named = action.kind === "validateConstraint" || action.kind === "dropConstraint";
	if (!named || (action.kind === "dropConstraint" && action.ifExists)) return;
	if (!has(action.constraint)) {
		refuse(draft, "42704", `the domain has no constraint ${action.constraint}`);
	}
}

function checkDomainColumns(key: Key, scene: Scene, draft: Draft): void {
	for (const { table, column } of scene.catalog.tablesUsingType(key)) {
		const type = columnOf(table, column)?.type;
		if (type && type.dimensions > 0) {
			refuse(draft, "0A000", `column ${column} of ${keyOf(table)} is an array of the domain`);
		}
		if (table.kind !== "table") continue;
		lock(draft, keyOf(table), "ShareLock");
		scan(draft, tableStorage(table));
		because(draft, `every row of ${keyOf(table)} is tested while writes wait`);
	}
	for (const above of domainsOver(key, scene)) checkDomainColumns(above, scene, draft);
}

/** Objects of the whole server: their statements are transactions of their own. */
const standalone: ReadonlySet<string> = new Set(["database", "tablespace"]);

export function createObject(
	operation: OperationOf<"createObject">,
	scene: Scene,
	draft: Draft,
): void {
	if (standalone.has(operation.object) || operation.object === "subscription") {
		draft.transaction = "refused";
		because(
			draft,
			`CREATE ${operation.object.toUpperCase()} cannot run inside a transaction block`,
		);
	}
	lockPublished(operation.tables ?? [], scene, draft);
}

function lockPublished(tables: readonly QualifiedName[], scene: Scene, draft: Draft): void {
	for (const name of tables) {
		const target = targetOf(scene, name);
		if (target.kind === "assumed") draft.assumed = true;
		lock(draft, target.key, "ShareUpdateExclusiveLock");
	}
}

export function alterObject(
	operation: OperationOf<"alterObject">,
	scene: Scene,
	draft: Draft,
): void {
	const { object, action } = operation;
	if (object === "system") {
		draft.transaction = "refused";
		because(draft, "ALTER SYSTEM cannot run inside a transaction block");
	}
	if (object === "database" && action.includes("tablespace")) draft.transaction = "refused";
	if (object === "subscription" && action.startsWith("refresh")) draft.transaction = "refused";
	if (object === "role" && action.includes("owned")) changeOwned(operation, scene, draft);
	if (object === "index") return;
	if (object === "trigger") {
		for (const name of operation.tables) lock(draft, targetOf(scene, name).key, "AccessShareLock");
		return;
	}
	lockPublished(operation.tables, scene, draft);
}

/** REASSIGN OWNED and DROP OWNED reach every relation of the role in this database. */
function changeOwned(operation: OperationOf<"alterObject">, scene: Scene, draft: Draft): void {
	const roles = operation.name.name.split(", ");
	if (operation.action === "drop owned") {
		draft.phase = "contract";
		draft.reversible = "lossy";
	}
	for (const table of scene.catalog.tables()) {
		if (table.owner === undefined || !roles.includes(table.owner)) continue;
		lock(draft, keyOf(table), "AccessExclusiveLock");
	}
}

export function dropObject(operation: OperationOf<"dropObject">, scene: Scene, draft: Draft): void {
	draft.phase = "contract";
	if (standalone.has(operation.object) || operation.object === "subscription") {
		draft.transaction = "refused";
	}
	if (operation.object !== "statistics" || !has(scene.version, "dropStatisticsLocksTable")) return;
	const table = scene.catalog.statisticsTable(operation.name);
	if (table !== undefined) lock(draft, table, "ShareUpdateExclusiveLock");
}

/** COMMENT and SECURITY LABEL: no reader or writer waits, but VACUUM and other DDL do. */
export function describeObject(
	operation: OperationOf<"comment">,
	scene: Scene,
	draft: Draft,
): void {
	const { object, name, table } = operation;
	if (object === "index") {
		lockIndex(draft, scene.catalog.resolve(name), "ShareUpdateExclusiveLock");
		return;
	}
	const relation = table ?? (relationTypes.has(object) ? name : undefined);
	if (!relation) return;
	const target = targetOf(scene, relation);
	if (target.kind === "assumed") draft.assumed = true;
	// What stands on a table is found under a weak lock; the table's own comment needs more.
	const carried = ["constraint", "policy", "rule", "trigger"].includes(object);
	lock(draft, target.key, carried ? "AccessShareLock" : "ShareUpdateExclusiveLock");
}

const relationTypes: ReadonlySet<string> = new Set([
	"foreignTable",
	"materializedView",
	"sequence",
	"table",
	"view",
]);

/** GRANT and REVOKE lock nothing before 18; then ACCESS SHARE on the relations that they name. */
export function setPrivileges(operation: OperationOf<"grant">, scene: Scene, draft: Draft): void {
	if (operation.allInSchema || !has(scene.version, "grantLocks")) return;
	if (!relationTypes.has(operation.object)) return;
	for (const name of operation.objects) lock(draft, targetOf(scene, name).key, "AccessShareLock");
}

export function createStatistics(
	operation: OperationOf<"createStatistics">,
	scene: Scene,
	draft: Draft,
): void {
	const target = targetOf(scene, operation.table);
	if (target.kind === "assumed") draft.assumed = true;
	lock(draft, target.key, "ShareUpdateExclusiveLock");
}

const outsideTransactions: ReadonlySet<string> = new Set([
	"COMMIT PREPARED",
	"DISCARD ALL",
	"ROLLBACK PREPARED",
]);

export function sessionCommand({ command }: OperationOf<"sessionCommand">, draft: Draft): void {
	if (!outsideTransactions.has(command)) return;
	draft.transaction = "refused";
	because(draft, `${command} cannot run inside a transaction block`);
}

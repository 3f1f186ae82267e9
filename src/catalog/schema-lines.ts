import type { TypeName } from "../core/expression.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import type { Column, Constraint, Index, Table, View } from "./model.ts";

const spellings: Readonly<Record<string, string>> = {
	bit: "bit",
	bool: "boolean",
	bpchar: "character",
	float4: "real",
	float8: "double precision",
	int2: "smallint",
	int4: "integer",
	int8: "bigint",
	timestamp: "timestamp without time zone",
	timestamptz: "timestamp with time zone",
	time: "time without time zone",
	timetz: "time with time zone",
	varbit: "bit varying",
	varchar: "character varying",
};

/** format_type of the server. */
export function formatType(type: TypeName | undefined): string {
	if (!type) return "?";
	const name =
		type.schema === undefined ? (spellings[type.name] ?? type.name) : `${type.schema}.${type.name}`;
	const modifiers = type.modifiers.length === 0 ? "" : `(${type.modifiers.join(",")})`;
	const [first = "", ...rest] = name.split(" ");
	const timed = type.name.startsWith("time") && rest.length > 0;
	const whole = timed ? [`${first}${modifiers}`, ...rest].join(" ") : `${name}${modifiers}`;
	return `${whole}${type.dimensions > 0 ? "[]" : ""}`;
}

/**
 * Returns the schema in words that a server can be asked for too: one line for each fact, sorted. The same
 * lines of both mean the same schema.
 */
export function schemaLines(catalog: Catalog): readonly string[] {
	const lines: string[] = [...catalog.schemas()].map(({ name }) => `schema ${name}`);
	for (const table of catalog.tables()) lines.push(...tableLines(catalog, table));
	for (const view of catalog.views()) lines.push(...viewLines(view));
	for (const sequence of catalog.sequences()) {
		const { ownedBy } = sequence;
		const owner = ownedBy && `${catalog.tableByKey(ownedBy.table)?.name ?? ""}.${ownedBy.column}`;
		lines.push(`sequence ${keyOf(sequence)}${owner ? ` owned by ${owner}` : ""}`);
	}
	for (const type of catalog.types()) {
		if (type.kind === "enum") {
			lines.push(`enum ${keyOf(type)} ${type.values.map(({ value }) => value).join(",")}`);
		} else if (type.kind === "composite") {
			const attributes = type.attributes.map((own) => `${own.name} ${formatType(own.type)}`);
			lines.push(`composite ${keyOf(type)} ${attributes.join(",")}`);
		} else if (type.kind === "domain") {
			const constraints = [...type.constraints]
				.sort((left, right) => (left.name < right.name ? -1 : 1))
				.map(({ name, validated }) => (validated ? name : `${name} not validated`));
			lines.push(
				`domain ${keyOf(type)} ${formatType(type.base)}${type.notNull ? " not null" : ""}${type.default ? " default" : ""}${constraints.length > 0 ? ` ${constraints.join(",")}` : ""}`,
			);
		} else if (type.kind === "range") lines.push(`range ${keyOf(type)}`);
	}
	for (const routine of catalog.allRoutines()) {
		const settings = [...routine.settings.keys()].sort().join(",");
		lines.push(
			`routine ${keyOf(routine)}(${routine.argumentTypes.map((type) => formatType({ ...type, modifiers: [] })).join(", ")}) ${routine.routine} ${routine.volatility}${routine.securityDefiner ? " security definer" : ""}${settings ? ` set ${settings}` : ""}`,
		);
	}
	for (const name of ["citext", "hstore", "pg_trgm"]) {
		if (catalog.extension(name)) lines.push(`extension ${name}`);
	}
	return lines.sort();
}

function tableLines(catalog: Catalog, table: Table): string[] {
	const key = keyOf(table);
	const parents = table.partitionOf ? [table.partitionOf.parent] : table.inherits;
	const above = parents.map((parent) => catalog.tableByKey(parent)?.name ?? parent).join(",");
	const parameters = [...table.parameters]
		.map(([name, value]) => `${name}=${value ?? ""}`)
		.join(",");
	return [
		[
			`table ${key} ${table.kind} ${table.persistence}`,
			...(table.rowSecurity ? ["rls"] : []),
			...(table.forceRowSecurity ? ["forced"] : []),
			...(table.rules.length > 0
				? [
						`rules ${table.rules
							.map(({ name }) => name)
							.sort()
							.join(",")}`,
					]
				: []),
			...(above ? [`${table.partitionOf ? "partition of" : "inherits"} ${above}`] : []),
			...(parameters ? [`with ${parameters}`] : []),
		].join(" "),
		...table.columns.map((column, at) => columnLine(table, column, at)),
		...table.constraints.map((constraint) => constraintLine(key, constraint)),
		...table.indexes.map((index) => indexLine(catalog, index, table.name)),
		...triggerLines(table),
		...table.policies.map(
			(policy) =>
				`policy ${table.name}.${policy.name} ${policy.command}${policy.permissive ? "" : " restrictive"}`,
		),
	];
}

/** DEFAULT NULL says what is so without it, and some servers write it out. */
function hasDefault({ default: value }: Column): boolean {
	return value !== undefined && !(value.kind === "literal" && value.type === "null");
}

function columnLine(table: Table, column: Column, at: number): string {
	return [
		`column ${keyOf(table)}.${column.name} ${formatType(column.type)}`,
		...(column.notNull ? ["not null"] : []),
		...(column.identity ? [`identity ${column.identity}`] : []),
		...(column.generated ? [`generated ${column.generated.kind}`] : []),
		...(hasDefault(column) ? ["default"] : []),
		...(table.kind === "foreign" ? [] : [`#${at + 1}`]),
	].join(" ");
}

function constraintLine(key: string, constraint: Constraint): string {
	const columns =
		constraint.type === "check" || constraint.type === "exclude"
			? []
			: [`(${constraint.columns.join(",")})`];
	return [
		`constraint ${key}.${constraint.name} ${constraint.type}`,
		...(constraint.validated ? [] : ["not validated"]),
		...(constraint.enforced ? [] : ["not enforced"]),
		...(constraint.deferrable ? ["deferrable"] : []),
		...columns,
		...(constraint.type === "foreignKey"
			? [`references ${constraint.references.name}(${constraint.referencedColumns.join(",")})`]
			: []),
		...(constraint.inherited ? ["inherited"] : []),
	].join(" ");
}

function indexLine(catalog: Catalog | undefined, index: Index, relation: string): string {
	const columns = index.elements.map(({ expression }) =>
		expression.kind === "column" ? expression.path.at(-1) : "expression",
	);
	const parent = index.parent === undefined ? undefined : catalog?.indexByKey(index.parent);
	return [
		`index ${keyOf(index)} on ${relation}`,
		...(index.unique ? ["unique"] : []),
		...(index.valid ? [] : ["invalid"]),
		index.method,
		`(${columns.join(",")})`,
		...(index.include.length > 0 ? [`include (${index.include.join(",")})`] : []),
		...(index.where ? ["where"] : []),
		...(index.constraint === undefined ? [] : [`constraint ${index.constraint}`]),
		...(index.parent === undefined ? [] : [`of ${parent?.index.name ?? index.parent}`]),
	].join(" ");
}

function viewLines(view: View): string[] {
	const bare = (key: string) => key.slice(key.indexOf(".") + 1);
	const reads = [...new Set(view.dependsOn.map(bare))].sort().join(",");
	const columns = [...new Set(view.dependsOnColumns.map(bare))].sort().join(",");
	return [
		`${view.materialized ? "materialized view" : "view"} ${keyOf(view)} (${view.columns.join(",")})${view.materialized && !view.populated ? " not populated" : ""} reads ${reads} columns ${columns}`,
		...view.indexes.map((index) => indexLine(undefined, index, view.name)),
		...triggerLines(view),
	];
}

function triggerLines({ name, triggers }: Table | View): string[] {
	return triggers.map(
		(trigger) =>
			`trigger ${name}.${trigger.name} ${trigger.state} ${trigger.function.name}${trigger.inherited ? " inherited" : ""}`,
	);
}

/** Returns those of the lines that are about a table or view: itself, its columns, constraints, indexes, triggers, policies. */
export function linesAbout(lines: readonly string[], key: string): readonly string[] {
	const dot = key.indexOf(".");
	const [schema, name] = [key.slice(0, dot), key.slice(dot + 1)];
	const starts = [
		...["table", "view", "materialized view"].map((kind) => `${kind} ${key} `),
		...["column", "constraint"].map((kind) => `${kind} ${key}.`),
		...["trigger", "policy"].map((kind) => `${kind} ${name}.`),
	];
	return lines.filter(
		(line) =>
			starts.some((start) => line.startsWith(start)) ||
			(line.startsWith(`index ${schema}.`) && line.includes(` on ${name} `)),
	);
}

/**
 * Returns the lines without what does not tell two schemas apart: the places of columns, and NOT NULL constraints,
 * which have names from PostgreSQL 18 on and stand in the lines of their columns anyway; of MySQL the widths in which
 * numbers are shown, and options of tables, of which the server writes out what nobody said.
 */
export function comparableLines(lines: readonly string[]): readonly string[] {
	return lines
		.filter((line) => !/^constraint \S+ notNull/.test(line))
		.map((line) =>
			line
				.replace(/ #\d+$/, "")
				.replace(/ ((?:tiny|small|medium|big)?int)\(\d+\)/, " $1")
				.replace(/^(table \S+ .*?) with \S*\b(?:engine|auto_increment|charset|collate)=.*$/, "$1"),
		);
}

import type { Catalog } from "../../../catalog/catalog.ts";
import type { Table } from "../../../catalog/model.ts";
import type { RecipeStep } from "../../../core/finding.ts";
import type { IndexElement, Operation, OperationOf } from "../../../core/operation.ts";
import { quoteExpression, quoteIdentifier, quoteName } from "../../../dialect/mysql/quote.ts";
import type { RecipeSituation } from "../../recipe.ts";
import { batchKeyOf } from "../../batches.ts";

/** What keeps tools from a table: each for reasons of its own. */
interface Obstacles {
	readonly triggers: boolean;
	readonly foreignKeys: boolean;
	readonly referenced: boolean;
	readonly noKey: boolean;
	readonly addsUnique: boolean;
	readonly renamesColumn: boolean;
}

function obstaclesOf(table: Table | undefined, alter: string, catalog: Catalog): Obstacles {
	const key = table && `${table.schema}.${table.name}`;
	return {
		triggers: (table?.triggers.length ?? 0) > 0,
		foreignKeys: table?.constraints.some(({ type }) => type === "foreignKey") ?? false,
		referenced: key !== undefined && catalog.referencesTo(key).length > 0,
		noKey: table?.complete === true && batchKeyOf(table) === undefined,
		addsUnique: /\bADD\s+(?:CONSTRAINT\s+\S+\s+)?(?:UNIQUE|PRIMARY\s+KEY)\b/i.test(alter),
		renamesColumn: /\b(?:CHANGE|RENAME\s+COLUMN)\b/i.test(alter),
	};
}

interface Tool {
	readonly name: string;
	/** Why it cannot do it here. */
	readonly refuses: (obstacles: Obstacles, isMariadb: boolean) => string | undefined;
	readonly command: (place: Place, obstacles: Obstacles) => string;
}

interface Place {
	readonly database: string;
	readonly table: string;
	readonly alter: string;
}

const loses =
	"rows with a value that is there twice would be lost without a word: prove first that there are none";

/**
 * What each tool says of itself: gh-ost doc/requirements-and-limitations.md; Percona Toolkit, pt-online-schema-change,
 * "RISKS" and --alter-foreign-keys-method; spirit docs/limitations.md and README.
 */
const tools: readonly Tool[] = [
	{
		name: "gh-ost",
		refuses({ foreignKeys, referenced, triggers, noKey, addsUnique: unique }) {
			if (foreignKeys || referenced) return "it takes no table with foreign keys";
			if (triggers) return "it takes no table with triggers";
			if (noKey) return "the table has no unique key without NULL";
			return unique ? loses : undefined;
		},
		command: ({ database, table, alter }, { renamesColumn }) =>
			`gh-ost --database=${word(database)} --table=${word(table)} --alter=${word(alter)} --max-lag-millis=1500 --max-load=Threads_running=25${renamesColumn ? " --approve-renamed-columns" : ""} --execute`,
	},
	{
		name: "pt-online-schema-change",
		refuses({ triggers, noKey, addsUnique: unique }) {
			if (triggers) return "it needs triggers of its own, and the table has some";
			if (noKey) return "the table has no primary key or unique key";
			return unique ? loses : undefined;
		},
		command: ({ database, table, alter }, { referenced }) =>
			`pt-online-schema-change --alter ${word(alter)} --max-lag 2 --max-load Threads_running=25${referenced ? " --alter-foreign-keys-method=auto" : ""} --execute ${word(`D=${database},t=${table}`)}`,
	},
	{
		name: "spirit",
		refuses({ foreignKeys, referenced, triggers, noKey }, isMariadb) {
			if (isMariadb) return "it is for MySQL 8.0 and later";
			if (foreignKeys || referenced) return "it takes no table with foreign keys";
			if (triggers) return "it takes no table with triggers";
			return noKey ? "the table has no primary key" : undefined;
		},
		command: ({ database, table, alter }) =>
			`spirit migrate --database ${word(database)} --table ${word(table)} --alter ${word(alter)}`,
	},
];

/** One word of a command line. */
function word(text: string): string {
	return /^[\w=,.$-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Returns how tools that copy a table in pieces take the change, each with its command line, and which of them
 * cannot be used here. Undefined for a statement that is no change of one table.
 */
export function copyOnlineSteps(
	operation: Operation,
	{ catalog, dialect, statementText }: RecipeSituation,
): readonly RecipeStep[] | undefined {
	if (!("table" in operation)) return undefined;
	const { table: name } = operation;
	const alter = alterOf(operation, statementText);
	if (alter === undefined) return undefined;
	const table = catalog.table(name);
	const obstacles = obstaclesOf(table, alter, catalog);
	const place = {
		database: name.schema ?? (table && table.schema !== "public" ? table.schema : "<database>"),
		table: name.name,
		alter,
	};
	const isMariadb = dialect === "mariadb";
	const ways = tools.map((tool) => ({ tool, why: tool.refuses(obstacles, isMariadb) }));
	const usable = ways.filter(({ why }) => why === undefined);
	const says = ways.map(({ tool, why }) =>
		why === undefined
			? `With ${tool.name}: ${tool.command(place, obstacles)}`
			: `Not with ${tool.name} here: ${why}`,
	);
	const vitess = `In Vitess: SET @@ddl_strategy = 'vitess'; ALTER TABLE ${quoteName(name)} ${alter};`;
	const intro =
		usable.length > 0
			? `Take one of these in place of the statement: each copies ${name.name} in pieces while reads and writes go on`
			: `No tool copies ${name.name} as it is: run the statement when nobody writes, or take out of the way what is named here`;
	return [intro, ...says, ...(isMariadb ? [] : [vitess])].map((title) => ({
		title,
		transaction: "people",
		phase: "migrate",
	}));
}

const head =
	/^\s*ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE\s+(?:IF\s+EXISTS\s+)?(?:`(?:[^`]|``)+`|[\w$]+)(?:\s*\.\s*(?:`(?:[^`]|``)+`|[\w$]+))?\s*/i;
const online =
	/\s*,?\s*\b(?:ALGORITHM\s*=?\s*(?:DEFAULT|INSTANT|NOCOPY|INPLACE|COPY)|LOCK\s*=?\s*(?:DEFAULT|NONE|SHARED|EXCLUSIVE))\b/gi;

/** What stands behind the table's name in ALTER TABLE, in one line. */
function alterOf(operation: Operation, statement: string): string | undefined {
	if (operation.kind === "optimizeTable") return "ENGINE=InnoDB";
	if (head.test(statement)) {
		const clauses = statement.replace(head, "").replace(online, "");
		return clauses
			.replace(/\s+/g, " ")
			.replace(/^\s*,\s*/, "")
			.replace(/[\s;]+$/, "");
	}
	return operation.kind === "createIndex" ? addIndex(operation) : undefined;
}

function addIndex({ index, unique, method, elements }: OperationOf<"createIndex">) {
	const parts = elements.map(partOf);
	if (!index || parts.includes(undefined)) return undefined;
	const kind = /^(?:fulltext|spatial)$/i.test(method) ? `${method.toUpperCase()} ` : "";
	return `ADD ${unique ? "UNIQUE " : kind}INDEX ${quoteIdentifier(index.name)} (${parts.join(", ")})`;
}

function partOf({ expression, prefixLength, descending }: IndexElement): string | undefined {
	const text = quoteExpression(expression);
	if (text === undefined) return undefined;
	const own = expression.kind === "column" ? text : `(${text})`;
	return `${own}${prefixLength === undefined ? "" : `(${prefixLength})`}${descending ? " DESC" : ""}`;
}

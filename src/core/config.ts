import type { DialectId } from "./dialect.ts";
import type { TransactionClass } from "./migration.ts";
import { presets, type Preset } from "./preset.ts";
import { commentedTools, type CommentedTool } from "./tools.ts";
import type { WrittenVersion } from "./server-version.ts";
import { jsonSchemaOf, problemsOf, type ConfigProblem, type Shape } from "./config-shape.ts";

export type { ConfigProblem } from "./config-shape.ts";

export type RuleSetting = "error" | "warning" | "info" | "off";

/**
 * Groups migrations into releases. `pattern`: a regular expression on the revision; the text of its
 * first group (or of the match) names the release. `directory`: a path below the project's root, `*`
 * stands for one folder; each matching folder is a release. `from`, `to`: revisions, both included.
 */
export type ReleaseConfig =
	| { readonly pattern: string }
	| { readonly directory: string }
	| { readonly from: string; readonly to?: string; readonly name?: string };

/** Parts of a config that only one project has. */
export interface ProjectConfig {
	/** Directory of the migrations, relative to the config file. */
	readonly root: string;
	readonly layout?: string;
	readonly dialect?: DialectId;
	readonly serverVersion?: WrittenVersion;
	/** Globs relative to the root; only these files are read. */
	readonly include?: readonly string[];
	/** Globs relative to the root; these files are not read. */
	readonly exclude?: readonly string[];
	/** A schema dump that stands before the first migration, relative to the root. */
	readonly baseline?: string;
	readonly transaction?: TransactionClass;
	readonly searchPath?: readonly string[];
	readonly releases?: readonly ReleaseConfig[];
	/** The values that the migration tool fills into the SQL, by the names of the placeholders. */
	readonly placeholders?: Readonly<Record<string, string>>;
}

/** Who approves plans. */
export interface ApprovalConfig {
	/** Their names, as approvals give them. */
	readonly operators: readonly string[];
	/** How many of them must approve; 1 when left out. */
	readonly required?: number;
}

/** How plans are run and taken back. */
export interface RunConfig {
	/** For how many hours after a step it may be taken back without asking; 72 when left out. */
	readonly rollbackTtlHours?: number;
	/** How many workers change rows of one table side by side; 1 when left out. */
	readonly workers?: number;
	readonly throttle?: ThrottleConfig;
}

/** When changes of rows wait for the server. 0 switches a limit off. */
export interface ThrottleConfig {
	/** How long a batch should take; 250 when left out. */
	readonly batchMilliseconds?: number;
	/** 5 when left out. */
	readonly replicaLagSeconds?: number;
	/** 256 when left out. */
	readonly replicaLagMegabytes?: number;
	/** No limit when left out. */
	readonly logMegabytesPerSecond?: number;
	/** Log that is kept for slots and archive; 8192 when left out. */
	readonly retainedLogMegabytes?: number;
	/** 60 when left out. */
	readonly oldestTransactionMinutes?: number;
	/** Dead rows for each hundred live ones; 200 when left out. */
	readonly deadRowPercent?: number;
	/** Connections that work; no limit when left out. */
	readonly activeConnections?: number;
	/** A query with one row: go on while its first column is true. */
	readonly sql?: string;
	/** After so long in one pause the run stops; 60 when left out. */
	readonly giveUpMinutes?: number;
}

/** What the database must be for the code of this commit to start. */
export interface GateConfig {
	/** The first revision that the code can work with. */
	readonly min?: string;
	/** The last revision that it can work with; any later one when left out. */
	readonly max?: string;
	/** Which set of secrets is in force: a name or a hash of their versions, never a value. */
	readonly secretsRev?: string;
}

/** A database that plans are run on. */
export interface TargetConfig {
	/** The environment variable that holds its address: addresses have passwords. */
	readonly urlVariable: string;
	readonly region?: string;
	/** Targets of a later wave wait until those of the earlier ones are done and verified; 1 when left out. */
	readonly wave?: number;
}

/** What lockkeeper.config.json says. */
export interface Config {
	readonly $schema?: string;
	readonly projects?: readonly ProjectConfig[];
	/**
	 * Version of the server: the major version of PostgreSQL, "8.0" or "8.0.29" of MySQL, "10.11" of MariaDB,
	 * "3.45" of SQLite. When left out, that of the statistics file, or PostgreSQL 14, MySQL 8.0, MariaDB 10.11
	 * and SQLite 3.45.
	 */
	readonly serverVersion?: WrittenVersion;
	readonly parser?: "libpg" | "portable";
	/** Which rules are on without being named: "recommended" when left out. */
	readonly preset?: Preset;
	readonly rules?: Readonly<Record<string, RuleSetting>>;
	/** Other linters whose comments are honoured: what they are told to leave out is left out here. */
	readonly compatibility?: readonly CommentedTool[];
	readonly tables?: Readonly<Record<string, { readonly rows?: number }>>;
	/** Globs relative to the config file; these files are not read. */
	readonly ignore?: readonly string[];
	/**
	 * Globs relative to the config file: where the code lies that uses the database and is searched for
	 * names that go. The whole repository when left out.
	 */
	readonly code?: readonly string[];
	/** Who may approve plans, and how many of them must. */
	readonly approval?: ApprovalConfig;
	readonly run?: RunConfig;
	readonly gate?: GateConfig;
	/** The databases that plans are run on, by the names that people give them. */
	readonly targets?: Readonly<Record<string, TargetConfig>>;
	/** What lockkeeper stats wrote, relative to the config file; lockkeeper.statistics.json beside it by default. */
	readonly statistics?: string;
}

const text = (description: string): Shape => ({ kind: "text", description });
const texts = (description: string): Shape => ({
	kind: "list",
	description,
	item: { kind: "text" },
});
const serverVersion: Shape = {
	kind: "version",
	description:
		'Version of the server: 14 for PostgreSQL, "8.0" or "8.0.29" for MySQL, "10.11" for MariaDB, "3.45" for SQLite.',
	minimum: 3,
};

const release: Shape = {
	kind: "oneOf",
	description: "Migrations that are deployed together.",
	of: [
		{
			kind: "object",
			required: ["pattern"],
			fields: {
				pattern: {
					kind: "pattern",
					description:
						"Regular expression on the revision. Its first group, or the match, names the release.",
				},
			},
		},
		{
			kind: "object",
			required: ["directory"],
			fields: {
				directory: text("Folder below the project's root; * stands for one folder name."),
			},
		},
		{
			kind: "object",
			required: ["from"],
			fields: {
				from: text("First revision of the release."),
				to: text("Last revision of the release; the end of the history when left out."),
				name: text("Name of the release."),
			},
		},
	],
};

const projectFields = {
	root: text("Directory of the migrations, relative to this file."),
	layout: text("How the migration tool lays out its files, when it cannot be detected."),
	dialect: {
		kind: "choice",
		description: "The database that runs the migrations.",
		values: ["postgres", "mysql", "mariadb", "sqlite"] satisfies DialectId[],
	},
	serverVersion,
	include: texts("Globs relative to the root: only these files are read."),
	exclude: texts("Globs relative to the root: these files are not read."),
	baseline: text("Schema dump that stands before the first migration, relative to the root."),
	transaction: {
		kind: "choice",
		description: "How the tool wraps migrations in transactions, when it differs from its default.",
		values: ["all", "file", "implicit", "none"] satisfies TransactionClass[],
	},
	searchPath: texts("The search_path before the first statement."),
	placeholders: {
		kind: "record",
		description:
			"The values that the migration tool fills into the SQL, by placeholder name. A value that is longer than its placeholder is read as a name of its own.",
		value: { kind: "text" },
	},
	releases: {
		kind: "list",
		description:
			"Which migrations are deployed together. The last release is the one under review.",
		item: release,
	},
} satisfies Record<keyof ProjectConfig, Shape>;

const limit = (description: string): Shape => ({ kind: "integer", description, minimum: 0 });

const throttleFields = {
	batchMilliseconds: {
		kind: "integer",
		description: "How long a batch should take, in milliseconds; 250 when left out.",
		minimum: 1,
	},
	replicaLagSeconds: limit("Wait while a replica is further behind; 5 when left out, 0 never."),
	replicaLagMegabytes: limit("Wait while a replica is further behind; 256 when left out, 0 never."),
	logMegabytesPerSecond: limit(
		"Wait while the server writes more write-ahead log; no limit when left out.",
	),
	retainedLogMegabytes: limit(
		"Wait while more log is kept for replication slots or the archive; 8192 when left out, 0 never.",
	),
	oldestTransactionMinutes: limit(
		"Wait while a transaction is open for longer; 60 when left out, 0 never.",
	),
	deadRowPercent: limit(
		"Wait while the table has more dead rows for each hundred live ones; 200 when left out, 0 never.",
	),
	activeConnections: limit("Wait while more connections work; no limit when left out."),
	sql: text("A query with one row: go on while its first column is true."),
	giveUpMinutes: {
		kind: "integer",
		description: "Stop the run after waiting for so long; 60 when left out.",
		minimum: 1,
	},
} satisfies Record<keyof ThrottleConfig, Shape>;

const runFields = {
	rollbackTtlHours: {
		kind: "integer",
		description:
			"For how many hours after a step it may be taken back without asking; 72 when left out.",
		minimum: 0,
	},
	workers: {
		kind: "integer",
		description:
			"How many workers change rows of one table side by side; 1 when left out, always 1 on PGlite.",
		minimum: 1,
	},
	throttle: {
		kind: "object",
		description: "When changes of rows wait for the server.",
		required: [],
		fields: throttleFields,
	},
} satisfies Record<keyof RunConfig, Shape>;

const gateFields = {
	min: text("The first revision that the code can work with."),
	max: text("The last revision that the code can work with; any later one when left out."),
	secretsRev: text(
		"Which set of secrets is in force: a name or a hash of their versions, never a value.",
	),
} satisfies Record<keyof GateConfig, Shape>;

const targetFields = {
	urlVariable: {
		kind: "text",
		description: "The environment variable that holds the address of the database.",
		like: {
			pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
			words:
				"the name of an environment variable that holds the address; an address has no place in a config",
		},
	},
	region: text("Where it stands, for people."),
	wave: {
		kind: "integer",
		description:
			"Targets of a later wave wait until those of the earlier ones are done and verified; 1 when left out.",
		minimum: 1,
	},
} satisfies Record<keyof TargetConfig, Shape>;

const configFields = {
	$schema: text("Where editors find the schema of this file."),
	projects: {
		kind: "list",
		description: "The directories of migrations. Without it they are searched for.",
		item: { kind: "object", required: ["root"], fields: projectFields },
	},
	serverVersion,
	parser: {
		kind: "choice",
		description: "libpg is the server's own grammar; portable runs where WebAssembly cannot.",
		values: ["libpg", "portable"],
	},
	preset: {
		kind: "choice",
		description:
			"Which rules are on: recommended (what can hurt production), strict (design and robustness too), all (style too).",
		values: presets,
	},
	rules: {
		kind: "record",
		description: "Severity of single rules, by rule id; a rule that is named here is on.",
		value: {
			kind: "choice",
			values: ["error", "warning", "info", "off"] satisfies RuleSetting[],
		},
	},
	compatibility: {
		kind: "list",
		description:
			"Other linters whose comments are honoured: what they are told to leave out is left out here.",
		item: { kind: "choice", values: commentedTools },
	},
	tables: {
		kind: "record",
		description: "What is known about single tables, by name.",
		value: {
			kind: "object",
			required: [],
			fields: {
				rows: { kind: "integer", description: "About how many rows it has.", minimum: 0 },
			},
		},
	},
	ignore: texts("Globs relative to this file: these files are not read."),
	code: texts(
		"Globs relative to this file: the code that uses the database, searched for names that are dropped or renamed. The whole repository when left out; an empty list searches nothing.",
	),
	approval: {
		kind: "object",
		description: "Who may approve plans, and how many of them must.",
		required: ["operators"],
		fields: {
			operators: texts("Their names, as approvals give them."),
			required: {
				kind: "integer",
				description: "How many of them must approve; 1 when left out.",
				minimum: 1,
			},
		},
	},
	run: {
		kind: "object",
		description: "How plans are run and taken back.",
		required: [],
		fields: runFields,
	},
	gate: {
		kind: "object",
		description: "What the database must be for the code of this commit to start.",
		required: [],
		fields: gateFields,
	},
	targets: {
		kind: "record",
		description: "The databases that plans are run on, by name.",
		value: { kind: "object", required: ["urlVariable"], fields: targetFields },
	},
	statistics: text(
		"What lockkeeper stats wrote, relative to this file; lockkeeper.statistics.json when left out.",
	),
} satisfies Record<keyof Config, Shape>;

const configShape: Shape = { kind: "object", required: [], fields: configFields };

/** Returns the config as it is: for completion and type checks in lockkeeper.config.ts. */
export function defineConfig(config: Config): Config {
	return config;
}

function isConfig(value: unknown, problems: ConfigProblem[]): value is Config {
	problems.push(...problemsOf(value, configShape, ""));
	return problems.length === 0;
}

/** Returns the config, or everything that is wrong with it. Unknown keys are problems. */
export function parseConfig(value: unknown): Config | readonly ConfigProblem[] {
	const problems: ConfigProblem[] = [];
	return isConfig(value, problems) ? value : problems;
}

/** Returns the JSON Schema (draft 7, which editors know) of the config file. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
	return {
		$schema: "http://json-schema.org/draft-07/schema#",
		title: "lockkeeper.config.json",
		...jsonSchemaOf(configShape),
	};
}

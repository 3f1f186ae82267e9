import path from "node:path";
import type { Config } from "./core/config.ts";
import { isRead, type DialectId } from "./core/dialect.ts";
import type { Project, ProjectProblem } from "./core/migration.ts";
import { loadDialect } from "./dialect/load.ts";
import { recipes } from "./generated/recipes.ts";
import { rules } from "./generated/rules.ts";
import type { Plan } from "./plan/plan.ts";
import { makePlan } from "./plan/planner.ts";
import { discoverProjects, type DiscoveryRequest } from "./project/discover.ts";
import { sha256 } from "./project/plan-file.ts";
import { codeSearch } from "./project/references/search.ts";
import { readStatistics } from "./project/statistics.ts";
import { activeRules } from "./repository.ts";

/** A release to plan, and the project that it belongs to. */
export interface PlannedProject {
	readonly plan: Plan;
	readonly project: Project;
}

type PlannableProject = Project & { readonly dialect: DialectId };

function candidatesOf({ migrations }: Project): readonly Project["migrations"][number][] {
	return migrations.filter(({ candidate }) => candidate);
}

/** The one project with something new, or why there is no such one. */
function projectToPlan(projects: readonly Project[]): PlannableProject | ProjectProblem {
	const problem = (message: string, hint: string): ProjectProblem => ({
		code: "noMigrations",
		severity: "error",
		message,
		hint,
	});
	const withNew = projects.filter((project) => candidatesOf(project).length > 0);
	const [project, ...others] = withNew;
	if (!project) {
		return problem(
			"There is no new migration to plan.",
			"Name it, or compare with another reference: --since origin/main.",
		);
	}
	if (others.length > 0) {
		const roots = withNew.map(({ root }) => root).join(", ");
		return problem(
			`Several histories have new migrations: ${roots}.`,
			"Name the migrations of one: a plan is for one database.",
		);
	}
	if (!isRead(project.dialect)) {
		return problem(
			`${project.root} is for ${project.dialect}.`,
			"Plans are made for PostgreSQL, MySQL, MariaDB and SQLite.",
		);
	}
	const broken = project.problems.find(({ severity }) => severity === "error");
	if (broken) return broken;
	const releases = new Set(candidatesOf(project).map(({ release }) => release));
	if (releases.size > 1) {
		return problem(
			"Nothing says which migrations are new.",
			"Name them, or write --since origin/main: what was added since is planned.",
		);
	}
	return { ...project, dialect: project.dialect };
}

/** Returns the plan of the one release that is new, or why there is none. */
export async function planRelease(
	cwd: string,
	paths: readonly string[],
	config: Config,
	request: DiscoveryRequest,
): Promise<PlannedProject | ProjectProblem> {
	const directory = request.configDirectory ?? cwd;
	const statistics = readStatistics(directory, config);
	if ("code" in statistics) return statistics;
	const serverVersion = config.serverVersion ?? statistics.serverVersion;
	const versioned = serverVersion === undefined ? config : { ...config, serverVersion };
	const found = await discoverProjects(cwd, paths, versioned, request);
	if ("code" in found) return found;
	const project = projectToPlan(found);
	if ("code" in project) return project;
	const dialect = await loadDialect(project.dialect, config.parser);
	const searchCode = codeSearch(cwd, {
		directory,
		...(config.code && { only: config.code }),
		without: found.map(({ root }) => root),
	});
	const plan = makePlan({
		history: {
			migrations: project.migrations,
			dialect,
			version: project.serverVersion,
			...(project.searchPath && { searchPath: project.searchPath }),
			...(project.settings && { settings: project.settings }),
		},
		rules: activeRules(config, {}).filter(({ rule }) => rule.dialects.includes(project.dialect)),
		recipes: new Map(recipes.map((recipe) => [recipe.id, recipe])),
		ruleIds: new Set(rules.map(({ id }) => id)),
		rows: statistics.rows,
		tables: statistics.tables,
		...(searchCode && { searchCode }),
		...(config.compatibility && { compatibility: config.compatibility }),
		hash: sha256,
		nameOf: (file) => path.relative(directory, path.resolve(cwd, file)).split(path.sep).join("/"),
	});
	return { plan, project };
}

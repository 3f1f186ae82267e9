import type { Project, TransactionClass } from "../core/migration.ts";
import { jsonProblem, type JsonProblem } from "./json-problem.ts";
import { fileOf, stateOf, transactionOf, type MigrationState } from "./project-text.ts";

/** The json format of project: a contract. Fields are only ever added. */
export interface JsonProjects {
	readonly version: 1;
	readonly projects: readonly {
		readonly root: string;
		readonly layout: Project["layout"];
		readonly dialect: { readonly id: Project["dialect"]; readonly why: string };
		readonly serverVersion: { readonly major: number; readonly why: string };
		readonly candidates: { readonly why: string };
		/** In the order in which the tool applies them. */
		readonly migrations: readonly {
			readonly id: string;
			readonly name: string;
			readonly file: string;
			readonly state: MigrationState;
			readonly release: string;
			/** Null for a program. */
			readonly transaction: TransactionClass | null;
			readonly repeatable: boolean;
			/** True for a program, whose SQL is not known. */
			readonly program: boolean;
			/** How many stretches of text each part has. */
			readonly sections: { readonly up: number; readonly down: number; readonly verify: number };
			readonly placeholders: readonly string[];
		}[];
		readonly problems: readonly JsonProblem[];
	}[];
}

/** Returns what was detected and why as one JSON document. */
export function projectJson(projects: readonly Project[]): string {
	const document: JsonProjects = {
		version: 1,
		projects: projects.map((project) => ({
			root: project.root,
			layout: project.layout,
			dialect: { id: project.dialect, why: project.dialectWhy },
			serverVersion: { major: project.serverVersion, why: project.serverVersionWhy },
			candidates: { why: project.candidatesWhy },
			migrations: project.migrations.map((migration) => ({
				id: migration.id,
				name: migration.name,
				file: fileOf(migration),
				state: stateOf(migration),
				release: migration.release,
				transaction: transactionOf(migration) ?? null,
				repeatable: migration.repeatable === true,
				program: migration.programFile !== undefined,
				sections: {
					up: migration.up.length,
					down: migration.down.length,
					verify: migration.verify.length,
				},
				placeholders: migration.placeholders,
			})),
			problems: project.problems.map(jsonProblem),
		})),
	};
	return `${JSON.stringify(document, undefined, "\t")}\n`;
}

import { rowEach } from "../applied/history-table.ts";
import type { DatabaseId, MigrationSource, ProjectProblem, Section } from "../../core/migration.ts";
import { joinPath, type Files } from "../files.ts";
import type { Detection, Layout, LayoutReading } from "./layout.ts";
import { textAbove } from "./manifest.ts";
import { linesOf, readInto, wholeFile } from "./section.ts";

const planFile = "sqitch.plan";

const engines: Readonly<Record<string, DatabaseId>> = {
	pg: "postgres",
	mysql: "mysql",
	sqlite: "sqlite",
	cockroach: "cockroachdb",
	oracle: "oracle",
	clickhouse: "clickhouse",
};

/** Sqitch: sqitch.plan names the changes; deploy/, revert/ and verify/ hold their scripts. */
export const sqitch: Layout = {
	id: "sqitch",
	name: "Sqitch",
	orderedBy: "sqitch.plan",
	applied: rowEach("sqitch.changes", "{name change}", "committed_at"),
	ownsFolders: true,
	ownsDatabaseFolders: true,

	detect(directory, files) {
		if (!files.exists(joinPath(directory, planFile))) return undefined;
		return { why: planFile, ...engineOf(directory, files) };
	},

	read(directory, files): LayoutReading {
		const problems: ProjectProblem[] = [];
		const plan = readInto(joinPath(directory, planFile), files, problems);
		if (!plan) return { migrations: [], problems };
		const changes = changesOf(plan.text);
		const migrations = changes.flatMap((change): readonly MigrationSource[] => {
			const script = scriptOf(change, directory, files);
			const section = (folder: string): readonly Section[] => {
				const path = joinPath(directory, folder, `${script}.sql`);
				if (!files.exists(path)) return [];
				const file = readInto(path, files, problems);
				// The client program runs the script: what it does not wrap itself commits by itself.
				return file ? [wholeFile(file, "none")] : [];
			};
			const up = section("deploy");
			if (up.length === 0) {
				problems.push(noScript(joinPath(directory, "deploy", `${script}.sql`), change));
				return [];
			}
			const [down, verify] = [section("revert"), section("verify")];
			return [{ id: script, name: change.name, up, down, verify, placeholders: ["psql"] }];
		});
		return { migrations, problems };
	},
};

interface Change {
	readonly name: string;
	/** The tags between it and its rework; empty for what is not reworked. */
	readonly tags: readonly string[];
}

/** Returns the changes of a plan in order. A name that is planned again is a rework of the earlier one. */
function changesOf(plan: string): readonly Change[] {
	const changes: { name: string; tags: readonly string[]; tagsBefore: number }[] = [];
	const latest = new Map<string, (typeof changes)[number]>();
	const tags: string[] = [];
	for (const { text } of linesOf(plan)) {
		const line = text.trim();
		if (line === "" || line.startsWith("#") || line.startsWith("%")) continue;
		const tag = /^@\S+/.exec(line)?.[0];
		if (tag !== undefined) {
			tags.push(tag);
			continue;
		}
		const name = /^[+\s]*(\S+)/.exec(line)?.[1];
		if (name === undefined || name.startsWith("-")) continue;
		const earlier = latest.get(name);
		if (earlier) earlier.tags = tags.slice(earlier.tagsBefore);
		const change = { name, tags: [], tagsBefore: tags.length };
		latest.set(name, change);
		changes.push(change);
	}
	return changes;
}

/**
 * Returns the name of a change's scripts. A reworked change runs from copies named for a tag: the first
 * one between it and its rework for which a copy exists (App/Sqitch/Plan/Change.pm, path_segments).
 */
function scriptOf({ name, tags }: Change, directory: string, files: Files): string {
	const copies = tags.map((tag) => `${name}${tag}`);
	const existing = copies.find((copy) =>
		files.exists(joinPath(directory, "deploy", `${copy}.sql`)),
	);
	return existing ?? copies[0] ?? name;
}

function engineOf(directory: string, files: Files): Pick<Detection, "dialect"> {
	const engine = /^\s*engine\s*=\s*(\w+)/m.exec(textAbove(directory, files, "sqitch.conf") ?? "");
	const id = engine?.[1] === undefined ? undefined : engines[engine[1]];
	return id ? { dialect: { id, why: `engine = ${engine?.[1]} in sqitch.conf` } } : {};
}

function noScript(path: string, { name }: Change): ProjectProblem {
	return {
		code: "missingFile",
		severity: "error",
		file: path,
		message: `${path} does not exist, but ${planFile} plans ${name}`,
		hint: "Put the script back or take the change out of the plan: sqitch deploy stops here.",
	};
}

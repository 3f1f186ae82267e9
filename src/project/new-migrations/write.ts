import type { Project } from "../../core/migration.ts";
import { parentOf } from "../files.ts";
import { layouts } from "../layouts/index.ts";
import { mainFile } from "../releases.ts";
import type { NewFile, NewMigration } from "./new-migration.ts";
import { nextRevisions } from "./revisions.ts";

/** The numbers that revisions begin with, and what stands before the last of them (Flyway's 2.1). */
function numbersOf(ids: readonly string[]): { readonly head: string; readonly last: string[] } {
	const newest = /^((?:\d+[._])*)(\d+)/.exec(ids.at(-1) ?? "");
	const head = newest?.[1] ?? "";
	const last = ids.flatMap((id) => {
		const match = /(?:^|[^\d])(\d+)/.exec(id.slice(id.startsWith(head) ? head.length : 0));
		return match?.[1] ?? [];
	});
	return { head, last: head === "" ? last : last.slice(-1) };
}

/**
 * Returns the files of new migrations in the layout of a project, after those that it has; or why its tool
 * cannot run them as they must be. `now`: milliseconds since 1970.
 */
export function filesOfMigrations(
	{ layout, migrations, root }: Project,
	wanted: readonly NewMigration[],
	now: number,
): readonly NewFile[] | string {
	const tool = layouts.find(({ id }) => id === layout.id);
	const why = tool?.refuses?.(wanted);
	if (why !== undefined) return why;
	if (!tool?.write) return `lockkeeper cannot write migrations of ${layout.name}`;
	const write = tool.write.bind(tool);
	const versioned = migrations.filter(({ repeatable }) => repeatable !== true);
	const existing = versioned.flatMap((migration) => mainFile(migration) ?? []);
	const newest = existing.at(-1);
	const directory = newest === undefined ? root : parentOf(newest);
	const { head, last } = numbersOf(versioned.map(({ id }) => id));
	const revisions = nextRevisions(last, wanted.length, now);
	return wanted.flatMap(({ down, ...migration }, at) => {
		const back = down === undefined ? {} : { down: `${down}\n` };
		const revision = `${head}${revisions[at] ?? ""}`;
		return write({ ...migration, ...back, revision, directory }, existing);
	});
}

import type { Files } from "./files.ts";
import { joinPath } from "./files.ts";

/** The server's major version and the file that says it. */
export interface VersionEvidence {
	readonly version: number;
	readonly file: string;
}

const composeFiles = ["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"];

/** `postgres:16-alpine`, `image: "docker.io/library/postgres:16.2"`, `supabase/postgres:15.1.0`. */
const image = /\b(?:postgres|postgis\/postgis|pgvector\/pgvector):(?:pg)?(\d{1,2})\b/g;

function versionsIn(text: string): readonly number[] {
	return [...text.matchAll(image)].flatMap(([, digits]) => Number(digits) || []);
}

/**
 * Returns the oldest PostgreSQL that the files for containers and continuous integration name: what holds
 * there holds on newer ones.
 */
export function serverVersionIn(files: Files): VersionEvidence | undefined {
	const workflows = joinPath(".github", "workflows");
	const names = [
		...composeFiles,
		".gitlab-ci.yml",
		...(files.exists(workflows)
			? files
					.list(workflows)
					.filter((name) => /\.ya?ml$/.test(name))
					.map((name) => joinPath(workflows, name))
			: []),
	];
	let oldest: VersionEvidence | undefined;
	for (const file of names) {
		if (!files.exists(file)) continue;
		for (const version of versionsIn(files.read(file).file?.text ?? "")) {
			if (!oldest || version < oldest.version) oldest = { version, file };
		}
	}
	return oldest;
}

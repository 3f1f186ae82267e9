import type { Project } from "../../core/migration.ts";
import type { VersionEvidence } from "../../project/server-version.ts";
import type { Step, Surroundings } from "./step.ts";

const names = ["json", "ts", "mts", "js", "mjs"].map((end) => `lockkeeper.config.${end}`);

/** Returns the config file with what was found out; what is detected anew each time stays out of it. */
export function configStep(
	projects: readonly Project[],
	version: VersionEvidence | undefined,
	around: Surroundings,
): Step {
	const what = "the config";
	const present = names.find((name) => around.read(name) !== undefined);
	if (present !== undefined) return { kind: "present", file: present, what };
	const isPostgres = projects.some(({ dialect }) => dialect === "postgres");
	const config = {
		$schema: "./node_modules/lockkeeper/lockkeeper.schema.json",
		...(isPostgres && version && { serverVersion: version.version }),
	};
	return {
		kind: "create",
		file: "lockkeeper.config.json",
		what:
			isPostgres && version
				? `${what}; PostgreSQL ${version.version} is what ${version.file} runs`
				: what,
		text: `${JSON.stringify(config, undefined, "\t")}\n`,
	};
}

import type { ProjectProblem } from "../core/migration.ts";

/** What reports say of a problem. */
export type JsonProblem = Pick<ProjectProblem, "code" | "severity" | "file" | "message" | "hint">;

/** Returns a problem as the json formats write it. */
export function jsonProblem({ code, severity, file, message, hint }: ProjectProblem): JsonProblem {
	return { code, severity, ...(file !== undefined && { file }), message, hint };
}

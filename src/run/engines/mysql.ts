import type { EngineProblem, RunEngine } from "../engine.ts";

export function openMysql(_address: string): Promise<RunEngine | EngineProblem> {
	return Promise.resolve({ code: "engineMissing", message: "", hint: "" });
}

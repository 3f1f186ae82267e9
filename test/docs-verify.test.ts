import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../src/core/config.ts";
import { lockkeeper, root } from "./cli/run.ts";

const page = (name: string): string => readFileSync(path.join(root, `docs/${name}.md`), "utf8");

test("the config of docs/backfills.md is one that run takes", () => {
	const [, json = ""] = /```json\n([\s\S]*?)```/.exec(page("backfills")) ?? [];
	expect(parseConfig(JSON.parse(json))).toHaveProperty("run.throttle.giveUpMinutes", 60);
});

test("every command of docs/verify.md is understood, and asks a server that is not there", async () => {
	const commands = [...page("verify").matchAll(/^lockkeeper (verify .*)$/gm)].map(([, line]) =>
		(line ?? "").replace(/\$\w+/g, "postgres://127.0.0.1:1/shop").split(" "),
	);
	expect(commands.length).toBe(5);
	for (const args of commands) {
		const { code, stderr } = await lockkeeper(args);
		expect([args, code, stderr]).toEqual([
			args,
			2,
			"lockkeeper: Nothing answers on 127.0.0.1:1.\n  Check host and port of the address, and whether the server runs.\n",
		]);
	}
});

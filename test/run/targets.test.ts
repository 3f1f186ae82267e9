import { describe, expect, test } from "vitest";
import { findTargets, parityRows, runWaves, type Target } from "../../src/run/targets.ts";

const config = {
	targets: {
		us: { urlVariable: "SHOP_US_URL", region: "us-east-1", wave: 2 },
		eu: { urlVariable: "SHOP_EU_URL", region: "eu-west-1" },
		canary: { urlVariable: "SHOP_CANARY_URL" },
	},
};
const environment = {
	SHOP_US_URL: "postgres://us/shop",
	SHOP_EU_URL: "postgres://eu/shop",
	SHOP_CANARY_URL: "postgres://canary/shop",
};

function found(wish: Parameters<typeof findTargets>[1] = "all"): readonly Target[] {
	const targets = findTargets(config, wish, environment);
	if ("code" in targets) throw new Error(targets.message);
	return targets;
}

describe("targets", () => {
	test("come by wave, then as the config names them", () => {
		expect(found().map(({ name, wave }) => `${wave} ${name}`)).toEqual([
			"1 eu",
			"1 canary",
			"2 us",
		]);
		expect(found({ names: ["us", "eu", "us"] }).map(({ name }) => name)).toEqual(["eu", "us"]);
	});

	test.each([
		[{ targets: {} }, "all", {}, "The config names no targets."],
		[config, { names: ["ue"] }, environment, "The config has no target ue."],
		[
			config,
			"all",
			{ ...environment, SHOP_EU_URL: "" },
			"The environment variable SHOP_EU_URL of the target eu is not set.",
		],
	] as const)("what cannot be used is told", (known, wish, set, message) => {
		expect(findTargets(known, wish, set)).toMatchObject({ message });
	});

	async function outcomes(bad: string, outcome: "failed" | "waiting"): Promise<readonly string[]> {
		const results = await runWaves(found(), ({ name }) =>
			Promise.resolve(
				name === bad
					? { outcome, says: "step migrate-1 has failed" }
					: { outcome: "done" as const, says: "all steps are done" },
			),
		);
		return results.map(({ target, outcome: own, says }) => `${target.name} ${own}: ${says}`);
	}

	test("a failed target stops later waves and not its own", async () => {
		expect(await outcomes("eu", "failed")).toEqual([
			"eu failed: step migrate-1 has failed",
			"canary done: all steps are done",
			"us notBegun: eu has failed",
		]);
	});

	test("a wave that waits for people holds the next one back", async () => {
		expect((await outcomes("canary", "waiting")).at(-1)).toBe("us notBegun: canary is not done");
		expect(await outcomes("nobody", "failed")).not.toContain("notBegun");
	});

	test("what takes back begins with the last wave, which holds the earlier ones back", async () => {
		const results = await runWaves(found().toReversed(), ({ name }) =>
			Promise.resolve({ outcome: name === "us" ? "failed" : "done", says: "" }),
		);
		expect(results.map(({ target, outcome, says }) => `${target.name} ${outcome} ${says}`)).toEqual(
			["us failed ", "canary notBegun us has failed", "eu notBegun us has failed"],
		);
	});

	test("what differs from most targets is marked", () => {
		const state = {
			wave: 1,
			phase: "done",
			revision: "0042_status",
			schemaRev: "69537660a9170b27",
			indexes: "0123456789abcdef",
		};
		expect(
			parityRows([
				{ ...state, target: "eu", region: "eu-west-1" },
				{ ...state, target: "us", phase: "migrate", schemaRev: "ffffffffffffffff" },
				{ ...state, target: "ap" },
				{ target: "sa", wave: 2, unreadable: "Nothing answers on sa:5432." },
			]),
		).toEqual([
			["target", "wave", "phase", "revision", "schema", "indexes"],
			["eu (eu-west-1)", "1", "done", "0042_status", "69537660a917", "0123456789ab"],
			["us", "1", "migrate *", "0042_status", "ffffffffffff *", "0123456789ab"],
			["ap", "1", "done", "0042_status", "69537660a917", "0123456789ab"],
			["sa", "2", "not readable: Nothing answers on sa:5432.", "", "", ""],
		]);
	});
});

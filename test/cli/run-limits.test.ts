import { expect, test } from "vitest";
import { limitsOf } from "../../src/cli/handlers/run-limits.ts";

test("limits are read in seconds, minutes and hours; without --wait nobody waits", () => {
	expect(limitsOf({ wait: undefined, deadline: "15m" })).toEqual({ wait: 0, deadline: 900_000 });
	expect(limitsOf({ wait: "30s", deadline: "0s" })).toEqual({ wait: 30_000, deadline: 0 });
});

test("a limit that cannot be read is told with its option", () => {
	expect(limitsOf({ wait: "soon", deadline: "15m" })).toMatchObject({
		message: "--wait soon cannot be read.",
	});
	expect(limitsOf({ wait: undefined, deadline: "15" })).toMatchObject({
		message: "--deadline 15 cannot be read.",
	});
});

import { describe, expect, test } from "vitest";
import { judgeGate, type GateQuestion, type GateReading } from "../../src/run/gate.ts";
import { planSql } from "../plan/plan-sql.ts";

const sound: GateReading = {
	applied: ["0040_orders", "0041_paid_at", "0042_status"],
	openSteps: [],
	isRunning: false,
	doneSteps: new Set(),
	indexes: [
		{
			name: "public.orders_pkey",
			definition: "CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)",
			isValid: true,
			isBuilding: false,
		},
	],
	notValidated: [],
	schemaRev: "69537660a9170b2785c541c891a02bd610ef76c2fbbed7e28b58891bec20e1b5",
};

function judged(change: Partial<GateReading>, question: GateQuestion = {}): readonly string[] {
	const { state, checks } = judgeGate({ ...sound, ...change }, question);
	const told = checks.filter((check) => check.state !== "open");
	return [state, ...told.map(({ check, state: own, says }) => `${check} ${own}: ${says}`)];
}

describe("the gate", () => {
	test("is open when all is well", () => {
		expect(judgeGate(sound, { min: "0041_paid_at", max: "0042_status" })).toMatchInlineSnapshot(`
			{
			  "checks": [
			    {
			      "check": "database",
			      "says": "answers",
			      "state": "open",
			    },
			    {
			      "check": "history",
			      "says": "3 revisions, each follows the one before",
			      "state": "open",
			    },
			    {
			      "check": "revisions",
			      "says": "the last is 0042_status",
			      "state": "open",
			    },
			    {
			      "check": "run",
			      "says": "no step is open",
			      "state": "open",
			    },
			    {
			      "check": "indexes",
			      "says": "all are valid",
			      "state": "open",
			    },
			  ],
			  "state": "open",
			}
		`);
	});

	test("a database that does not answer is unknown, whatever else is asked", () => {
		const verdict = judgeGate({ unreadable: "Nothing answers on db:5432." }, { min: "0041" });
		expect(verdict).toEqual({
			state: "unknown",
			checks: [{ check: "database", state: "unknown", says: "Nothing answers on db:5432." }],
		});
	});

	test.each<[string, Partial<GateReading>, GateQuestion, readonly string[]]>([
		[
			"no books",
			{ applied: undefined },
			{},
			["unknown", "history unknown: lockkeeper has never run anything on this database"],
		],
		[
			"a history that was tampered with",
			{ historyProblem: "row 2 was changed" },
			{},
			["closed", "history closed: row 2 was changed"],
		],
		[
			"a database that is behind",
			{},
			{ min: "0043_total" },
			[
				"closed",
				"revisions closed: 0043_total is not applied yet: the last revision is 0042_status",
			],
		],
		[
			"a database that is ahead",
			{},
			{ min: "0040_orders", max: "0041_paid_at" },
			["closed", "revisions closed: the database is ahead: 0042_status came after 0041_paid_at"],
		],
		["the step before the next revision", {}, { min: "0042_status", max: "0043_total" }, ["open"]],
		[
			"a last revision that nobody named",
			{},
			{ min: "0041_paid_at", max: "0043_total" },
			["unknown", "revisions unknown: nothing tells whether 0042_status comes before 0043_total"],
		],
		[
			"a step of expand that has failed",
			{ openSteps: [{ step: "expand-1", phase: "expand", state: "failed" }] },
			{},
			["open"],
		],
		[
			"a verification that has failed",
			{ openSteps: [{ step: "verify-1", phase: "verify", state: "failed" }] },
			{},
			["closed", "run closed: step verify-1 has failed"],
		],
		[
			"an index that a live run builds",
			{ openSteps: [{ step: "expand-2", phase: "expand", state: "intent" }], isRunning: true },
			{},
			["open"],
		],
		[
			"the middle of a cutover",
			{ openSteps: [{ step: "contract-1", phase: "contract", state: "intent" }], isRunning: true },
			{},
			["closed", "run closed: step contract-1 has begun, and a run is in the middle of it"],
		],
		[
			"a cutover whose run is gone",
			{ openSteps: [{ step: "contract-1", phase: "contract", state: "intent" }] },
			{},
			["closed", "run closed: step contract-1 has begun, and its run has ended"],
		],
		[
			"an INVALID index",
			{ indexes: [{ name: "public.i", definition: "i", isValid: false, isBuilding: false }] },
			{},
			["closed", "indexes closed: INVALID, and nobody builds them: public.i"],
		],
		[
			"an index that is being built",
			{ indexes: [{ name: "public.i", definition: "i", isValid: false, isBuilding: true }] },
			{},
			["open"],
		],
		["the right schema", {}, { schemaRevs: ["69537660A9"] }, ["open"]],
		[
			"another schema",
			{},
			{ schemaRevs: ["6953", "ffffffff"] },
			["closed", `schemaRev closed: the schema is ${sound.schemaRev}, not 6953 or ffffffff`],
		],
		["the right secrets", {}, { secrets: { wanted: "v7", declared: "v7" } }, ["open"]],
		[
			"old secrets",
			{},
			{ secrets: { wanted: "v7", declared: "v6" } },
			["closed", "secretsRev closed: the deployment has v6, in force is v7"],
		],
		[
			"secrets that nobody declared",
			{},
			{ secrets: { wanted: "v7" } },
			["unknown", "secretsRev unknown: the deployment does not say which secrets it has"],
		],
	])("%s", (_, change, question, expected) => {
		expect(judged(change, question)).toEqual(expected);
	});

	test("a constraint that the plan has validated must be valid", async () => {
		const plan = await planSql([
			{ id: "0001", sql: "CREATE TABLE orders (id bigint PRIMARY KEY, status text);" },
			{
				id: "0002",
				sql: "ALTER TABLE orders ADD CONSTRAINT orders_status_known CHECK (status <> '');",
			},
		]);
		const doneSteps = new Set(plan.steps.map(({ id }) => id));
		const notValidated = ["orders_status_known", "orders_old_rule"];
		expect(judged({ notValidated, doneSteps }, { plan })).toEqual([
			"closed",
			"constraints closed: validated by the plan, and NOT VALID: orders_status_known",
		]);
		expect(judged({ notValidated }, { plan })).toEqual(["open"]);
	});

	test("indexes must be the same on all targets", () => {
		const [key] = sound.indexes;
		const more = {
			name: "public.orders_status",
			definition: "CREATE INDEX orders_status ON public.orders USING btree (status)",
			isValid: true,
			isBuilding: false,
		};
		const parity = (us: GateReading["indexes"]) =>
			judged(
				{},
				{
					parity: new Map([
						["eu", [key!, more]],
						["us", us],
					]),
				},
			);
		expect(parity([key!, more])).toEqual(["open"]);
		expect(parity([key!])).toEqual([
			"closed",
			"indexParity closed: public.orders_status only on eu",
		]);
		expect(parity([key!, { ...more, isValid: false }])).toHaveLength(2);
		expect(
			judged({}, { parity: new Map([["us", { unreadable: "Nothing answers on us:5432." }]]) }),
		).toEqual(["unknown", "indexParity unknown: not readable: us (Nothing answers on us:5432.)"]);
	});
});

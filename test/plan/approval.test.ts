import { expect, test } from "vitest";
import {
	isOperatorName,
	judgeApprovals,
	spanOf,
	type Approval,
	type ApprovalQuestion,
} from "../../src/plan/approval.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

const approvalOf = (operator: string, more: Partial<Approval> = {}): Approval => ({
	version: 1,
	plan: "abc",
	operator,
	approvedAt: "2026-11-21T11:00:00.000Z",
	expiresAt: "2026-11-28T11:00:00.000Z",
	...more,
});

const ask = (approvals: readonly Approval[], more: Partial<ApprovalQuestion> = {}) =>
	judgeApprovals({
		plan: "abc",
		approvals,
		changed: [],
		config: { operators: ["ada", "grace", "edgar"], required: 2 },
		now,
		...more,
	});

const codes = (verdict: ReturnType<typeof ask>) => verdict.objections.map(({ code }) => code);

test("two of three operators open a plan, until the first of the two expires", () => {
	expect(
		ask([approvalOf("ada"), approvalOf("grace", { expiresAt: "2026-11-22T11:00:00.000Z" })]),
	).toEqual({
		verdict: "open",
		by: ["ada", "grace"],
		required: 2,
		until: "2026-11-22T11:00:00.000Z",
		objections: [],
	});
});

test("one operator twice is one operator", () => {
	const verdict = ask([approvalOf("ada"), approvalOf("ada")]);
	expect(verdict.verdict).toBe("closed");
	expect(codes(verdict)).toEqual(["notEnough"]);
});

test("an approval of a clock that is ahead does not hold, some minutes are forgiven", () => {
	const at = (approvedAt: string) =>
		ask([approvalOf("ada", { approvedAt })], { config: { operators: ["ada"] } });
	expect(at("2026-11-21T12:09:00.000Z").verdict).toBe("open");
	expect(codes(at("2026-11-22T12:00:00.000Z"))).toEqual(["notYet", "notEnough"]);
});

test("a change of the plan voids every approval", () => {
	const verdict = ask([approvalOf("ada"), approvalOf("grace")], { plan: "other" });
	expect(verdict.verdict).toBe("closed");
	expect(codes(verdict)).toEqual(["changedPlan", "changedPlan", "notEnough"]);
});

test("a change of a migration closes a plan that all have approved", () => {
	const verdict = ask([approvalOf("ada"), approvalOf("grace")], {
		changed: [{ path: "db/V10.sql", is: "changed" }],
	});
	expect(verdict.verdict).toBe("closed");
	expect(verdict.objections).toEqual([
		{ code: "changedMigration", message: "db/V10.sql was changed since the plan was made" },
	]);
});

test.each(["2026-11-21T12:00:00.000Z", "2026-11-20T00:00:00.000Z", "next week"])(
	"an approval that ends at %s has expired",
	(expiresAt) => {
		const verdict = ask([approvalOf("ada"), approvalOf("grace", { expiresAt })]);
		expect(verdict.verdict).toBe("closed");
		expect(codes(verdict)).toEqual(["expired", "notEnough"]);
	},
);

test("an expired approval does no harm beside enough others", () => {
	const old = approvalOf("edgar", { expiresAt: "2026-11-20T00:00:00.000Z" });
	expect(ask([old, approvalOf("ada"), approvalOf("grace")]).verdict).toBe("open");
});

test("the name of a stranger does not count", () => {
	expect(codes(ask([approvalOf("ada"), approvalOf("mallory")]))).toEqual([
		"unknownOperator",
		"notEnough",
	]);
});

test("without operators in the config nothing opens a plan", () => {
	expect(codes(ask([approvalOf("ada")], { config: undefined }))).toEqual([
		"unknownOperator",
		"noOperators",
	]);
	const empty = ask([], { config: { operators: [], required: 1 } });
	expect(empty.verdict).toBe("closed");
});

test("spans are minutes, hours and days", () => {
	expect(["30m", "12h", "7d"].map(spanOf)).toEqual([1_800_000, 43_200_000, 604_800_000]);
	expect(["0d", "7", "d", "1w", "-1d", "1.5h", "999999d"].map(spanOf)).toEqual(
		Array.from({ length: 7 }, () => undefined),
	);
});

test("the name of an operator never leaves the directory of approvals", () => {
	expect(["ada", "ada@example.com", "team-a.1"].every(isOperatorName)).toBe(true);
	expect(["", "../ada", "a/b", ".hidden", "a\\b", "ada ", "\u0000"].some(isOperatorName)).toBe(
		false,
	);
});

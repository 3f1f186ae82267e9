import { expect, test } from "vitest";
import {
	quoteIdentifier,
	quoteName,
	quoteString,
	quoteType,
} from "../../../src/dialect/postgres/quote.ts";

test("a name is quoted when the server would fold or misread it", () => {
	expect(["orders", "Order", "user", "2fa_codes", "line item", 'say "hi"'].map(quoteIdentifier))
		.toMatchInlineSnapshot(`
			[
			  "orders",
			  ""Order"",
			  ""user"",
			  ""2fa_codes"",
			  ""line item"",
			  ""say ""hi"""",
			]
		`);
});

test("a schema is quoted on its own", () => {
	expect(quoteName({ schema: "Sales", name: "orders" })).toBe('"Sales".orders');
});

test("a string doubles its quotes", () => {
	expect(quoteString("it's paid")).toBe("'it''s paid'");
});

test("types keep modifiers and dimensions and get their standard names", () => {
	const type = (name: string, modifiers: readonly string[] = [], dimensions = 0) =>
		quoteType({ name, modifiers, dimensions });
	expect(type("int4")).toBe("integer");
	expect(type("numeric", ["10", "2"])).toBe("numeric(10, 2)");
	expect(type("varchar", ["20"], 1)).toBe("varchar(20)[]");
	expect(type("interval", ["day to second", "3"])).toBe("interval day to second(3)");
	expect(type("geometry", ["Point", "4326"])).toBe("geometry(Point, 4326)");
	expect(type("bpchar")).toBe("bpchar");
	expect(quoteType({ schema: "sales", name: "Status", modifiers: [], dimensions: 0 })).toBe(
		'sales."Status"',
	);
});

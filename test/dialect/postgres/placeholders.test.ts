import { describe, expect, it } from "vitest";
import { neutralizePlaceholders } from "../../../src/dialect/postgres/placeholders.ts";

type Styles = Parameters<typeof neutralizePlaceholders>[1];

function neutralize(text: string, ...styles: Styles): string {
	const result = neutralizePlaceholders(text, styles);
	expect(result.text).toHaveLength(text.length);
	return result.text;
}

describe("neutralizePlaceholders", () => {
	it("returns a text without placeholders as it is", () => {
		const text = "SELECT a::int, 100 % 3, '{}' FROM orders;";
		const result = neutralizePlaceholders(text, ["dollarBrace", "doubleBrace", "psql", "percent"]);
		expect(result).toEqual({ text, placeholders: [] });
	});

	it("says where each placeholder was", () => {
		expect(neutralizePlaceholders("SELECT ${a} FROM :b", ["dollarBrace", "psql"])).toEqual({
			text: "SELECT _a__ FROM _b",
			placeholders: [
				{ name: "a", start: 7, end: 11 },
				{ name: "b", start: 17, end: 19 },
			],
		});
	});

	it("makes one semicolon of two where the tool cuts at single ones", () => {
		expect(neutralize("AS $$ BEGIN x := 1;; END;; $$;", "doubledSemicolon")).toBe(
			"AS $$ BEGIN x := 1;  END;  $$;",
		);
	});

	it("puts the same name for the same placeholder, alone and inside names", () => {
		expect(neutralize("ALTER TABLE ${Schema}.t_${env}_x, ${Schema}.u", "dollarBrace")).toBe(
			"ALTER TABLE _schema__.t__env___x, _schema__.u",
		);
	});

	it("fills in ${} and {{}} inside strings and bodies, not inside comments", () => {
		expect(
			neutralize(
				"-- ${a}\nDO $$ ${a} $$; SELECT '{{ .b }}', \"${c}\" /* {{ .d }} */",
				"dollarBrace",
				"doubleBrace",
			),
		).toBe("-- ${a}\nDO $$ _a__ $$; SELECT '__b_____', \"_c__\" /* {{ .d }} */");
	});

	it("does not take the dollar of a quote for a placeholder", () => {
		const text = "SELECT $${a}$$, $x${b}$x$";
		expect(neutralize(text, "dollarBrace")).toBe(text);
		expect(neutralize("SELECT $$${a}$$", "dollarBrace")).toBe("SELECT $$_a__$$");
	});

	it("blanks the control words of Go templates", () => {
		expect(neutralize("{{if .pg}}SELECT 1;{{end}}", "doubleBrace")).toBe(
			"          SELECT 1;       ",
		);
	});

	it("replaces psql variables by a name, a string or a quoted name", () => {
		expect(neutralize("SELECT :a::int, :'b', :\"c\", ARRAY[:d, :e], t_:f, :{?g}", "psql")).toBe(
			"SELECT _a::int, '_b', \"_c\", ARRAY[_d, _e], t__f, _g___",
		);
	});

	it.each([
		"SELECT a::int, '1:b', $$ :c $$ -- :d",
		"SELECT a[1:n], a[i:n], a[:n], a[f(1):n] FROM orders",
		"SELECT JSON_OBJECT('k':v)",
		"x := y",
		"\\set x :y",
	])("finds no psql variable in %s", (text) => {
		expect(neutralize(text, "psql")).toBe(text);
	});

	it("replaces %PREFIX% outside strings and leaves modulo alone", () => {
		expect(neutralize("UPDATE %PREFIX%orders SET a = b%c%d WHERE e LIKE '%F%'", "percent")).toBe(
			"UPDATE _prefix_orders SET a = b%c%d WHERE e LIKE '%F%'",
		);
	});

	it("leaves styles alone that were not asked for", () => {
		const text = "SELECT ${a}, {{b}}, :c, %D%, ?";
		expect(neutralize(text, "percent")).toBe("SELECT ${a}, {{b}}, :c, _d_, ?");
		expect(neutralize(text)).toBe(text);
	});
});

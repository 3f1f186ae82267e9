import { createHash } from "node:crypto";
import { hasHole, hole, nameOf } from "../sql-text.ts";

const irregular: Readonly<Record<string, string>> = {
	child: "children",
	man: "men",
	person: "people",
	sex: "sexes",
	move: "moves",
	zombie: "zombies",
	ox: "oxen",
	quiz: "quizzes",
};
const uncountable =
	/(?:^|_)(?:equipment|information|rice|money|species|series|fish|sheep|jeans|police)$/;

/** The rules of ActiveSupport's inflector that table names meet (active_support/inflections.rb), the first that fits. */
const plurals: readonly (readonly [RegExp, string])[] = [
	[/(quiz)$/, "$1zes"],
	[/(matr|vert|ind)(?:ix|ex)$/, "$1ices"],
	[/(x|ch|ss|sh)$/, "$1es"],
	[/([^aeiouy]|qu)y$/, "$1ies"],
	[/([^f])fe$/, "$1ves"],
	[/([lr])f$/, "$1ves"],
	[/sis$/, "ses"],
	[/([ti])um$/, "$1a"],
	[/([ti])a$/, "$1a"],
	[/(buffal|tomat)o$/, "$1oes"],
	[/(bu|status|alias|virus)s?$/, "$1"],
	[/s$/, "s"],
	[/$/, "s"],
];

/** Returns the plural that Rails makes a table's name of. */
export function pluralOf(word: string): string {
	if (hasHole(word) || uncountable.test(word)) return word;
	const last = word.slice(word.lastIndexOf("_") + 1);
	const lead = word.slice(0, word.length - last.length);
	const known = irregular[last];
	if (known !== undefined) return lead + known;
	if (/(?:status|alias|virus|bus)$/.test(last)) return `${word}es`;
	for (const [pattern, plural] of plurals) {
		if (pattern.test(last)) return lead + last.replace(pattern, plural);
	}
	return `${word}s`;
}

/** Returns the singular of a table's name, for the column that refers to it. */
export function singularOf(table: string): string {
	const word = table.slice(table.lastIndexOf(".") + 1);
	if (hasHole(word) || uncountable.test(word)) return word;
	const last = word.slice(word.lastIndexOf("_") + 1);
	const lead = word.slice(0, word.length - last.length);
	const known = Object.entries(irregular).find(([, plural]) => plural === last);
	if (known) return lead + known[0];
	return (
		lead +
		last
			.replace(/ies$/, "y")
			.replace(/(x|ch|ss|sh|status|alias|virus|bus)es$/, "$1")
			.replace(/(?<!s|y)s$/, "")
	);
}

/** `OrderItem` and `Shop::OrderItem` as the table of the model. */
export function tableOfModel(name: string): string {
	const own = name.slice(name.lastIndexOf(":") + 1);
	const snake = own
		.replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
		.replace(/([a-z\d])([A-Z])/g, "$1_$2")
		.toLowerCase();
	return pluralOf(snake);
}

/** Returns a table's name as SQL; `audit.orders` has its schema in it. */
export function tableName(name: string): string {
	return hasHole(name) ? name : name.split(".").map(nameOf).join(".");
}

/** Returns the name that Rails gives an index (connection_adapters/abstract/schema_statements.rb, index_name). */
export function indexName(table: string, columns: readonly string[]): string {
	if (hasHole(table) || columns.some(hasHole)) return hole("index_name");
	const joined = columns
		.map((column) => column.replace(/\W+/g, "_").replace(/^_|_$/g, ""))
		.join("_and_");
	return `index_${table.replace(/\W/g, "_")}_on_${joined}`;
}

/** `fk_rails_` with ten digits of a hash (foreign_key_name), and so for checks and unique constraints. */
export function hashedName(
	prefix: "fk" | "chk" | "uniq" | "excl",
	table: string,
	subject: string,
): string {
	if (hasHole(table) || hasHole(subject)) return hole("constraint_name");
	const identifier = `${table}_${subject}_${prefix}`;
	const digest = createHash("sha256").update(identifier).digest("hex").slice(0, 10);
	return `${prefix}_rails_${digest}`;
}

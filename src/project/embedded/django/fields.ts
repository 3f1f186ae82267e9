import { callOf, flag, given, named, namedText, wordOf, type Call } from "../arguments.ts";
import { lastName, type Node } from "../program.ts";
import { resolve, type Scope } from "../scope.ts";
import { hole, nameOf, stringOf } from "../sql-text.ts";
import { textOf, textOrHole } from "../text.ts";

/** A field of a model as the database sees it. */
export interface Field {
	readonly kind: "column" | "relation" | "manyToMany";
	readonly column: string;
	readonly type: string;
	/** A CHECK that comes with the type. */
	readonly check?: string;
	readonly identity: boolean;
	readonly isNullable: boolean;
	readonly isUnique: boolean;
	readonly isIndexed: boolean;
	readonly isKey: boolean;
	/** The value of rows that are there already, as SQL. */
	readonly fill?: string;
	/** A default that the database keeps. */
	readonly keptDefault?: string;
	/** `app.Model`, `Model` or `self`. */
	readonly target?: string;
	readonly hasConstraint: boolean;
	/** The table of a many-to-many relation, when the model says it. */
	readonly table?: string;
	/** The model stands between the two. */
	readonly isThrough: boolean;
}

/** What Django's fields are in PostgreSQL (db/backends/postgresql/base.py, data_types). */
const types: Readonly<Record<string, string>> = {
	AutoField: "integer",
	BigAutoField: "bigint",
	BigIntegerField: "bigint",
	BigIntegerRangeField: "int8range",
	BinaryField: "bytea",
	BooleanField: "boolean",
	CICharField: "citext",
	CIEmailField: "citext",
	CITextField: "citext",
	DateField: "date",
	DateRangeField: "daterange",
	DateTimeField: "timestamp with time zone",
	DateTimeRangeField: "tstzrange",
	DecimalRangeField: "numrange",
	DurationField: "interval",
	FloatField: "double precision",
	GenericIPAddressField: "inet",
	HStoreField: "hstore",
	IPAddressField: "inet",
	IntegerField: "integer",
	IntegerRangeField: "int4range",
	JSONField: "jsonb",
	NullBooleanField: "boolean",
	PositiveBigIntegerField: "bigint",
	PositiveIntegerField: "integer",
	PositiveSmallIntegerField: "smallint",
	SearchVectorField: "tsvector",
	SmallAutoField: "smallint",
	SmallIntegerField: "smallint",
	TextField: "text",
	TimeField: "time",
	UUIDField: "uuid",
};

/** Fields that are varchar, with the length they have when none is given. */
const lengths: Readonly<Record<string, string | undefined>> = {
	CharField: undefined,
	CommaSeparatedIntegerField: undefined,
	EmailField: "254",
	FileField: "100",
	FilePathField: "100",
	ImageField: "100",
	SlugField: "50",
	URLField: "200",
};

const relations = new Set([
	"ForeignKey",
	"OneToOneField",
	"ParentalKey",
	"TreeForeignKey",
	"TreeOneToOneField",
]);
const manyToMany = new Set(["ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField"]);

/** Returns the field of a `models.CharField(max_length=20)`. */
export function fieldOf(name: string, node: Node, scope: Scope): Field {
	const call = callOf(node, scope);
	const word = call?.name ?? lastName(node) ?? "field";
	if (!call) return { ...plainField(name), type: hole(word) };
	const isRelation = relations.has(word);
	const isOneToOne = word.includes("OneToOne");
	const isKey = flag(call, "primary_key") === true;
	const column = namedText(call, "db_column") ?? (isRelation ? `${name}_id` : name);
	const index = flag(call, "db_index");
	const target = isRelation || manyToMany.has(word) ? targetOf(call) : undefined;
	const table = namedText(call, "db_table");
	const type = isRelation ? "" : typeOf(word, call);
	const fill = fillOf(word, call);
	const kept = named(call, "db_default");
	return {
		kind: isRelation ? "relation" : manyToMany.has(word) ? "manyToMany" : "column",
		column,
		type,
		...(word.startsWith("Positive") ? { check: `${nameOf(column)} >= 0` } : {}),
		identity: word.endsWith("AutoField"),
		isNullable: flag(call, "null") === true || word === "NullBooleanField",
		isUnique: isOneToOne || flag(call, "unique") === true,
		isIndexed: index ?? ((isRelation && !isOneToOne) || word === "SlugField"),
		isKey,
		...(fill === undefined ? {} : { fill }),
		...(kept ? { keptDefault: constantOf(kept, call.scope) ?? hole("default") } : {}),
		...(target === undefined ? {} : { target }),
		hasConstraint: flag(call, "db_constraint") !== false,
		...(table === undefined ? {} : { table }),
		isThrough: named(call, "through") !== undefined,
	};
}

function plainField(name: string): Field {
	return {
		kind: "column",
		column: name,
		type: "",
		identity: false,
		isNullable: true,
		isUnique: false,
		isIndexed: false,
		isKey: false,
		hasConstraint: false,
		isThrough: false,
	};
}

/** The field that Django adds when a model has no key. */
export function identityField(): Field {
	return { ...plainField("id"), type: "bigint", identity: true, isNullable: false, isKey: true };
}

function targetOf(call: Call): string {
	const to = named(call, "to") ?? call.node.args[0];
	if (!to) return hole("model");
	const text = textOf(to, call.scope)?.text;
	if (text !== undefined) return text;
	return lastName(resolve(to, call.scope).node) === "AUTH_USER_MODEL"
		? "AUTH_USER_MODEL"
		: hole("model");
}

function typeOf(word: string, call: Call): string {
	const fixed = types[word];
	if (fixed !== undefined) return fixed;
	if (word in lengths) {
		const length = namedText(call, "max_length") ?? lengths[word];
		return length === undefined ? "varchar" : `varchar(${length})`;
	}
	if (word === "DecimalField") {
		return `numeric(${namedText(call, "max_digits") ?? "10"}, ${namedText(call, "decimal_places") ?? "0"})`;
	}
	if (word === "ArrayField") {
		const base = named(call, "base_field") ?? call.node.args[0];
		const inner = base && callOf(base, call.scope);
		return `${inner ? typeOf(inner.name, inner) : hole("type")}[]`;
	}
	return hole(word);
}

/** The value that existing rows get (db/backends/base/schema.py, _effective_default). */
function fillOf(word: string, call: Call): string | undefined {
	const standard = given(named(call, "default"), call.scope);
	if (standard) return constantOf(standard, call.scope) ?? `'${hole("default")}'`;
	if (wordOf(named(call, "default"), call.scope) === "None") return undefined;
	if (flag(call, "auto_now") === true || flag(call, "auto_now_add") === true) return "now()";
	const isText = word in lengths || word === "TextField" || word === "BinaryField";
	return isText && flag(call, "blank") === true && flag(call, "null") !== true ? "''" : undefined;
}

function constantOf(node: Node, scope: Scope): string | undefined {
	const { node: found, scope: at } = resolve(node, scope);
	if (found.kind === "number") return found.text;
	if (found.kind === "text") return stringOf(textOrHole(found, at));
	const word = lastName(found);
	if (word === "True" || word === "False") return word.toLowerCase();
	if (found.kind === "list") return found.items.length === 0 ? "'[]'" : `'${hole("default")}'`;
	if (found.kind === "map") return found.entries.length === 0 ? "'{}'" : `'${hole("default")}'`;
	if (word === "list") return "'[]'";
	if (word === "dict") return "'{}'";
	return word === "Now" ? "now()" : undefined;
}

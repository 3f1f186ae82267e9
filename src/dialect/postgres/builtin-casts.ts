/**
 * Casts between PostgreSQL's own types, read from pg_cast of PostgreSQL 18.4: "source: targets".
 * Casts through text input and output are not in that table; the server makes them by rule.
 */
function table(text: string): ReadonlySet<string> {
	const pairs = new Set<string>();
	let source = "";
	for (const word of text.trim().split(/\s+/)) {
		if (word.endsWith(":")) source = word.slice(0, -1);
		else pairs.add(`${source} ${word}`);
	}
	return pairs;
}

/** Casts that leave the stored bytes as they are (castmethod b), without being asked for. */
export const binaryCasts = table(`
	bit: varbit
	cidr: inet
	int4: oid regclass regcollation regconfig regdictionary regnamespace regoper regoperator
		regproc regprocedure regrole regtype
	oid: regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
		regprocedure regrole regtype int4
	regclass: oid int4
	regcollation: oid int4
	regconfig: oid int4
	regdictionary: oid int4
	regnamespace: oid int4
	regoper: oid regoperator int4
	regoperator: oid regoper int4
	regproc: oid regprocedure int4
	regprocedure: oid regproc int4
	regrole: oid int4
	regtype: oid int4
	text: bpchar varchar
	varbit: bit
	varchar: bpchar text
	xml: bpchar text varchar
`);

/** Casts by a function that an assignment may use. */
export const assignmentCasts = table(`
	bool: bpchar text varchar
	box: polygon
	bpchar: name text varchar char
	char: text bpchar varchar
	cidr: bpchar text varchar
	date: timestamp timestamptz
	float4: float8 int2 int4 int8 numeric
	float8: float4 int2 int4 int8 numeric
	inet: bpchar cidr text varchar
	int2: float4 float8 int4 int8 numeric oid regclass regcollation regconfig regdictionary
		regnamespace regoper regoperator regproc regprocedure regrole regtype
	int4: float4 float8 int8 numeric int2 money
	int8: float4 float8 numeric oid regclass regcollation regconfig regdictionary regnamespace
		regoper regoperator regproc regprocedure regrole regtype int2 int4 money
	interval: time
	json: jsonb
	jsonb: json
	macaddr: macaddr8
	macaddr8: macaddr
	money: numeric
	name: text bpchar varchar
	numeric: float4 float8 int2 int4 int8 money
	oid: int8
	path: polygon
	point: box
	polygon: path
	regclass: int8
	regcollation: int8
	regconfig: int8
	regdictionary: int8
	regnamespace: int8
	regoper: int8
	regoperator: int8
	regproc: int8
	regprocedure: int8
	regrole: int8
	regtype: int8
	text: name regclass char
	time: interval timetz
	timestamp: timestamptz date time
	timestamptz: date time timestamp timetz
	timetz: time
	varchar: name regclass char
`);

/** Casts that must be written out: they need USING. */
export const explicitCasts = table(`
	bit: int4 int8
	bool: int4
	box: circle lseg point
	bpchar: xml
	bytea: int2 int4 int8
	char: int4
	circle: box point polygon
	daterange: datemultirange
	int2: bytea
	int4: bit bool bytea char
	int4range: int4multirange
	int8: bit bytea
	int8range: int8multirange
	jsonb: bool float4 float8 int2 int4 int8 numeric
	lseg: point
	numrange: nummultirange
	polygon: box circle point
	text: xml
	tsrange: tsmultirange
	tstzrange: tstzmultirange
	varchar: xml
	xid8: xid
`);

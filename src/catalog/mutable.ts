import type { DialectId } from "../core/dialect.ts";
import type { QualifiedName } from "../core/expression.ts";
import type { IndexName } from "../core/operation.ts";
import { keyOf, type Catalog } from "./catalog.ts";
import { ForkableMap } from "./forkable-map.ts";
import { Links, referencedKey, type LinksContent } from "./links.ts";
import type { Index, Key, OtherObject, Routine, Sequence, Table, UserType, View } from "./model.ts";
import { readSearchPath } from "./search-path.ts";
import { relationUse, typeUse, type Use } from "./uses.ts";

/** Where temporary relations live; it is searched before the search path. */
export const temporarySchema = "pg_temp";

/**
 * Returns a catalog that holds nothing but the schemas of the search path (`public` where no other is
 * given: that is also what the database of MySQL and of SQLite is called that the statements do not name).
 */
export function createCatalog(options?: {
	readonly searchPath?: readonly string[];
	readonly dialect?: DialectId;
	/** As the server counts, 80029: what a server makes of a definition may depend on it. */
	readonly version?: number;
}): MutableCatalog {
	const { searchPath = ["public"], dialect = "postgres", version } = options ?? {};
	return new MutableCatalog(searchPath, dialect, version);
}

/** The schema of a key that ends in the name; both may hold dots. */
function schemaOf(key: Key, name: string): string {
	return key.slice(0, key.length - name.length - 1);
}

/** The two parts of an object's identity. */
export interface Place {
	readonly schema: string;
	readonly name: string;
}

/** What a catalog holds, as data that can be stored. */
export interface CatalogContent {
	readonly path: readonly string[];
	readonly pathBefore: readonly string[] | undefined;
	readonly tables: ReadonlyMap<Key, Table>;
	readonly views: ReadonlyMap<Key, View>;
	readonly sequences: ReadonlyMap<Key, Sequence>;
	readonly types: ReadonlyMap<Key, UserType>;
	readonly routines: ReadonlyMap<Key, readonly Routine[]>;
	readonly schemas: ReadonlyMap<string, OtherObject>;
	readonly extensions: ReadonlyMap<string, OtherObject>;
	readonly statistics: ReadonlyMap<Key, Key>;
	readonly empty: ReadonlySet<Key>;
	readonly copies: ReadonlySet<Key>;
	readonly hasTemporary: boolean;
	readonly links: LinksContent;
}

/** A catalog that replay changes. Its objects are values: a change puts a new one in the old one's place. */
export class MutableCatalog implements Catalog {
	/** Whose rules of names and dependents hold. */
	readonly dialect: DialectId;
	readonly version: number | undefined;
	readonly #defaultPath: readonly string[];
	#path: readonly string[];
	/** The path to go back to when the transaction that set it locally ends. */
	#pathBefore: readonly string[] | undefined;
	#tables = new ForkableMap<Key, Table>();
	#views = new ForkableMap<Key, View>();
	#sequences = new ForkableMap<Key, Sequence>();
	#types = new ForkableMap<Key, UserType>();
	#routines = new ForkableMap<Key, readonly Routine[]>();
	#schemas = new ForkableMap<string, OtherObject>();
	#extensions = new ForkableMap<string, OtherObject>();
	#statistics = new ForkableMap<Key, Key>();
	#empty = new Set<Key>();
	/** The tables that hold the rows of another one, and those that had another name. */
	#copies = new Set<Key>();
	/** Whether anything was ever made in the temporary schema: most histories need not look there. */
	#hasTemporary = false;
	#links = new Links();

	constructor(searchPath: readonly string[], dialect: DialectId, version?: number) {
		this.dialect = dialect;
		this.version = version;
		this.#defaultPath = searchPath;
		this.#path = searchPath;
		for (const name of searchPath) this.putSchema({ schema: "", name, object: "schema" });
	}

	/** Returns an independent copy. Objects are shared, they never change. */
	fork(): MutableCatalog {
		const copy = new MutableCatalog(this.#defaultPath, this.dialect, this.version);
		copy.become(this);
		return copy;
	}

	/** Takes over what another catalog holds; the other stays independent. */
	become(other: MutableCatalog): void {
		this.#path = other.#path;
		this.#pathBefore = other.#pathBefore;
		this.#tables = other.#tables.fork();
		this.#views = other.#views.fork();
		this.#sequences = other.#sequences.fork();
		this.#types = other.#types.fork();
		this.#routines = other.#routines.fork();
		this.#schemas = other.#schemas.fork();
		this.#extensions = other.#extensions.fork();
		this.#statistics = other.#statistics.fork();
		this.#empty = new Set(other.#empty);
		this.#copies = new Set(other.#copies);
		this.#hasTemporary = other.#hasTemporary;
		this.#links = other.#links.fork();
	}

	/** Returns what it holds now; later changes do not show. */
	content(): CatalogContent {
		return {
			path: this.#path,
			pathBefore: this.#pathBefore,
			tables: this.#tables.content(),
			views: this.#views.content(),
			sequences: this.#sequences.content(),
			types: this.#types.content(),
			routines: this.#routines.content(),
			schemas: this.#schemas.content(),
			extensions: this.#extensions.content(),
			statistics: this.#statistics.content(),
			empty: new Set(this.#empty),
			copies: new Set(this.#copies),
			hasTemporary: this.#hasTemporary,
			links: this.#links.content(),
		};
	}

	/** Takes over what a catalog of the same dialect, version and search path held. */
	restore(content: CatalogContent): void {
		this.#path = content.path;
		this.#pathBefore = content.pathBefore;
		this.#tables = new ForkableMap(new Map(content.tables));
		this.#views = new ForkableMap(new Map(content.views));
		this.#sequences = new ForkableMap(new Map(content.sequences));
		this.#types = new ForkableMap(new Map(content.types));
		this.#routines = new ForkableMap(new Map(content.routines));
		this.#schemas = new ForkableMap(new Map(content.schemas));
		this.#extensions = new ForkableMap(new Map(content.extensions));
		this.#statistics = new ForkableMap(new Map(content.statistics));
		this.#empty = new Set(content.empty);
		this.#copies = new Set(content.copies);
		this.#hasTemporary = content.hasTemporary;
		this.#links.restore(content.links);
	}

	/** Ends a release: from now on the application may have put rows into every table. */
	endRelease(): void {
		for (const key of this.#empty) {
			const table = this.#tables.get(key);
			if (table) this.#tables.set(key, { ...table, empty: false });
		}
		this.#empty.clear();
		for (const key of this.#copies) {
			const table = this.#tables.get(key);
			if (!table) continue;
			const { copyOf: _copyOf, formerKey: _formerKey, ...rest } = table;
			this.#tables.set(key, rest);
		}
		this.#copies.clear();
	}

	get searchPath(): readonly string[] {
		return this.#path;
	}

	/** Sets the search path as SET does; undefined is the one the catalog began with. */
	setSearchPath(value: string | undefined, local: boolean): void {
		if (local) this.#pathBefore ??= this.#path;
		else this.#pathBefore = undefined;
		this.#path = value === undefined ? this.#defaultPath : readSearchPath(value);
	}

	/** USE: names without a database are looked up there first, and made there. */
	useDatabase(database: string): void {
		this.#path = [database, ...this.#defaultPath.filter((name) => name !== database)];
	}

	/** Takes back what SET LOCAL did: a transaction ended. */
	endTransaction(): void {
		if (this.#pathBefore) this.#path = this.#pathBefore;
		this.#pathBefore = undefined;
	}

	/** Begins a new session: it has the search path that the catalog began with. */
	startSession(): void {
		this.#path = this.#defaultPath;
		this.#pathBefore = undefined;
	}

	/** Runs something with a schema in front of the search path. */
	within(schema: string, run: () => void): void {
		const path = this.#path;
		this.#path = [schema, ...path];
		run();
		this.#path = path;
	}

	resolve(name: QualifiedName): Key {
		if (this.dialect !== "postgres") return keyOf(this.place(name));
		if (name.schema !== undefined) return `${name.schema}.${name.name}`;
		return this.#searchRelation(name.name) ?? `${this.creationSchema}.${name.name}`;
	}

	/** Returns schema and name of what `resolve` finds. */
	place(name: QualifiedName): Place {
		if (name.schema !== undefined) {
			const named = { schema: name.schema, name: name.name };
			return this.relationExists(keyOf(named)) ? named : (this.#inAnyCase(name) ?? named);
		}
		const key = this.#searchRelation(name.name);
		if (key !== undefined) return { schema: schemaOf(key, name.name), name: name.name };
		return this.#inAnyCase(name) ?? { schema: this.creationSchema, name: name.name };
	}

	/** MySQL and SQLite find a table in whatever case its name is written; see `respell`. */
	#inAnyCase({ schema, name }: QualifiedName): Place | undefined {
		if (this.dialect === "postgres") return undefined;
		const folded = name.toLowerCase();
		for (const table of this.#tables.values()) {
			if (schema !== undefined && table.schema !== schema) continue;
			if (table.name.toLowerCase() === folded) return { schema: table.schema, name: table.name };
		}
		return undefined;
	}

	#searchRelation(name: string): Key | undefined {
		return this.#search(name, (key) => this.relationExists(key));
	}

	/** Where an object without a schema is made. An empty path (pg_dump sets one) counts as `public`. */
	get creationSchema(): string {
		return this.#path[0] ?? this.#defaultPath[0] ?? "public";
	}

	/** Returns the place at which a new relation is made. */
	newPlace(name: QualifiedName, temporary = false): Place {
		const schema = temporary ? temporarySchema : (name.schema ?? this.creationSchema);
		if (schema === temporarySchema) this.#hasTemporary = true;
		return { schema, name: name.name };
	}

	/** Returns the first key on the search path that exists. */
	#search(name: string, exists: (key: Key) => boolean): Key | undefined {
		if (this.#hasTemporary) {
			const key = `${temporarySchema}.${name}`;
			if (exists(key)) return key;
		}
		for (const schema of this.#path.length > 0 ? this.#path : [this.creationSchema]) {
			const key = `${schema}.${name}`;
			if (exists(key)) return key;
		}
		return undefined;
	}

	/** True when a table, view, sequence, index or composite type has the name. */
	relationExists(key: Key): boolean {
		return (
			this.#tables.has(key) ||
			this.#links.indexes.has(key) ||
			this.#views.has(key) ||
			this.#sequences.has(key) ||
			this.#types.get(key)?.kind === "composite"
		);
	}

	/** True when a constraint of some table or domain of the schema has the name. */
	constraintExists(key: Key): boolean {
		return (this.#links.constraintNames.get(key) ?? 0) > 0;
	}

	table(name: QualifiedName): Table | undefined {
		return this.#tables.get(this.resolve(name));
	}

	tableByKey(key: Key): Table | undefined {
		return this.#tables.get(key);
	}

	tables(): Iterable<Table> {
		return this.#tables.values();
	}

	view(name: QualifiedName): View | undefined {
		return this.#views.get(this.resolve(name));
	}

	viewByKey(key: Key): View | undefined {
		return this.#views.get(key);
	}

	views(): Iterable<View> {
		return this.#views.values();
	}

	index(name: IndexName): { readonly index: Index; readonly relation: Table | View } | undefined {
		return this.indexByKey(this.indexKey(name));
	}

	/** Returns the identity of the index that a statement names. */
	indexKey(name: IndexName): Key {
		if (!name.table || !this.isMysql) return this.resolve(name);
		return `${this.resolve(name.table)}.${name.name}`;
	}

	/** Returns what the names of a relation's indexes belong to: the schema; in MySQL the table. */
	indexSchema(relation: Place): string {
		return this.isMysql ? keyOf(relation) : relation.schema;
	}

	get isMysql(): boolean {
		return this.dialect === "mysql" || this.dialect === "mariadb";
	}

	/** Returns an index and its relation. */
	indexByKey(key: Key): { readonly index: Index; readonly relation: Table | View } | undefined {
		const owner = this.#links.indexes.get(key);
		if (owner === undefined) return undefined;
		const relation = this.#tables.get(owner) ?? this.#views.get(owner);
		const index = relation?.indexes.find((candidate) => keyOf(candidate) === key);
		return relation && index ? { index, relation } : undefined;
	}

	sequence(name: QualifiedName): Sequence | undefined {
		return this.#sequences.get(this.resolve(name));
	}

	sequenceByKey(key: Key): Sequence | undefined {
		return this.#sequences.get(key);
	}

	sequences(): Iterable<Sequence> {
		return this.#sequences.values();
	}

	/** Returns the sequences that columns of a table own. */
	sequencesOwnedBy(table: Key): readonly Sequence[] {
		return this.#links.owned.usersOf(table).flatMap((key) => this.#sequences.get(key) ?? []);
	}

	type(name: QualifiedName): UserType | undefined {
		return this.#types.get(this.resolveType(name));
	}

	typeByKey(key: Key): UserType | undefined {
		return this.#types.get(key);
	}

	types(): Iterable<UserType> {
		return this.#types.values();
	}

	/** Returns the identity that a type's name resolves to, the row types of relations included. */
	resolveType(name: QualifiedName): Key {
		if (name.schema !== undefined) return `${name.schema}.${name.name}`;
		const found = this.#search(name.name, (key) => this.#typeExists(key));
		return found ?? `${this.creationSchema}.${name.name}`;
	}

	#typeExists(key: Key): boolean {
		return this.#types.has(key) || this.#tables.has(key) || this.#views.has(key);
	}

	/** Returns the schema in which a type's name is found. */
	schemaOfType(name: string): string | undefined {
		const key = this.#search(name, (candidate) => this.#typeExists(candidate));
		return key === undefined ? undefined : schemaOf(key, name);
	}

	routines(name: QualifiedName): readonly Routine[] {
		if (name.schema !== undefined) return this.routinesByKey(`${name.schema}.${name.name}`);
		const key = this.#search(name.name, (candidate) => this.#routines.has(candidate));
		return key === undefined ? [] : this.routinesByKey(key);
	}

	routinesByKey(key: Key): readonly Routine[] {
		return this.#routines.get(key) ?? [];
	}

	*allRoutines(): Iterable<Routine> {
		for (const overloads of this.#routines.values()) yield* overloads;
	}

	schema(name: string): OtherObject | undefined {
		return this.#schemas.get(name);
	}

	schemas(): Iterable<OtherObject> {
		return this.#schemas.values();
	}

	extension(name: string): OtherObject | undefined {
		return this.#extensions.get(name);
	}

	partitionsOf(key: Key, deep = false): readonly Table[] {
		const direct = this.inheritorsOf(key).filter((table) => table.partitionOf?.parent === key);
		if (!deep) return direct;
		return direct.flatMap((table) => [table, ...this.partitionsOf(keyOf(table), true)]);
	}

	childrenOf(key: Key): readonly Table[] {
		return this.inheritorsOf(key).filter((table) => table.partitionOf?.parent !== key);
	}

	/** Returns the direct partitions and inheritance children of a table. */
	inheritorsOf(key: Key): readonly Table[] {
		return this.#tablesOf(this.#links.children.usersOf(key));
	}

	referencesTo(key: Key): readonly { readonly table: Table; readonly constraint: string }[] {
		return this.#tablesOf(this.#links.references.usersOf(key)).flatMap((table) =>
			table.constraints
				.filter(
					(constraint) =>
						constraint.type === "foreignKey" && referencedKey(constraint.references) === key,
				)
				.map((constraint) => ({ table, constraint: constraint.name })),
		);
	}

	viewsOn(key: Key): readonly View[] {
		return this.#viewsOf(this.#links.uses.usersOf(relationUse(key))).filter((view) =>
			view.dependsOn.includes(key),
		);
	}

	tablesUsingType(key: Key): readonly { readonly table: Table; readonly column: string }[] {
		const name = key.slice(key.indexOf(".") + 1);
		const uses = [`type:${key}`, ...(this.#typeExists(key) ? [] : [typeUse({ name })])];
		return uses.flatMap((use) =>
			this.#tablesOf(this.#links.uses.usersOf(use)).flatMap((table) =>
				table.columns
					.filter((column) => column.type && typeUse(column.type) === use)
					.map((column) => ({ table, column: column.name })),
			),
		);
	}

	statisticsTable(name: QualifiedName): Key | undefined {
		if (name.schema !== undefined) return this.#statistics.get(`${name.schema}.${name.name}`);
		const key = this.#search(name.name, (candidate) => this.#statistics.has(candidate));
		return key === undefined ? undefined : this.#statistics.get(key);
	}

	putStatistics(key: Key, table: Key): void {
		this.#statistics.set(key, table);
	}

	/** Returns the tables and views that use a relation, type or function. */
	usersOf(use: Use): { readonly tables: readonly Table[]; readonly views: readonly View[] } {
		const keys = this.#links.uses.usersOf(use);
		return { tables: this.#tablesOf(keys), views: this.#viewsOf(keys) };
	}

	#tablesOf(keys: readonly Key[]): readonly Table[] {
		return keys.flatMap((key) => this.#tables.get(key) ?? []);
	}

	#viewsOf(keys: readonly Key[]): readonly View[] {
		return keys.flatMap((key) => this.#views.get(key) ?? []);
	}

	putTable(table: Table): void {
		const key = keyOf(table);
		this.#links.replaceTable(key, this.#tables.get(key), table);
		this.#tables.set(key, table);
		if (table.empty) this.#empty.add(key);
		else this.#empty.delete(key);
		if (table.copyOf ?? table.formerKey) this.#copies.add(key);
	}

	removeTable(key: Key): void {
		this.#links.replaceTable(key, this.#tables.get(key), undefined);
		this.#tables.delete(key);
		this.#empty.delete(key);
		this.#copies.delete(key);
	}

	putView(view: View): void {
		const key = keyOf(view);
		this.#links.replaceView(key, this.#views.get(key), view);
		this.#views.set(key, view);
	}

	removeView(key: Key): void {
		this.#links.replaceView(key, this.#views.get(key), undefined);
		this.#views.delete(key);
	}

	putSequence(sequence: Sequence): void {
		const key = keyOf(sequence);
		this.#links.replaceSequence(key, this.#sequences.get(key), sequence);
		this.#sequences.set(key, sequence);
	}

	removeSequence(key: Key): void {
		this.#links.replaceSequence(key, this.#sequences.get(key), undefined);
		this.#sequences.delete(key);
	}

	putType(type: UserType): void {
		this.#replaceType(keyOf(type), type);
	}

	removeType(key: Key): void {
		this.#replaceType(key, undefined);
	}

	#replaceType(key: Key, after: UserType | undefined): void {
		const before = this.#types.get(key);
		const constraintsOf = (type: UserType | undefined) =>
			type?.kind === "domain" ? type.constraints : [];
		const schema = (after ?? before)?.schema ?? "";
		this.#links.replaceConstraintNames(schema, constraintsOf(before), constraintsOf(after));
		if (after) this.#types.set(key, after);
		else this.#types.delete(key);
	}

	/** Puts the overloads of a name; none removes the name. */
	putRoutines(key: Key, overloads: readonly Routine[]): void {
		if (overloads.length > 0) this.#routines.set(key, overloads);
		else this.#routines.delete(key);
	}

	putSchema(schema: OtherObject): void {
		this.#schemas.set(schema.name, schema);
	}

	removeSchema(name: string): void {
		this.#schemas.delete(name);
	}

	putExtension(extension: OtherObject): void {
		this.#extensions.set(extension.name, extension);
	}

	removeExtension(name: string): void {
		this.#extensions.delete(name);
	}
}

import type { QualifiedName } from "../core/expression.ts";
import { difference, Edges, type EdgesContent } from "./edges.ts";
import { ForkableMap } from "./forkable-map.ts";
import type { Constraint, Index, Key, Sequence, Table, View } from "./model.ts";
import {
	usesOfColumn,
	usesOfConstraint,
	usesOfIndex,
	usesOfPolicy,
	usesOfTrigger,
	usesOfView,
} from "./uses.ts";

/** What `Links` knows, as data. */
export interface LinksContent {
	readonly children: EdgesContent;
	readonly references: EdgesContent;
	readonly owned: EdgesContent;
	readonly uses: EdgesContent;
	readonly indexes: ReadonlyMap<Key, Key>;
	readonly constraintNames: ReadonlyMap<Key, number>;
}

const edgesOf = (content: EdgesContent): Edges => new Edges(new ForkableMap(new Map(content)));

/** Which object uses which: kept as objects are put and removed, so that asking costs nothing. */
export class Links {
	/** From a parent to its partitions and inheritance children. */
	children = new Edges();
	/** From a referenced table to the tables with the foreign keys. */
	references = new Edges();
	/** From a table to the sequences that its columns own. */
	owned = new Edges();
	/** From a relation, type or function to the tables and views that use it. */
	uses = new Edges();
	/** The relation of each index. */
	indexes = new ForkableMap<Key, Key>();
	/** How many constraints have a name: the server looks at the whole schema when it chooses one. */
	constraintNames = new ForkableMap<Key, number>();

	/** Returns an independent copy. */
	fork(): Links {
		const copy = new Links();
		copy.children = this.children.fork();
		copy.references = this.references.fork();
		copy.owned = this.owned.fork();
		copy.uses = this.uses.fork();
		copy.indexes = this.indexes.fork();
		copy.constraintNames = this.constraintNames.fork();
		return copy;
	}

	/** Returns what it knows now; later changes do not show. */
	content(): LinksContent {
		return {
			children: this.children.content(),
			references: this.references.content(),
			owned: this.owned.content(),
			uses: this.uses.content(),
			indexes: this.indexes.content(),
			constraintNames: this.constraintNames.content(),
		};
	}

	/** Takes over what others knew. */
	restore(content: LinksContent): void {
		this.children = edgesOf(content.children);
		this.references = edgesOf(content.references);
		this.owned = edgesOf(content.owned);
		this.uses = edgesOf(content.uses);
		this.indexes = new ForkableMap(new Map(content.indexes));
		this.constraintNames = new ForkableMap(new Map(content.constraintNames));
	}

	replaceTable(key: Key, before: Table | undefined, after: Table | undefined): void {
		const { uses } = this;
		replace(this.children, key, parentsOf(before), parentsOf(after), (parent) => [parent]);
		replace(uses, key, before?.columns, after?.columns, usesOfColumn);
		replace(uses, key, before?.triggers, after?.triggers, usesOfTrigger);
		replace(uses, key, before?.policies, after?.policies, usesOfPolicy);
		replace(uses, key, before?.constraints, after?.constraints, usesOfConstraint);
		replace(this.references, key, before?.constraints, after?.constraints, referenced);
		this.#replaceIndexes(key, before?.indexes, after?.indexes);
		const schema = (after ?? before)?.schema ?? "";
		this.replaceConstraintNames(schema, before?.constraints, after?.constraints);
	}

	replaceView(key: Key, before: View | undefined, after: View | undefined): void {
		replace(this.uses, key, listOf(before), listOf(after), usesOfView);
		replace(this.uses, key, before?.triggers, after?.triggers, usesOfTrigger);
		this.#replaceIndexes(key, before?.indexes, after?.indexes);
	}

	replaceSequence(key: Key, before: Sequence | undefined, after: Sequence | undefined): void {
		const tableOf = (sequence: Sequence) => (sequence.ownedBy ? [sequence.ownedBy.table] : []);
		replace(this.owned, key, listOf(before), listOf(after), tableOf);
	}

	replaceConstraintNames(
		schema: string,
		before: readonly Constraint[] = [],
		after: readonly Constraint[] = [],
	): void {
		const { removed, added } = difference(before, after);
		const count = (constraint: Constraint, step: number) => {
			const name = `${schema}.${constraint.name}`;
			this.constraintNames.set(name, (this.constraintNames.get(name) ?? 0) + step);
		};
		for (const constraint of removed) count(constraint, -1);
		for (const constraint of added) count(constraint, 1);
	}

	#replaceIndexes(key: Key, before: readonly Index[] = [], after: readonly Index[] = []): void {
		replace(this.uses, key, before, after, usesOfIndex);
		const { removed, added } = difference(before, after);
		for (const index of removed) this.indexes.delete(`${index.schema}.${index.name}`);
		for (const index of added) this.indexes.set(`${index.schema}.${index.name}`, key);
	}
}

function replace<T>(
	edges: Edges,
	user: Key,
	before: readonly T[] = [],
	after: readonly T[] = [],
	targetsOf: (element: T) => readonly string[],
): void {
	if (before === after) return;
	const { removed, added } = difference(before, after);
	for (const element of removed)
		for (const target of targetsOf(element)) edges.remove(target, user);
	for (const element of added) for (const target of targetsOf(element)) edges.add(target, user);
}

function parentsOf(table: Table | undefined): readonly Key[] {
	if (!table) return [];
	return table.partitionOf ? [table.partitionOf.parent, ...table.inherits] : table.inherits;
}

function listOf<T>(element: T | undefined): readonly T[] {
	return element === undefined ? [] : [element];
}

function referenced(constraint: Constraint): readonly Key[] {
	return constraint.type === "foreignKey" ? [referencedKey(constraint.references)] : [];
}

/** Returns the key of a foreign key's target: in the catalog its name always carries the schema. */
export function referencedKey(references: QualifiedName): Key {
	return `${references.schema ?? ""}.${references.name}`;
}

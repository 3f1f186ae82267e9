import { beforeAll, expect, test } from "vitest";
import { loadParser } from "../../../src/dialect/postgres/parser.ts";
import {
	heldBefore,
	judge,
	loadForms,
	versionsOf,
	type Form,
	type Measured,
	type Said,
} from "./ground-truth.ts";

beforeAll(loadParser);

const forms = loadForms();

/** Refusals that only the rows or a hand in the server's own catalog decide: no text can tell them. */
function isDecidedByRows({ id }: Form, { error = "" }: Measured): boolean {
	return error.startsWith("23") || error === "22001" || id === "add_unique_using_invalid_index";
}

function differences(form: Form, measured: Measured, version: number): readonly string[] {
	const said = judge(form, version);
	if (measured.error !== undefined && measured.error !== said.error) {
		return [`error ${measured.error}, said ${said.error ?? "none"}`];
	}
	if (said.error !== measured.error) return [`no error, said ${said.error ?? "none"}`];
	const found =
		measured.transaction === said.transaction ? [] : [`transaction ${measured.transaction}`];
	if (measured.error !== undefined) return found;
	const held = form.pre ? heldBefore(form, version) : new Set<string>();
	return [...found, ...compareLocks(measured, said, held), ...compareLists(measured, said)];
}

function compareLocks(
	measured: Measured,
	said: Said,
	held: ReadonlySet<string>,
): readonly string[] {
	const names = new Set([...Object.keys(measured.locks), ...Object.keys(said.locks)]);
	return [...names].flatMap((name) => {
		const [real, ours] = [measured.locks[name], said.locks[name]];
		if (real === ours || held.has(name)) return [];
		return [`${name}: ${real ?? "no lock"}, said ${ours ?? "no lock"}`];
	});
}

function compareLists(measured: Measured, said: Said): readonly string[] {
	return (["rewrote", "scanned", "built"] as const).flatMap((list) => {
		const [real, ours] = [measured[list].join(), said[list].join()];
		return real === ours ? [] : [`${list} [${real}], said [${ours}]`];
	});
}

interface Count {
	right: number;
	all: number;
}

function add(counts: Map<string, Count>, name: string, right: boolean): void {
	const count = counts.get(name) ?? { right: 0, all: 0 };
	count.all++;
	if (right) count.right++;
	counts.set(name, count);
}

function table(counts: ReadonlyMap<string, Count>): string {
	return [...counts]
		.map(([name, { right, all }]) => `${name.padEnd(22)} ${right}/${all}`)
		.join("\n");
}

test("the effects agree with what servers of every version did", { timeout: 30_000 }, () => {
	const [byVersion, byCategory] = [new Map<string, Count>(), new Map<string, Count>()];
	const wrong: string[] = [];
	let undecidable = 0;
	for (const form of forms) {
		for (const measured of form.results) {
			for (const version of versionsOf(measured)) {
				if (isDecidedByRows(form, measured)) {
					undecidable++;
					continue;
				}
				const found = differences(form, measured, version);
				add(byVersion, `PostgreSQL ${version}`, found.length === 0);
				add(byCategory, form.category, found.length === 0);
				if (found.length > 0) wrong.push(`${form.id} on ${version}: ${found.join("; ")}`);
			}
		}
	}
	console.log(`${table(byVersion)}\n\n${table(byCategory)}\n\ndecided by rows: ${undecidable}`);
	expect(wrong).toEqual([]);
});

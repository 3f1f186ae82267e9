import type { Catalog } from "../../catalog/catalog.ts";
import type { Reading } from "../dialect.ts";
import { parseDirectives } from "../directive.ts";
import type { Finding } from "../finding.ts";
import { parseForeignIgnore } from "../foreign-ignores.ts";
import type { Migration, Section } from "../migration.ts";
import type { OperationKind, OperationMap } from "../operation.ts";
import type {
	LeftOpen,
	OperationContext,
	OperationListeners,
	ReleaseEntry,
	Report,
	Undoing,
	Verification,
} from "../rule.ts";
import type { CodeObject } from "../reference.ts";
import type { SourceFile } from "../source.ts";
import type { Comment, Statement } from "../statement.ts";
import {
	catalogQuestions,
	operationContext,
	type ReleaseScope,
	type Scope,
	statementContextFor,
} from "./context.ts";
import { standsAtEnd, withUses } from "./code-use.ts";
import { EvidenceBook } from "./evidence.ts";
import { FindingList, keptData, keptFrom, type Kept, type KeptData } from "./finding-list.ts";
import { buildFinding, fixesOf, reviseFinding } from "./findings.ts";
import { runRule, tellFault } from "./fault.ts";
import type { Surroundings } from "./fixes.ts";
import { type HistoryVisitor, type Moment, type Step } from "./history.ts";
import { IgnoreBook, type IgnoreMemory } from "./ignores.ts";
import type { ActiveRule, Counts, LintInput, LintResult } from "./lint.ts";
import type { Past } from "./past.ts";
import { RepeatBook, type RepeatMemory } from "./repeats.ts";
import { ReleasedNames } from "./released-names.ts";
import { withPlaceholders } from "./stand-ins.ts";
import { verificationsAt, verificationsOf } from "./verifications.ts";

/** Calls the rule's listener for the operation's kind, if it has one. */
function callListener<Kind extends OperationKind>(
	listeners: OperationListeners<string>,
	kind: Kind,
	operation: OperationMap[Kind],
	context: OperationContext,
): void {
	listeners[kind]?.(operation, context);
}

/** A finding that the rest of its release may still settle. */
interface Pending {
	readonly active: ActiveRule;
	readonly report: Report<string>;
	readonly kept: Kept;
}

/** A finding that a later release may still settle. */
interface Unsettled {
	readonly active: ActiveRule;
	readonly left: LeftOpen;
	readonly kept: Kept;
}

/** What a linter knows between two releases, as data that can be stored. */
export interface LinterMemory {
	readonly ofStatements: readonly KeptData[];
	readonly ofSections: readonly KeptData[];
	readonly unsettled: readonly {
		/** Its id. */
		readonly rule: string;
		readonly left: LeftOpen;
		readonly kept: KeptData;
	}[];
	readonly ignores: IgnoreMemory;
	readonly repeats: RepeatMemory;
	readonly standIns: ReadonlyMap<string, string>;
	readonly counts: Counts["history"];
	readonly historyCounts: Counts["history"];
}

/**
 * Lets the rules judge a history as it is replayed. It can go back with a replay, and apart from that take
 * back what the sections as a whole have said (their comments): an edit changes both.
 */
export class Linter implements HistoryVisitor {
	readonly #input: LintInput;
	/** What is found in statements, in the comments of sections and in the end. */
	readonly #ofStatements = new FindingList();
	readonly #ofSections = new FindingList();
	#findings = this.#ofStatements;
	readonly #atReleaseEnd: readonly ActiveRule[];
	readonly #byKind = new Map<OperationKind, readonly ActiveRule[]>();
	readonly #ignores = new IgnoreBook();
	readonly #repeats = new RepeatBook();
	readonly #standIns = new Map<string, string>();
	readonly #names = new ReleasedNames();
	readonly #ruleIds: ReadonlySet<string>;
	readonly #evidence: EvidenceBook;
	readonly #counts = { migrations: 0, statements: 0, unread: 0 };
	readonly #historyCounts = { migrations: 0, statements: 0, unread: 0 };
	#entries: ReleaseEntry[] = [];
	#pending: Pending[] = [];
	readonly #unsettled: Unsettled[] = [];
	#end: { readonly catalog: Catalog; readonly release: string } | undefined;
	readonly undone?: (undoing: Undoing) => void;
	readonly fault?: NonNullable<HistoryVisitor["fault"]>;
	#files = new Map<string, SourceFile>();
	/** What stands around the statements that run. */
	#around: { now: Surroundings } | undefined;
	#verifications: Verification[] = [];
	#migrations = new Set<Migration>();

	constructor(input: LintInput) {
		this.#input = input;
		this.#atReleaseEnd = input.rules.filter(({ rule }) => rule.on.releaseEnd !== undefined);
		this.#evidence = new EvidenceBook(input.history.migrations);
		this.#ruleIds = input.ruleIds ?? new Set(input.rules.map(({ rule }) => rule.id));
		const undoRules = input.rules.filter(({ rule }) => rule.on.undone !== undefined);
		const { fault } = input;
		if (fault) {
			this.fault = (error, statement) => {
				tellFault(fault, error, statement);
			};
		}
		// Copies of the schema are made only for rules that compare them.
		if (undoRules.length > 0) {
			this.undone = (undoing) => {
				this.#judgeUndoing(undoing, undoRules);
			};
		}
	}

	/** The names that stand in for placeholders so far. */
	get standIns(): ReadonlyMap<string, string> {
		return this.#standIns;
	}

	/** What the contract directives say with which the migration is judged now. */
	evidenceOf(migration: Migration): string {
		return this.#evidence.given(migration);
	}

	/** Begins behind migrations of which none is judged. */
	beginAfter({ standIns }: Past): void {
		for (const [name, written] of standIns) this.#standIns.set(name, written);
	}

	/** Returns what is known between two releases, as data that can be stored. */
	memory(): LinterMemory {
		return {
			ofStatements: this.#ofStatements.kept.map(keptData),
			ofSections: this.#ofSections.kept.map(keptData),
			unsettled: this.#unsettled.map(({ active, left, kept }) => ({
				rule: active.rule.id,
				left,
				kept: keptData(kept),
			})),
			ignores: this.#ignores.memory(this.#input.history.migrations),
			repeats: this.#repeats.memory(),
			standIns: new Map(this.#standIns),
			counts: { ...this.#counts },
			historyCounts: { ...this.#historyCounts },
		};
	}

	/** Begins with what a linter of the same rules knew after the first migrations. */
	recall(memory: LinterMemory): void {
		const { rules, history } = this.#input;
		const { migrations } = history;
		for (const kept of memory.ofStatements) this.#ofStatements.add(keptFrom(kept, migrations));
		for (const kept of memory.ofSections) this.#ofSections.add(keptFrom(kept, migrations));
		for (const { rule: id, left, kept } of memory.unsettled) {
			const active = rules.find(({ rule }) => rule.id === id);
			if (active) this.#unsettled.push({ active, left, kept: keptFrom(kept, migrations) });
		}
		this.#ignores.recall(memory.ignores, migrations);
		this.#repeats.recall(memory.repeats);
		for (const [name, written] of memory.standIns) this.#standIns.set(name, written);
		Object.assign(this.#counts, memory.counts);
		Object.assign(this.#historyCounts, memory.historyCounts);
	}

	/** Returns a function that takes back what was found in statements from now on. */
	rememberStatements(): () => void {
		const entries = this.#entries;
		const pending = this.#pending;
		const lengths = [entries.length, pending.length, this.#unsettled.length] as const;
		const end = this.#end;
		const around = this.#around;
		const parts = [this.#ofStatements, this.#repeats, this.#names].map((part) => part.remember());
		return () => {
			this.#entries = entries;
			this.#pending = pending;
			[entries.length, pending.length, this.#unsettled.length] = lengths;
			this.#end = end;
			this.#around = around;
			for (const restore of parts) restore();
		};
	}

	/** Returns a function that takes back what sections have said from now on. */
	rememberSections(): () => void {
		const verifications = this.#verifications;
		const { length } = verifications;
		const files = new Map(this.#files);
		const migrations = new Set(this.#migrations);
		const counts = { ...this.#counts };
		const historyCounts = { ...this.#historyCounts };
		const parts = [this.#ofSections, this.#ignores, this.#evidence].map((part) => part.remember());
		return () => {
			this.#verifications = verifications;
			verifications.length = length;
			this.#files = new Map(files);
			this.#migrations = new Set(migrations);
			Object.assign(this.#counts, counts);
			Object.assign(this.#historyCounts, historyCounts);
			for (const restore of parts) restore();
		};
	}

	/** Returns what has been found so far and no comment leaves out; the rest of the release may settle some. */
	findingsSoFar(isMeant: (finding: Finding) => boolean): readonly Finding[] {
		return [...this.#ofSections.kept, ...this.#ofStatements.kept, ...this.#open]
			.filter(({ finding }) => isMeant(finding) && !this.#ignores.covers(finding))
			.map(withFixes);
	}

	get #open(): readonly Kept[] {
		return [...this.#pending, ...this.#unsettled].map(({ kept }) => kept);
	}

	visits(migration: Migration): boolean {
		return migration.candidate && migration.baseline !== true;
	}

	section(
		migration: Migration,
		section: Section,
		reading: Reading,
		direction: "up" | "down",
		isAgain: boolean,
	): void {
		const judged = this.visits(migration);
		// Objects of the catalog come from up sections only.
		if (judged && direction === "up") this.#files.set(section.file.path, section.file);
		const now = { dialect: this.#input.history.dialect, section, reading };
		if (isAgain && this.#around) this.#around.now = now;
		else this.#around = { now };
		const counts = judged ? this.#counts : this.#historyCounts;
		if (!this.#migrations.has(migration)) {
			this.#migrations.add(migration);
			counts.migrations++;
			if (judged) {
				this.#verifications.push(...verificationsOf(this.#input.history.dialect, migration));
			}
		}
		for (const [name, written] of reading.standIns ?? []) this.#standIns.set(name, written);
		counts.statements += reading.statements.length;
		for (const statement of reading.statements) if (statement.unread) counts.unread++;
		if (!judged) return;
		this.#findings = this.#ofSections;
		this.#readDirectives(migration, section, reading, direction);
		this.#findings = this.#ofStatements;
	}

	#readDirectives(
		migration: Migration,
		section: Section,
		reading: Reading,
		direction: "up" | "down",
	): void {
		const groups = [
			...reading.statements.map((statement) => ({ comments: statement.comments, statement })),
			{ comments: reading.trailingComments, statement: undefined },
		];
		for (const { comments, statement } of groups) {
			if (comments.length === 0) continue;
			this.#readForeignIgnores(section, comments, statement);
			for (const directive of parseDirectives(comments)) {
				const at: Statement = statement ?? emptyStatement(section, directive.range);
				const context = this.#statementScope(migration, at);
				this.#ignores.add(directive, at, migration);
				this.#evidence.add(directive, migration);
				for (const active of this.#input.rules) {
					this.#run(active, at, () => {
						active.rule.on.directive?.(directive, statementContextFor(context, active));
					});
				}
			}
			if (direction === "up") {
				const { dialect } = this.#input.history;
				this.#verifications.push(
					...verificationsAt(dialect, section.file, comments, statement, migration),
				);
			}
		}
	}

	#readForeignIgnores(
		section: Section,
		comments: readonly Comment[],
		statement: Statement | undefined,
	): void {
		const { compatibility, rules } = this.#input;
		if (compatibility === undefined) return;
		for (const comment of comments) {
			const ignore = parseForeignIgnore(comment, section.file, compatibility);
			if (!ignore) continue;
			const at = statement ?? emptyStatement(section, comment.range);
			this.#ignores.addForeign(ignore, comment, at, rules);
		}
	}

	unread(statement: Statement, migration: Migration): void {
		if (!this.visits(migration)) return;
		const scope = this.#statementScope(migration, statement);
		for (const active of this.#input.rules) {
			this.#run(active, statement, () => {
				active.rule.on.unread?.(statement, statementContextFor(scope, active));
			});
		}
	}

	operation(moment: Moment): void {
		const { operation, part, statement, migration, transaction } = moment;
		const effect = moment.effects.get(operation);
		if (effect) {
			this.#entries.push({ operation, effect, part, statement, migration, transaction });
		}
		this.#judge(moment);
		this.#names.before(operation, moment.catalog);
	}

	#judge(moment: Moment): void {
		const { operation, statement, migration } = moment;
		const listening = this.#listening(operation.kind);
		const first = listening[0];
		if (!first) return;
		const base = this.#scopeOfRelease(migration.release);
		const around = this.#around && { around: this.#around };
		let current = first;
		// Most operations are not reported: only a report makes the whole scope.
		const report = (what: Report<string>): void => {
			const { catalog } = moment;
			this.#add({ ...base, catalog, migration, statement, moment, ...around }, current, what);
		};
		const context = operationContext(base, moment, this.#evidence, this.#names, report);
		for (const active of listening) {
			current = active;
			// Rules are called so often that a function around each call could be felt.
			try {
				callListener(active.rule.on, operation.kind, operation, context);
				active.rule.on.anyOperation?.(operation, context);
			} catch (error) {
				tellFault(this.#input.fault, error, statement, active.rule.id);
			}
		}
	}

	#judgeUndoing(undoing: Undoing, rules: readonly ActiveRule[]): void {
		const [first] = undoing.down;
		if (!first) return;
		const scope = this.#statementScope(undoing.migration, first);
		for (const active of rules) {
			this.#run(active, first, () => {
				active.rule.on.undone?.(undoing, statementContextFor(scope, active));
			});
		}
	}

	releaseEnd(release: string, after: Catalog): readonly Step[] {
		this.#end = { catalog: after, release };
		this.#settle(after);
		this.#names.startRelease();
		this.#files = new Map();
		const entries = this.#entries;
		const verifications = this.#verifications;
		this.#entries = [];
		this.#verifications = [];
		const [first] = entries;
		if (!first) return [];
		const id = first.migration.release;
		const base = this.#scopeOfRelease(id);
		const questions = catalogQuestions(after, id, this.#input.rows);
		return this.#atReleaseEnd.map((active) => () => {
			this.#run(active, first.statement, () => {
				active.rule.on.releaseEnd?.(
					{ id, entries, verifications },
					{
						...questions,
						dialect: base.dialect,
						version: base.version,
						report: ({ migration, statement }, report) => {
							base.add({ ...base, catalog: after, migration, statement }, active, report);
						},
					},
				);
			});
		});
	}

	/** Returns what was found, with the places in code that use what is gone. */
	finish(): LintResult {
		const result = this.judgement();
		return { ...result, findings: withUses(result, this.#input.searchCode) };
	}

	/** Returns what was found, without a look at the code. */
	judgement(): LintResult {
		const last = this.#end;
		for (const { active, left, kept } of this.#unsettled) {
			if (!last) break;
			if (this.#repeats.isOutdone(kept.finding)) continue;
			const settled = this.#run(active, kept.statement, () =>
				active.rule.on.historyEnd?.(left, last.catalog, last.release),
			);
			if (settled === "settled") continue;
			this.#findings.add(kept);
		}
		this.#ignores.forgetUse();
		const found = [...this.#ofSections.kept, ...this.#ofStatements.kept].filter(
			({ finding }) => !this.#repeats.isOutdone(finding),
		);
		const ignored = found.filter(({ finding }) => this.#ignores.covers(finding));
		const isIgnored = new Set(ignored);
		const open = found.filter((kept) => !isIgnored.has(kept));
		const all = [...this.#repeats.latestOf(open), ...this.#judgeUnusedIgnores()].sort(
			(a, b) =>
				a.order - b.order ||
				a.finding.range.start - b.finding.range.start ||
				a.finding.rule.localeCompare(b.finding.rule),
		);
		const end = this.#end?.catalog;
		const gone = new Map(
			all.flatMap(({ code }, at): [number, CodeObject][] =>
				code && end && !standsAtEnd(code, end) ? [[at, code]] : [],
			),
		);
		return {
			findings: all.map((kept) => withPlaceholders(withFixes(kept), this.#standIns)),
			ignored: ignored.map(({ finding }) => finding),
			gone,
			counts: {
				...this.#counts,
				ignored: ignored.length,
				history: { ...this.#historyCounts },
			},
		};
	}

	#judgeUnusedIgnores(): readonly Kept[] {
		const list = new FindingList();
		this.#findings = list;
		const { rules: on } = this.#input;
		for (const { directive, rules, migration, file, ...at } of this.#ignores.unused(on)) {
			const statement = emptyStatement({ file }, at.statement);
			const scope = this.#statementScope(migration, statement);
			for (const active of on) {
				this.#run(active, statement, () => {
					active.rule.on.unusedIgnore?.(directive, rules, statementContextFor(scope, active));
				});
			}
		}
		this.#findings = this.#ofStatements;
		return list.kept;
	}

	#listening(kind: OperationKind): readonly ActiveRule[] {
		const known = this.#byKind.get(kind);
		if (known) return known;
		const found = this.#input.rules.filter(
			({ rule }) => rule.on[kind] !== undefined || rule.on.anyOperation !== undefined,
		);
		this.#byKind.set(kind, found);
		return found;
	}

	#statementScope(migration: Migration, statement: Statement): Scope {
		return { ...this.#scopeOfRelease(migration.release), migration, statement };
	}

	#scopeOfRelease(release: string): ReleaseScope {
		const { dialect, version } = this.#input.history;
		return {
			dialect: dialect.id,
			version,
			release,
			rows: this.#input.rows,
			...(this.#input.tables && { tables: this.#input.tables }),
			ruleIds: this.#ruleIds,
			searchCode: this.#input.searchCode,
			files: this.#files,
			add: (scope, active, report) => {
				this.#add(scope, active, report);
			},
		};
	}

	#add(scope: Scope, active: ActiveRule, report: Report<string>): void {
		const finding = buildFinding(scope, active, report, this.#input.recipes);
		if (report.once !== undefined && !this.#repeats.isWorse(report.once, finding)) return;
		if (report.latest) this.#repeats.add(report.latest, scope.release, finding);
		const kept: Kept = {
			finding,
			statement: scope.statement,
			fixes: () =>
				this.#run(active, scope.statement, () => fixesOf(scope, report, finding.recipe)) ?? [],
			order: scope.migration.order,
			code: report.code,
		};
		const { leftOpen: left } = report;
		if (left) this.#unsettled.push({ active, left, kept });
		else if (report.atReleaseEnd) this.#pending.push({ active, report, kept });
		else this.#findings.add(kept);
	}

	#run<Result>(
		{ rule }: ActiveRule,
		at: Pick<Statement, "file" | "range">,
		run: () => Result,
	): Result | undefined {
		return runRule(this.#input.fault, rule.id, at, run);
	}

	#settle(after: Catalog): void {
		for (const { active, report, kept } of this.#pending) {
			if (this.#repeats.isOutdone(kept.finding)) continue;
			const finding = this.#run(active, kept.statement, () => {
				const revision = report.atReleaseEnd?.(after);
				if (revision === "settled") return revision;
				return revision ? reviseFinding(kept.finding, active, revision) : kept.finding;
			});
			if (finding === "settled") continue;
			this.#findings.add(finding ? { ...kept, finding } : kept);
		}
		this.#pending = [];
	}
}

function withFixes({ finding, fixes }: Kept): Finding {
	return { ...finding, fixes: fixes() };
}

function emptyStatement({ file }: Pick<Section, "file">, range: Statement["range"]): Statement {
	return { file, range, comments: [], parts: [], placeholders: [] };
}

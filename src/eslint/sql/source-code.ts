import {
	ConfigCommentParser,
	Directive,
	TextSourceCodeBase,
	VisitNodeStep,
	type DirectiveType,
	type RulesConfig,
	type SourceLocation,
} from "@eslint/plugin-kit";
import type { DialectId } from "../../core/dialect.ts";
import type { Range } from "../../core/source.ts";
import { lexisOf } from "../../dialect/mysql/lexis.ts";
import { tokenize as tokenizePostgres } from "../../dialect/postgres/tokenizer.ts";
import { sqliteLexis } from "../../dialect/sqlite/lexis.ts";
import { tokenize } from "../../dialect/tolerant/tokenizer.ts";

/** A SQL comment as ESLint sees it. */
export interface SqlComment {
	readonly type: "Comment";
	/** Without the marks. */
	readonly value: string;
	readonly isBlock: boolean;
	readonly range: [number, number];
	readonly loc: SourceLocation;
}

/** The only node of a SQL file: the rules ask lockkeeper about the file as a whole. */
export interface SqlFile {
	readonly type: "SqlFile";
	readonly range: [number, number];
	readonly loc: SourceLocation;
}

type SqlNode = SqlFile | SqlComment;

interface SqlOptions {
	LangOptions: Record<string, unknown>;
	RootNode: SqlFile;
	SyntaxElementWithLoc: SqlNode;
	ConfigNode: SqlComment;
}

const commentParser = new ConfigCommentParser();

function directiveType(label: string): DirectiveType | undefined {
	switch (label) {
		case "eslint-disable":
			return "disable";
		case "eslint-enable":
			return "enable";
		case "eslint-disable-line":
			return "disable-line";
		case "eslint-disable-next-line":
			return "disable-next-line";
		default:
			return undefined;
	}
}

/** The tokens of a text, comments among them, as its database cuts it. */
function tokensOf(
	text: string,
	dialect: DialectId,
): readonly (Range & { readonly kind: string })[] {
	switch (dialect) {
		case "postgres":
			return tokenizePostgres(text);
		case "mysql":
		case "mariadb":
			return tokenize(text, lexisOf(dialect));
		case "sqlite":
			return tokenize(text, sqliteLexis);
	}
}

/** The text of a SQL file with the comments that speak to ESLint. */
export class SqlSourceCode extends TextSourceCodeBase<SqlOptions> {
	readonly hasBOM: boolean;
	readonly #comments: readonly SqlComment[];

	constructor(options: { text: string; ast: SqlFile; hasBOM: boolean; dialect: DialectId }) {
		super(options);
		this.hasBOM = options.hasBOM;
		this.#comments = this.#readComments(options.dialect);
	}

	/** Only comments that may speak to ESLint: most files have none. */
	#readComments(dialect: DialectId): readonly SqlComment[] {
		if (!this.text.includes("eslint")) return [];
		return tokensOf(this.text, dialect).flatMap(({ kind, start, end }): readonly SqlComment[] => {
			if (kind !== "lineComment" && kind !== "blockComment") return [];
			const isBlock = kind === "blockComment";
			const mark = this.text[start] === "#" ? 1 : 2;
			const value = this.text.slice(start + mark, isBlock ? end - 2 : end);
			if (!/^\s*eslint\b/.test(value)) return [];
			const loc = { start: this.getLocFromIndex(start), end: this.getLocFromIndex(end) };
			return [{ type: "Comment", value, isBlock, range: [start, end], loc }];
		});
	}

	override getParent(node: SqlNode): SqlNode | undefined {
		return node === this.ast ? undefined : this.ast;
	}

	getInlineConfigNodes(): SqlComment[] {
		return [...this.#comments];
	}

	/** Returns what the comments turn off, and comments that cannot be understood. */
	getDisableDirectives(): {
		directives: Directive[];
		problems: { ruleId: null; message: string; loc: SourceLocation }[];
	} {
		const directives: Directive[] = [];
		const problems: { ruleId: null; message: string; loc: SourceLocation }[] = [];
		for (const node of this.#comments) {
			const parsed = commentParser.parseDirective(node.value);
			const type = parsed && directiveType(parsed.label);
			if (!parsed || !type) continue;
			const { label, value, justification } = parsed;
			if (type === "disable-line" && node.loc.start.line !== node.loc.end.line) {
				const message = `${label} comment should not span multiple lines.`;
				problems.push({ ruleId: null, message, loc: node.loc });
				continue;
			}
			directives.push(new Directive({ type, node, value, justification }));
		}
		return { directives, problems };
	}

	/** Returns what comments of the form `eslint rule: severity` set for this file. */
	applyInlineConfig(): {
		configs: { config: { rules: RulesConfig }; loc: SourceLocation }[];
		problems: { ruleId: null; message: string; loc: SourceLocation }[];
	} {
		const configs: { config: { rules: RulesConfig }; loc: SourceLocation }[] = [];
		const problems: { ruleId: null; message: string; loc: SourceLocation }[] = [];
		for (const { value, loc } of this.#comments) {
			const parsed = commentParser.parseDirective(value);
			if (parsed?.label !== "eslint") continue;
			const rules = commentParser.parseJSONLikeConfig(parsed.value);
			if (rules.ok) configs.push({ config: { rules: rules.config }, loc });
			else problems.push({ ruleId: null, message: rules.error.message, loc });
		}
		return { configs, problems };
	}

	/**
	 * Rules for JavaScript that a config sets for all files ask for these when they start. There is nothing
	 * of theirs in SQL.
	 */
	getAllComments(): readonly SqlComment[] {
		return [];
	}

	get parserServices(): object {
		return {};
	}

	override *traverse(): Iterable<VisitNodeStep> {
		yield new VisitNodeStep({ target: this.ast, phase: 1, args: [this.ast, undefined] });
		yield new VisitNodeStep({ target: this.ast, phase: 2, args: [this.ast, undefined] });
	}
}

import type { MigrationSource, ProjectProblem, TransactionClass } from "../../core/migration.ts";
import type { Module } from "../embedded/javascript/parse.ts";
import type { ProgramReading } from "../embedded/javascript/read.ts";
import type { Vocabulary } from "../embedded/javascript/tool.ts";
import { loadTypeScript } from "../embedded/javascript/typescript.ts";
import { compareText, joinPath, type Files } from "../files.ts";
import { lazily, type Lazy } from "../lazy.ts";
import { readInto } from "./section.ts";

const programName = /\.[cm]?[jt]s$/;
const noProgram = /\.d\.[cm]?ts$|\.(?:test|spec)\.[cm]?[jt]s$|^index\.[cm]?[jt]s$/;

const hasUp = /exports\s*\.\s*up\b|(?<![.\w])up\s*[=(:]|[{,]\s*up\s*[,}]/;

const reader = lazily(async () => (await import("../embedded/javascript/read.ts")).readProgram);

/** Loads what reading a tool's programs needs. */
export async function loadPrograms(vocabulary: Lazy<Vocabulary>): Promise<void> {
	await Promise.all([loadTypeScript(), reader.load(), vocabulary.load()]);
}

/** Returns the names of the programs of a directory, in string order. */
export function programNames(
	directory: string,
	files: Files,
	name: RegExp = programName,
): readonly string[] {
	return files
		.list(directory)
		.filter((each) => programName.test(each) && !noProgram.test(each) && name.test(each))
		.sort(compareText);
}

/** Returns the first program of a directory whose text matches, of the first few and the last. */
export function firstProgram(
	directory: string,
	files: Files,
	name: RegExp,
	text: RegExp,
): string | undefined {
	const names = programNames(directory, files, name);
	return [...names.slice(0, 4), ...names.slice(-1)].find((each) => {
		const program = files.read(joinPath(directory, each)).file?.text ?? "";
		return text.test(program) && hasUp.test(program);
	});
}

/** How a tool names and wraps its programs. */
export interface ProgramRules {
	readonly vocabulary: Lazy<Vocabulary>;
	readonly id: (name: string, module: Module) => string;
	/** The class of one program; `all` for those of a run together. */
	readonly transaction: (module: Module) => TransactionClass;
}

/** A migration with the program that it was read from. */
export interface ProgramMigration extends MigrationSource {
	readonly module: Module;
}

/** Returns the migration of one program; what is wrong with the file goes to the problems. */
export function readProgramFile(
	directory: string,
	name: string,
	files: Files,
	rules: ProgramRules,
	problems: ProjectProblem[],
): ProgramMigration | undefined {
	const path = joinPath(directory, name);
	const file = readInto(path, files, problems);
	if (!file) return undefined;
	const reading = reader.get()(file, files, rules.vocabulary.get());
	const { module } = reading;
	if (module.broken) problems.push(notParsed(path, module.broken));
	const transaction = rules.transaction(module);
	return {
		id: rules.id(name, module),
		name: name.replace(programName, ""),
		...sections(reading, transaction),
		verify: [],
		placeholders: [],
		module,
	};
}

function sections(
	reading: ProgramReading,
	transaction: TransactionClass,
): Pick<MigrationSource, "up" | "down"> {
	return {
		up: reading.sectionsOf("up", transaction),
		down: reading.sectionsOf("down", transaction),
	};
}

function notParsed(file: string, broken: NonNullable<Module["broken"]>): ProjectProblem {
	return {
		code: "unreadableFile",
		severity: "warning",
		file,
		range: broken.at,
		message: `${file} is no valid program: ${broken.message}`,
		hint: "Correct it; what could be read of it was judged.",
	};
}

/** True for a property that the program sets to this word. */
export function isSet(module: Module, name: string, word: string): boolean {
	const value = module.properties.get(name);
	return value?.kind === "name" && value.name === word;
}

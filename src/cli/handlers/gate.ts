import path from "node:path";
import type { Config } from "../../core/config.ts";
import { loadConfig } from "../../project/config-file.ts";
import { readPlan, type LoadedPlan } from "../../project/plan-file.ts";
import type { Palette } from "../../report/report.ts";
import type { EngineProblem, IndexReading } from "../../run/engine.ts";
import { openEngine } from "../../run/engines/index.ts";
import { readGate, readIndexes } from "../../run/gate-reading.ts";
import { serveGate } from "../../run/gate-server.ts";
import { judgeGate, type GateAnswer, type GateQuestion, type GateVerdict } from "../../run/gate.ts";
import { findTargets } from "../../run/targets.ts";
import type { GateArguments } from "../commands/gate.ts";
import { paletteFor } from "../colour.ts";
import { exitCodes, fail, note, print } from "../output.ts";

/** Where the gate looks, and what it asks. */
interface Gate {
	readonly config: Config;
	readonly plan?: LoadedPlan;
	readonly url?: string;
	readonly data?: string;
}

interface Judged {
	readonly verdict: GateVerdict;
	/** The database, without secrets. */
	readonly name: string;
	readonly schemaRev?: string;
}

const isMisuse = ({ code }: EngineProblem): boolean =>
	code === "badTarget" || code === "engineMissing";

async function readParity(
	config: Config,
): Promise<NonNullable<GateQuestion["parity"]> | EngineProblem> {
	const targets = findTargets(config, "all", process.env);
	if ("code" in targets) return { ...targets, code: "badTarget" };
	const parity = new Map<string, readonly IndexReading[] | { readonly unreadable: string }>();
	for (const { name, url } of targets) {
		const engine = await openEngine({ url, cwd: process.cwd(), environment: {} });
		if ("code" in engine) {
			parity.set(name, { unreadable: engine.message });
			continue;
		}
		parity.set(name, await readIndexes(engine));
		await engine.close();
	}
	return parity;
}

async function judge(gate: Gate, args: GateArguments): Promise<Judged | EngineProblem> {
	const { config, plan, url, data } = gate;
	const { min = config.gate?.min, max = config.gate?.max } = args;
	const { "schema-rev": schemaRev, "secrets-rev": secretsRev } = args;
	const wanted = config.gate?.secretsRev;
	const asksSecrets = secretsRev !== undefined || wanted !== undefined;
	const parity = args["index-parity"] ? await readParity(config) : undefined;
	if (parity && "code" in parity) return parity;
	const engine = await openEngine({
		url,
		data,
		cwd: process.cwd(),
		environment: process.env,
	});
	if ("code" in engine && isMisuse(engine)) return engine;
	const answer: GateAnswer =
		"code" in engine ? { unreadable: engine.message } : await readGate(engine, plan);
	const name = "code" in engine ? "the database" : engine.name;
	if (!("code" in engine)) await engine.close();
	const verdict = judgeGate(answer, {
		...(min !== undefined && { min }),
		...(max !== undefined && { max }),
		...(schemaRev && { schemaRevs: schemaRev }),
		...(asksSecrets && {
			secrets: {
				...(wanted !== undefined && { wanted }),
				...(secretsRev !== undefined && { declared: secretsRev }),
			},
		}),
		...(plan && { plan: plan.plan }),
		...(parity && { parity }),
	});
	return {
		verdict,
		name,
		...(!("unreadable" in answer) && { schemaRev: answer.schemaRev }),
	};
}

function gateText({ verdict, name }: Judged, palette: Palette): string {
	const colours = {
		open: (text: string) => palette.info(text),
		closed: (text: string) => palette.error(text),
		unknown: (text: string) => palette.warning(text),
	} as const;
	const lines = verdict.checks.map(
		({ check, state, says }) =>
			`  ${colours[state](state.padEnd(8))} ${palette.strong(check.padEnd(12))} ${says}`,
	);
	const isNo = verdict.state === "unknown" ? " (counts as closed)" : "";
	return [`${colours[verdict.state](verdict.state)}${isNo}: ${name}`, ...lines, ""].join("\n");
}

/** Ends the server when the process is asked to end. */
async function serve(gate: Gate, args: GateArguments): Promise<void> {
	const unknown = (says: string): GateVerdict => ({
		state: "unknown",
		checks: [{ check: "database", state: "unknown", says }],
	});
	const server = await serveGate({
		host: args.host,
		port: args.port,
		judge: async () => {
			const judged = await judge(gate, args);
			if ("code" in judged) return { verdict: unknown(judged.message) };
			return judged;
		},
	}).catch((error: unknown) => {
		const message = error instanceof Error ? error.message : "";
		fail({ message: `It cannot listen: ${message}.`, hint: "Name another --port or --host." });
		return undefined;
	});
	if (!server) return;
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : args.port;
	const host = args.host.includes(":") ? `[${args.host}]` : args.host;
	note(`Listening on http://${host}:${port}/healthz`);
	await new Promise<void>((resolve) => {
		const end = (): void => {
			server.close(() => {
				resolve();
			});
			server.closeAllConnections();
		};
		process.once("SIGTERM", end);
		process.once("SIGINT", end);
	});
	process.exitCode = exitCodes.clean;
}

/** Returns what is asked about, or says what is wrong with the question. */
async function gateOf(args: GateArguments): Promise<Gate | undefined> {
	const cwd = process.cwd();
	const loaded = await loadConfig(cwd, args.config, args.plan === undefined ? [] : [args.plan]);
	if ("code" in loaded) {
		fail(loaded);
		return undefined;
	}
	const plan = args.plan === undefined ? undefined : readPlan(path.resolve(cwd, args.plan));
	if (plan && "code" in plan) {
		fail(plan);
		return undefined;
	}
	const targets =
		args.target === undefined
			? undefined
			: findTargets(loaded.config, { names: [args.target] }, process.env);
	if (targets && "code" in targets) {
		fail(targets);
		return undefined;
	}
	const url = targets?.[0]?.url ?? args.url;
	return {
		config: loaded.config,
		...(plan && { plan }),
		...(url !== undefined && { url }),
		...(args.data !== undefined && { data: args.data }),
	};
}

/** Tells whether code may start, once or for all who ask. */
export async function runGate(args: GateArguments): Promise<void> {
	const gate = await gateOf(args);
	if (!gate) return;
	if (args.serve) {
		await serve(gate, args);
		return;
	}
	const judged = await judge(gate, args);
	if ("code" in judged) {
		fail(judged);
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	print(
		args.format === "json"
			? `${JSON.stringify({ database: judged.name, ...judged.verdict, ...(judged.schemaRev !== undefined && { schemaRev: judged.schemaRev }) }, undefined, "\t")}\n`
			: gateText(judged, palette),
	);
	process.exitCode = judged.verdict.state === "open" ? exitCodes.clean : exitCodes.findings;
}

/** One line of a scrape. */
export interface Sample {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;

function labelsIn(text: string): Record<string, string> {
	const labels: Record<string, string> = {};
	labelPair.lastIndex = 0;
	while (labelPair.lastIndex < text.length) {
		const from = labelPair.lastIndex;
		const match = labelPair.exec(text);
		if (!match) throw new Error(`no label at: ${text.slice(from)}`);
		const [, name = "", value = ""] = match;
		if (name.startsWith("__") || name in labels) throw new Error(`label ${name}`);
		labels[name] = value.replace(/\\([\\"n])/g, (_, mark: string) => (mark === "n" ? "\n" : mark));
	}
	return labels;
}

/**
 * Reads the text format 0.0.4 as its page describes it and throws at anything else: HELP and TYPE once and
 * before the samples, the lines of one metric together, no sample twice, a line feed at the end.
 */
export function parsePrometheus(text: string): readonly Sample[] {
	if (text !== "" && !text.endsWith("\n")) throw new Error("the last line must end");
	const samples: Sample[] = [];
	const seen = new Set<string>();
	const finished = new Set<string>();
	let current: string | undefined;
	let lastComment = "";
	for (const line of text.split("\n").slice(0, -1)) {
		const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
		if (comment) {
			const [, what = "", name = "", rest = ""] = comment;
			if (!metricName.test(name)) throw new Error(`name ${name}`);
			if (name !== current) {
				if (current !== undefined) finished.add(current);
				if (finished.has(name)) throw new Error(`${name} comes in two pieces`);
				current = name;
			} else if (lastComment !== "HELP") throw new Error(`${what} of ${name} comes late`);
			if (what === "TYPE" && !/^(?:counter|gauge|histogram|summary|untyped)$/.test(rest)) {
				throw new Error(`type ${rest}`);
			}
			if (/\\(?![\\n])/.test(rest)) throw new Error(`escape in ${rest}`);
			lastComment = what;
			continue;
		}
		lastComment = "";
		const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
		if (!sample) throw new Error(`no sample: ${line}`);
		const [, name = "", labels = "", number = ""] = sample;
		if (name !== current) throw new Error(`${name} has no TYPE before it`);
		if (!/^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/i.test(number)) {
			throw new Error(`number ${number}`);
		}
		const read = labelsIn(labels);
		const key = `${name} ${JSON.stringify(Object.entries(read).sort())}`;
		if (seen.has(key)) throw new Error(`${line} is there twice`);
		seen.add(key);
		samples.push({ name, labels: read, value: Number(number) });
	}
	return samples;
}

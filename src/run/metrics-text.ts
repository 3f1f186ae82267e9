import { version } from "../version.ts";
import type { Metric, MetricPoint } from "./metrics.ts";

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

function sample(name: string, { labels, value }: MetricPoint): string {
	const pairs = Object.entries(labels).map(
		([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`,
	);
	return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

/**
 * Returns metrics in the text format of Prometheus, version 0.0.4 (prometheus.io, Exposition formats), as
 * scrapes and the textfile collector of the node exporter take it.
 */
export function prometheusText(metrics: readonly Metric[]): string {
	return metrics
		.map(({ name, help, kind, points }) =>
			[
				`# HELP ${name} ${escaped(help)}`,
				`# TYPE ${name} ${kind}`,
				...points.map((point) => sample(name, point)),
				"",
			].join("\n"),
		)
		.join("");
}

/** What a file of metrics is about: times in milliseconds since 1970. */
export interface MetricSpan {
	readonly from: number;
	readonly to: number;
}

/** OpenTelemetry has names of its own for what the vectors say. */
const otelNames: Readonly<Record<string, string>> = {
	deltaS_diff: "wfgy.semantic.deltaS",
	lambda_state: "wfgy.logic.lambda",
};

const nanoseconds = (milliseconds: number): string =>
	(BigInt(Math.round(milliseconds)) * 1_000_000n).toString();

const attribute = (key: string, text: string) => ({ key, value: { stringValue: text } });

function otlpMetric({ name, help, unit, kind, points }: Metric, { from, to }: MetricSpan) {
	const dataPoints = points.map(({ labels, value }) => ({
		attributes: Object.entries(labels).map(([label, text]) => attribute(label, text)),
		...(kind === "counter" && { startTimeUnixNano: nanoseconds(from) }),
		timeUnixNano: nanoseconds(to),
		// 64-bit integers are texts in the JSON of protocol buffers.
		...(Number.isSafeInteger(value) ? { asInt: value.toString() } : { asDouble: value }),
	}));
	return {
		name: otelNames[name] ?? name,
		description: help,
		unit,
		...(kind === "counter"
			? // 2 is AGGREGATION_TEMPORALITY_CUMULATIVE; enums are numbers in OTLP JSON.
				{ sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } }
			: { gauge: { dataPoints } }),
	};
}

/**
 * Returns metrics as OTLP JSON (an ExportMetricsServiceRequest), as collectors take it at /v1/metrics and
 * from files (opentelemetry.io, OTLP specification, JSON Protobuf encoding).
 */
export function otlpJson(metrics: readonly Metric[], span: MetricSpan): string {
	const request = {
		resourceMetrics: [
			{
				resource: { attributes: [attribute("service.name", "lockkeeper")] },
				scopeMetrics: [
					{
						scope: { name: "lockkeeper", version },
						metrics: metrics.map((metric) => otlpMetric(metric, span)),
					},
				],
			},
		],
	};
	return `${JSON.stringify(request)}\n`;
}

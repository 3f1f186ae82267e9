import { loadDialect } from "../../dialect/load.ts";
import { askPostgres } from "../../project/live.ts";
import { findTarget, readUsage } from "../../project/usage/read-usage.ts";
import { usageJson, usageText } from "../../report/usage.ts";
import type { UsageArguments } from "../commands/usage.ts";
import { paletteFor } from "../colour.ts";
import { fail, print } from "../output.ts";

/** Prints what a live database knows of the use of a table or column. */
export async function runUsage(args: UsageArguments): Promise<void> {
	const dialect = await loadDialect("postgres");
	const answer = await askPostgres(args.url, async (session) => {
		const target = await findTarget(session, args.object);
		return target && readUsage(session, target, dialect);
	});
	if (answer === undefined) {
		fail({
			message: `The database has no table or column ${args.object}.`,
			hint: "Write it as the database does: orders, orders.status, sales.orders.status.",
		});
		return;
	}
	if ("code" in answer) {
		fail(answer);
		return;
	}
	if (args.format === "json") {
		print(usageJson(answer));
		return;
	}
	const palette = paletteFor("stdout", { flag: args.color, environment: process.env });
	print(usageText(answer, palette, Math.min(100, process.stdout.columns || 100)));
}

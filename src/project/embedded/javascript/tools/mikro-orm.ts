import type { Vocabulary } from "../tool.ts";

/** `this.addSql(...)` and `this.execute(...)` of a MikroORM migration (packages/migrations/src/Migration.ts). */
export const mikroOrmVocabulary: Vocabulary = {
	raw({ callee, args }) {
		const [text] = args;
		const isCall = callee.kind === "member" && ["addSql", "execute"].includes(callee.name);
		return isCall && text ? { text } : undefined;
	},
	build: () => undefined,
};

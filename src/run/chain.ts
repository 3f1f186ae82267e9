import { sha256 } from "../project/plan-file.ts";

/** Returns the hash of a row of a book that is only added to: it holds the hash of the row before. */
export function rowHash(fields: readonly (string | number)[], previous: string): string {
	return sha256(JSON.stringify([...fields.map(String), previous]));
}

/** Returns what is hashed of a migration's text: the same for every checkout of it. */
export function normalText(text: string): string {
	return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

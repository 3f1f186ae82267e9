const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/** Returns the text for XML and HTML, in content and in attributes; control characters, which XML forbids, become U+FFFD. */
export function escapeXml(text: string): string {
	return text
		.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, "\uFFFD")
		.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Returns an attribute value for XML: line ends would be read as blanks. */
export function escapeAttribute(text: string): string {
	return escapeXml(text).replace(/\r\n|\r|\n/g, "&#10;");
}

const hashComments = new Set([
	"py",
	"pyi",
	"rb",
	"rake",
	"sh",
	"bash",
	"ex",
	"exs",
	"r",
	"jl",
	"pl",
	"pm",
	"cr",
	"nim",
]);
const dashComments = new Set(["sql", "psql", "hs", "lua"]);

function blank(text: string): string {
	return text.replace(/[^\n]/g, " ");
}

/**
 * Returns a text of the same length without comments and without what a template string fills in: a
 * variable that is called like a column is not the column.
 */
export function maskComments(text: string, extension: string): string {
	let masked = text.replace(/\$\{[^{}\n]*\}/g, blank);
	if (dashComments.has(extension)) return masked.replace(/--[^\n]*|\/\*[^]*?\*\//g, blank);
	if (extension === "rb" || extension === "rake" || extension === "ex" || extension === "exs") {
		masked = masked.replace(/#\{[^{}\n]*\}/g, blank);
	}
	if (hashComments.has(extension)) return masked.replace(/(?<=^|\s)#[^\n]*/g, blank);
	// After a blank or at a line's begin, so that the // of an address in a string stays.
	return masked
		.replace(/(?<=^|[\s;{}(),])\/\*[^]*?\*\//g, blank)
		.replace(/(?<=^|[\s;{}(),])\/\/[^\n]*/g, blank);
}

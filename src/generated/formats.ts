// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.

export const formatIds = ["checkstyle", "concise", "github", "gitlab", "html", "json", "junit", "markdown", "rdjson", "sarif", "text"] as const;

export const formats = {
	checkstyle: async () => (await import("../report/formats/checkstyle.ts")).default,
	concise: async () => (await import("../report/formats/concise.ts")).default,
	github: async () => (await import("../report/formats/github.ts")).default,
	gitlab: async () => (await import("../report/formats/gitlab.ts")).default,
	html: async () => (await import("../report/formats/html.ts")).default,
	json: async () => (await import("../report/formats/json.ts")).default,
	junit: async () => (await import("../report/formats/junit.ts")).default,
	markdown: async () => (await import("../report/formats/markdown.ts")).default,
	rdjson: async () => (await import("../report/formats/rdjson.ts")).default,
	sarif: async () => (await import("../report/formats/sarif.ts")).default,
	text: async () => (await import("../report/formats/text.ts")).default,
};

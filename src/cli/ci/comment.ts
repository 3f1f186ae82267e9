import { errorMessage } from "../../project/files.ts";
import { commentMarker } from "../../report/comment-marker.ts";
import type { MergeRequest, PullRequest } from "./platform.ts";

/** What became of a comment. */
export type Commented =
	| { readonly kind: "created" | "updated" }
	/** A pull request from a fork has a token that may only read. */
	| { readonly kind: "forbidden" }
	| { readonly kind: "failed"; readonly message: string };

/** A place on a server where comments are found, made and changed. */
interface Thread {
	readonly list: string;
	/** The address of one comment. */
	one(id: number): string;
	readonly change: "PATCH" | "PUT";
	readonly headers: Readonly<Record<string, string>>;
}

interface Comment {
	readonly id: number;
	readonly body: string;
}

const pageSize = 100;

function isComment(value: unknown): value is Comment {
	if (typeof value !== "object" || value === null) return false;
	if (!("id" in value) || !("body" in value)) return false;
	return typeof value.id === "number" && typeof value.body === "string";
}

class Refused extends Error {
	readonly status: number;
	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

async function call(thread: Thread, method: string, url: string, body?: string): Promise<unknown> {
	const response = await fetch(url, {
		method,
		headers: { ...thread.headers, "content-type": "application/json" },
		signal: AbortSignal.timeout(30_000),
		...(body !== undefined && { body: JSON.stringify({ body }) }),
	});
	if (!response.ok) {
		throw new Refused(
			response.status,
			`${method} ${new URL(url).pathname} said ${response.status}`,
		);
	}
	return response.json();
}

async function earlierComment(thread: Thread): Promise<Comment | undefined> {
	for (let page = 1; ; page++) {
		const listed = await call(thread, "GET", `${thread.list}?per_page=${pageSize}&page=${page}`);
		const comments = Array.isArray(listed) ? listed.filter(isComment) : [];
		const own = comments.find(({ body }) => body.startsWith(commentMarker));
		if (own || comments.length < pageSize) return own;
	}
}

async function comment(thread: Thread, body: string): Promise<Commented> {
	try {
		const earlier = await earlierComment(thread);
		if (earlier) await call(thread, thread.change, thread.one(earlier.id), body);
		else await call(thread, "POST", thread.list, body);
		return { kind: earlier ? "updated" : "created" };
	} catch (error) {
		if (error instanceof Refused && [401, 403, 404].includes(error.status)) {
			return { kind: "forbidden" };
		}
		return { kind: "failed", message: errorMessage(error) };
	}
}

/**
 * Writes a comment on a pull request, or changes the one that an earlier run wrote
 * (https://docs.github.com/rest/issues/comments).
 */
export function commentOnPullRequest(
	{ api, repository, number, token }: PullRequest,
	body: string,
): Promise<Commented> {
	const comments = `${api}/repos/${repository}/issues`;
	return comment(
		{
			list: `${comments}/${number}/comments`,
			one: (id) => `${comments}/comments/${id}`,
			change: "PATCH",
			headers: { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" },
		},
		body,
	);
}

/** The same on a merge request (https://docs.gitlab.com/api/notes/). */
export function commentOnMergeRequest(
	{ api, project, number, token }: MergeRequest,
	body: string,
): Promise<Commented> {
	const notes = `${api}/projects/${encodeURIComponent(project)}/merge_requests/${number}/notes`;
	return comment(
		{
			list: notes,
			one: (id) => `${notes}/${id}`,
			change: "PUT",
			headers: { "private-token": token },
		},
		body,
	);
}

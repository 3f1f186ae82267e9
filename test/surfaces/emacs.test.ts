import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { directoryWith, root, shop } from "../cli/run.ts";

const hasEglot =
	spawnSync("emacs", ["--batch", "--eval", "(progn (package-initialize) (require 'eglot))"])
		.status === 0;

/** The lines of the guide, with the command of this repository. */
function setUp(): string {
	const guide = readFileSync(path.join(root, "docs/editors.md"), "utf8");
	const lines = /```elisp\n([\s\S]*?)```/.exec(guide)?.[1] ?? "";
	const program = [process.execPath, path.join(root, "dist/cli.js")].map((part) =>
		JSON.stringify(part),
	);
	expect(lines).toContain('("lockkeeper" "lsp" "--stdio")');
	return lines.replace('"lockkeeper" "lsp"', `${program.join(" ")} "lsp"`);
}

/** Opens a migration, waits for diagnostics, takes the first action, waits until none is left. */
const script = `
(package-initialize)
(require 'eglot)
(require 'flymake)
(defun wait-until (holds)
  (let ((end (+ (float-time) 20)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.02))))
(defun told () (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
(find-file "migrations/004_index.sql")
(run-hooks 'post-command-hook)
(wait-until #'eglot-managed-p)
(flymake-start)
(wait-until #'flymake-diagnostics)
(let* ((found (told))
       (actions (append (eglot-code-actions (point-min) (point-max) nil nil) nil)))
  (eglot--apply-workspace-edit (plist-get (car actions) :edit))
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (wait-until (lambda () (null (flymake-diagnostics))))
  (save-buffer)
  (write-region (json-encode (list :found (vconcat found) :left (vconcat (told)))) nil "../seen.json"))
`;

describe.skipIf(!hasEglot)("Emacs with the lines of the guide", () => {
	test("shows a finding, takes its fix and shows nothing more", { timeout: 90_000 }, () => {
		const home = directoryWith({});
		const cwd = directoryWith({
			...shop,
			"migrations/004_index.sql": "CREATE INDEX orders_note_idx ON orders (note);\n",
			"init.el": setUp(),
			"drive.el": script,
		});
		const run = spawnSync("emacs", ["--batch", "-l", "init.el", "-l", "drive.el"], {
			cwd,
			encoding: "utf8",
			env: { ...process.env, HOME: home },
			timeout: 80_000,
		});
		expect(run.stderr).not.toContain("warning");
		const seen: unknown = JSON.parse(readFileSync(path.join(cwd, "seen.json"), "utf8"));
		expect(seen).toEqual({
			found: [expect.stringContaining("lockkeeper [require-concurrent-index]")],
			left: [],
		});
		expect(readFileSync(path.join(cwd, "migrations/004_index.sql"), "utf8")).toBe(
			"CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);\n",
		);
	});
});

/** The style of pages: readable in light and dark, on paper and on a telephone. */
const pageStyle = `
:root{color-scheme:light dark;--text:#1c2024;--faint:#60646c;--page:#fcfcfd;--box:#f2f3f5;--rule:#d9dce0;--stop:#c62a2f;--writes:#ad5700;--calm:#2b7a4b;--note:#2e6fbf}
@media (prefers-color-scheme:dark){:root{--text:#edeef0;--faint:#a0a5ad;--page:#131517;--box:#1d2023;--rule:#363a3f;--stop:#ff7b7f;--writes:#f2a04e;--calm:#6fcf97;--note:#7fb4f0}}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2.5rem 0 .75rem;overflow-wrap:anywhere}
h4{font-size:1rem;margin:0 0 .4rem;font-weight:600}
code,pre{font:0.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--box);padding:.6rem .8rem;margin:.25rem 0;overflow-x:auto;border-radius:4px;white-space:pre-wrap;tab-size:4}
p{margin:.25rem 0}
.summary,.place,.why,.rule{color:var(--faint)}
.rule{font-size:.85rem}
.key span{margin-right:1.5rem;font-size:.85rem;padding-left:.6rem;border-left:4px solid var(--calm)}
.key .stop{border-color:var(--stop)}.key .writes{border-color:var(--writes)}
ol.line{list-style:none;margin:0;padding:0}
ol.line>li{border-left:4px solid var(--calm);padding:.25rem 0 1rem 1rem}
ol.line>li.stop{border-color:var(--stop)}
ol.line>li.writes{border-color:var(--writes)}
.place{font-size:.85rem}
.found{list-style:none;margin:1rem 0;padding:0}.found li{margin:.3rem 0}.found code{color:var(--faint)}
.quiet>summary{margin:1rem 0;color:var(--faint)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.4rem 0}
dt{color:var(--faint)}dd{margin:0}
summary{cursor:pointer}
.finding{border:1px solid var(--rule);border-left:4px solid var(--note);border-radius:4px;padding:.6rem .8rem;margin:.6rem 0}
.finding.error{border-left-color:var(--stop)}.finding.warning{border-left-color:var(--writes)}
.badge{text-transform:uppercase;font-size:.75rem;letter-spacing:.04em;color:var(--note)}
.badge.error,.unread{color:var(--stop)}.badge.warning{color:var(--writes)}
@media print{details:not([open])>*{display:block}}
`;

/** Returns a page that stands alone: no script, no network. `title` and `body` are HTML. */
export function htmlPage(title: string, body: readonly string[]): string {
	return [
		"<!doctype html>",
		`<html lang="en"><head><meta charset="utf-8">`,
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
		`<meta name="viewport" content="width=device-width, initial-scale=1">`,
		`<meta name="color-scheme" content="light dark">`,
		`<title>${title}</title>`,
		`<style>${pageStyle}</style></head><body><main>`,
		...body,
		"</main></body></html>",
		"",
	].join("\n");
}

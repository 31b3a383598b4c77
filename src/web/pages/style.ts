// The style sheet of the pages. The contrast of text is at least 4.5 : 1 in light and dark (WCAG AA), which a test checks with axe.

const LIGHT = `
--ground: #f4f6f8; --card: #fff; --line: #dde2e8; --edge: #8a95a3; --ink: #17202b; --quiet: #576372; --track: #e6eaef; --link: #1a56c4; --code: #eef1f5;
--blue: #1a56c4; --blue-soft: #e6eefc; --green: #17693a; --green-soft: #e2f4e8; --amber: #875000; --amber-soft: #fcefd4;
--red: #b3202c; --red-soft: #fdE8e8; --grey: #4f5b69; --grey-soft: #eceff3; --violet: #6a3fb5; --violet-soft: #f0eafb; --blue-fill: #2f6fe4; --green-fill: #2a9457; --amber-fill: #c07600; --shadow: 0 1px 2px #1720270d, 0 4px 14px #1720270a;`;

const DARK = `
--ground: #0e1216; --card: #171c22; --line: #2a323b; --edge: #66717e; --ink: #e8ecf1; --quiet: #9da9b7; --track: #2a323b; --link: #8ab4ff; --code: #0e1216;
--blue: #8ab4ff; --blue-soft: #1b2a45; --green: #6fd495; --green-soft: #16301f; --amber: #f0b955; --amber-soft: #35280f;
--red: #ff9a97; --red-soft: #401a1c; --grey: #aab5c2; --grey-soft: #252c34; --violet: #c3a8f7; --violet-soft: #2b2140; --blue-fill: #6a9df8; --green-fill: #4fbf7a; --amber-fill: #dca03a; --shadow: none;`;

export const STYLE = `
:root {${LIGHT}
color-scheme: light dark; --tone: var(--grey); --soft: var(--grey-soft); --fill: var(--grey); }
@media (prefers-color-scheme: dark) { :root {${DARK}
} }
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 90rem; padding: 0 clamp(.75rem, 3vw, 2rem); background: var(--ground); color: var(--ink);
  font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums; }
h1, h2, p, ul, dl, dd, pre { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--link); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: .6rem 1rem; background: var(--card); border-radius: 0 0 8px 8px; z-index: 1; }
.skip:focus { top: 0; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
.quiet { color: var(--quiet); }

header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: 1rem 0; }
.title { flex: 1 1 auto; font-size: 1.125rem; font-weight: 650; letter-spacing: -.01em; }
.title a { display: inline-flex; gap: .65rem; align-items: center; color: var(--ink); text-decoration: none; }
.logo { width: 1.9rem; height: 1.9rem; flex: none; fill: var(--blue); }
.logo path { fill: var(--card); stroke: var(--card); }
.card h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -.01em; font-weight: 650; }
form { display: flex; flex: 0 1 16rem; min-width: 0; }
input { font: inherit; font-size: .9375rem; width: 100%; min-width: 0; height: 2.25rem; padding: .3rem .85rem; border: 1px solid var(--edge); border-radius: 999px; background: var(--card); color: var(--ink); }
input::placeholder { color: var(--quiet); opacity: 1; }
button { font: inherit; font-size: .8125rem; min-height: 1.75rem; padding: .1rem .6rem; border: 1px solid transparent; border-radius: 999px; background: none; color: var(--quiet); cursor: pointer; }
button:hover { border-color: var(--edge); color: var(--ink); }
button[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--ground); }
.trouble { margin-bottom: 1rem; padding: .75rem 1rem; border-radius: 12px; background: var(--red-soft); color: var(--red); font-weight: 500; }

[data-look="ready"], [data-look="completed"] { --tone: var(--green); --soft: var(--green-soft); --fill: var(--green-fill); }
[data-look="printing"] { --tone: var(--blue); --soft: var(--blue-soft); --fill: var(--blue-fill); }
[data-look="heating"], [data-look="paused"], [data-look="unreadable"] { --tone: var(--amber); --soft: var(--amber-soft); --fill: var(--amber-fill); }
[data-look="busy"], [data-look="unknown"] { --tone: var(--violet); --soft: var(--violet-soft); }
[data-look="error"], [data-look="lost"] { --tone: var(--red); --soft: var(--red-soft); --fill: var(--red); }

.summary { display: flex; flex-wrap: wrap; gap: .35rem; margin: 0 0 1rem -.6rem; font-size: .9375rem; }
.summary a { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem; padding: .1rem .6rem; border: 1px solid transparent; border-radius: 999px; color: var(--quiet); text-decoration: none; }
.summary a:hover { border-color: var(--edge); color: var(--ink); }
.summary a[aria-current] { background: var(--card); border-color: var(--edge); color: var(--ink); }
.summary .icon { color: var(--tone); }
.summary b { color: var(--ink); font-weight: 650; }
.none { padding: 1rem 0; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 18rem), 1fr)); gap: 1rem; }
.card { display: flex; flex-direction: column; gap: .9rem; min-width: 0; padding: 1.1rem 1.2rem .8rem; overflow-wrap: anywhere;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.head { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .75rem; align-items: start; }
.card h2 a, th a { color: inherit; text-decoration-color: transparent; }
.card h2 a:hover, th a:hover { text-decoration-color: currentColor; }
h2 { font-size: 1.125rem; line-height: 1.3; font-weight: 650; }
.model { grid-column: 1 / -1; color: var(--quiet); font-size: .8125rem; }
.state { display: inline-flex; flex: none; align-items: center; gap: .4rem; padding: .2rem .7rem .2rem .55rem; border-radius: 999px;
  background: var(--soft); color: var(--tone); font-size: .875rem; font-weight: 600; white-space: nowrap; }
.file { font-weight: 500; }
.file .quiet { font-weight: 400; }
.bar { display: flex; align-items: center; gap: .75rem; margin-top: .35rem; }
.percent { flex: none; min-width: 3.4rem; text-align: right; font-weight: 650; font-size: 1.125rem; }
progress { flex: 1; min-width: 0; height: .6rem; appearance: none; border: 0; border-radius: 999px; overflow: hidden; background: var(--track); color: var(--tone); }
progress::-webkit-progress-bar { background: var(--track); }
progress::-webkit-progress-value { background: var(--fill); border-radius: 999px; }
progress::-moz-progress-bar { background: var(--fill); border-radius: 999px; }
.facts, .heats { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; }
.facts { margin-top: .6rem; }
dt { color: var(--quiet); font-size: .8125rem; }
dd { font-weight: 500; font-size: .9375rem; }
.heats { gap: .5rem; }
.heats div { flex: 1 1 6rem; padding: .45rem .7rem .55rem; border-radius: 10px; background: var(--ground); }
.heats .icon { margin-left: .35rem; vertical-align: -.125em; color: var(--amber-fill); }
.heats dd { white-space: nowrap; }
.heats b { font-weight: 650; }
.target { color: var(--quiet); font-weight: 400; font-size: .875rem; }
.notice { padding: .65rem .8rem; border-radius: 10px; background: var(--soft); font-size: .9375rem; }
.notice[data-bad] { background: var(--red-soft); color: var(--red); }
.notice:not([data-bad]) { background: var(--amber-soft); }
[data-look="offline"] .notice { background: var(--soft); }
.detail { margin-top: .3rem; font: .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; color: var(--quiet); }
.notice .detail { color: inherit; }
.notice[data-bad] b { font-weight: 650; }
.notice b { font-weight: 600; }
.foot { margin-top: auto; padding-top: .45rem; border-top: 1px solid var(--line); font-size: .8125rem; color: var(--quiet); }
.last { padding-top: .3rem; }
.foot b { font-weight: 500; color: var(--ink); }
nav a { display: inline-block; padding: .35rem 0; }

.fleet { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); font-size: .9375rem; overflow-wrap: anywhere; }
.fleet th, .fleet td { padding: .4rem .75rem; text-align: left; vertical-align: middle; font-weight: 400; border-top: 1px solid var(--line); }
.fleet thead th { border-top: 0; color: var(--quiet); font-size: .8125rem; white-space: nowrap; }
.fleet tbody th { min-width: 9rem; }
.fleet tbody th a { font-weight: 600; }
.fleet td.model { max-width: 10rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.fleet .look span { display: inline-flex; vertical-align: middle; align-items: center; gap: .4rem; color: var(--tone); font-weight: 600; white-space: nowrap; }
.fleet .what { min-width: 10rem; }
.fleet .done { width: 9.5rem; }
.fleet .bar { margin: 0; gap: .5rem; }
.fleet .percent { font-size: .9375rem; min-width: 3.1rem; }
.fleet .left, .fleet .end, .fleet .temps { white-space: nowrap; }
.fleet .temps { color: var(--quiet); }
.fleet .temps span:not(.target) { color: var(--ink); }
.fleet .target { font-size: .8125rem; }
.remark { display: block; color: var(--quiet); font-size: .8125rem; line-height: 1.35; }
[data-look="error"] .remark, [data-look="paused"] .remark { color: var(--red); }

.back { font-size: .9375rem; padding: .3rem 0; }
.printer { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; align-items: start; overflow-wrap: anywhere; }
.printer > .card, .printer > .all { grid-column: 1 / -1; }
.printer .head { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; }
.printer .head .model { flex: 1 1 100%; font-size: .875rem; }
.printer .job, .printer .heats, .printer .notice { max-width: 44rem; }
section { min-width: 0; }
section h2 { margin-bottom: .5rem; }
.values { border: 1px solid var(--line); border-radius: 14px; background: var(--card); overflow: hidden; }
.values > div { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .25rem 1rem; padding: .5rem 1rem; margin-top: -1px; border-top: 1px solid var(--line); break-inside: avoid; }
.values dt { color: var(--ink); font-size: .9375rem; }
.values dt code { display: block; padding: 0; background: none; font-size: .75rem; color: var(--quiet); }
.values .quiet, .values p { font-weight: 400; font-size: .875rem; }
.values.stacked > div { grid-template-columns: minmax(0, 1fr); }
.columns { columns: 24rem; column-gap: 0; column-rule: 1px solid var(--line); }
.of { color: var(--quiet); font-weight: 400; }
.links li { padding: .2rem 0; }
section > .quiet { margin-top: .5rem; font-size: .875rem; }

.empty { max-width: 44rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px; display: grid; gap: .75rem; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; background: var(--code); padding: .1em .35em; border-radius: 5px; overflow-wrap: anywhere; }
pre { padding: .8rem 1rem; background: var(--code); border-radius: 10px; overflow-x: auto; }
pre code { padding: 0; background: none; overflow-wrap: normal; }

footer { margin: 1.5rem 0 2rem; color: var(--quiet); font-size: .875rem; }
footer b { font-weight: 500; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
@media (max-width: 75rem) { .fleet .model { display: none; } }
@media (max-width: 60rem) { .fleet .end { display: none; } }
@media (max-width: 48rem) {
  .title { font-size: 1rem; }
  form { flex: 1 1 100%; order: 3; }
  .fleet thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .fleet, .fleet tbody { display: block; }
  .fleet tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .15rem .75rem; padding: .6rem .9rem; border-top: 1px solid var(--line); }
  .fleet tbody tr:first-child { border-top: 0; }
  .fleet tbody th, .fleet td { padding: 0; border: 0; min-width: 0; width: auto; }
  .fleet .look { justify-self: end; }
  .fleet .temps { display: none; }
  .fleet .what { grid-column: 1; }
  .fleet .left { grid-row: 2; grid-column: 2; justify-self: end; color: var(--quiet); }
  .fleet .done { grid-column: 1 / -1; width: auto; }
  .fleet td:empty { display: none; }
}
@media (max-width: 27rem) { header:has(.back) .title span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
@media (prefers-reduced-motion: no-preference) { progress::-webkit-progress-value { transition: width .6s ease-out; } }
@media (forced-colors: active) { .card, .state, progress { border: 1px solid; } }
`;

"""The looks of the page."""

STYLE = """
:root { color-scheme: light; --ink: #1f2933; --muted: #697586; --line: #e4e7eb; }
body { font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: var(--ink);
  max-width: 1180px; margin: 2rem auto; padding: 0 1.2rem; background: #fff; }
h1 { font-size: 1.6rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1.1rem; }
p { margin: .4rem 0; }
code { font: .88em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
a { color: inherit; }
.muted { color: var(--muted); font-weight: normal; font-size: .9em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; }
th { text-align: left; font-size: .85em; color: var(--muted); font-weight: 600; vertical-align: bottom; }
th, td { padding: .35rem 1.1rem .35rem 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tag { border-radius: .7rem; padding: .1rem .6rem; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.error { background: #fde2e1; color: #9b1c1c; }
.warning { background: #fdf0d0; color: #8a4b08; }
.note { background: #e3ecfb; color: #1e4b8f; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); gap: 1rem; }
.charts img { width: 100%; }
.cards { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; margin-top: .8rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; width: 487px;
  max-width: 100%; box-sizing: content-box; }
figure div { display: flex; gap: .4rem; align-items: flex-start; }
figure img { display: block; max-width: 240px; border-radius: .25rem; }
figcaption { font-size: .8rem; margin-top: .3rem; overflow-wrap: anywhere; }
figure:has(img:only-child) { width: 240px; }
details { margin-top: .8rem; } summary { cursor: pointer; color: var(--muted); }
ul { padding-left: 1.2rem; font-size: .85rem; }
"""

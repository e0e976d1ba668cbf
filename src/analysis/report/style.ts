/** The page's style: one column on a telephone, tables that scroll in their box, light and dark as the reader's system has it. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2329; --faint: #5c6670; --line: #d9dee3; --box: #f5f7f9; --accent: #0072b2; --warn: #8a4b00; --tile: #e6eaee; --memory: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181c; --ink: #e6eaee; --faint: #a3adb7; --line: #343c44; --box: #1c2228; --accent: #56b4e9; --warn: #e9b872; --tile: #2a323a; --memory: #e69f00; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", Verdana, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
p, li { overflow-wrap: anywhere; }
.faint { color: var(--faint); }
ul.findings { list-style: none; padding: 0; }
ul.findings li { border-left: 4px solid var(--line); background: var(--box); margin: .4rem 0; padding: .45rem .8rem; border-radius: 0 4px 4px 0; }
ul.findings li.found { border-color: var(--accent); }
ul.findings li.exact { border-color: var(--accent); border-left-style: double; }
.verdict { font-weight: 600; font-size: .8rem; text-transform: uppercase; letter-spacing: .04em; color: var(--faint); }
ul.caveats li { color: var(--warn); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; max-height: 34rem; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number, th.number { text-align: right; }
thead th { position: sticky; top: 0; background: var(--box); padding: 0; }
thead button { all: unset; display: block; width: 100%; padding: .35rem .6rem; cursor: pointer; font-weight: 600; }
thead th.number button { text-align: right; box-sizing: border-box; }
thead button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 4px; padding: .6rem; min-width: 0; }
figure .chart { overflow-x: auto; }
figure svg { width: 100%; max-width: 34rem; height: auto; display: block; }
figcaption { font-size: .8rem; color: var(--faint); overflow-wrap: anywhere; }
figure .chart svg { background: transparent !important; }
.chart svg > rect:first-child, .chart svg .background { fill: transparent; }
.chart svg text { fill: var(--ink); }
@media (prefers-color-scheme: dark) { .chart svg line { stroke: #77828d; } .chart svg .role-axis-grid line { stroke: #343c44; } }
.choices { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: .4rem 0 .8rem; }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.controls input[type="range"] { flex: 1 1 12rem; min-width: 8rem; accent-color: var(--accent); }
.controls button, select { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--line); border-radius: 4px; padding: .25rem .7rem; max-width: 100%; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(4.6rem, 1fr)); gap: 4px; margin-top: .7rem; max-height: 32rem; overflow-y: auto; }
.tile { position: relative; height: 3.4rem; background: var(--tile); border-radius: 3px; overflow: hidden; font-size: .68rem; }
.tile i { position: absolute; bottom: 0; width: 50%; height: 0; left: 0; background: var(--accent); opacity: .75; }
.tile i + i { left: 50%; background: var(--memory); }
.tile span { position: relative; z-index: 1; display: block; padding: 1px 3px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.tile.gone { opacity: .25; }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -1px; opacity: .75; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 4px; padding: .7rem; overflow-x: auto; font-size: .85rem; }
@media print { .controls, .choices { display: none; } .scroll { max-height: none; overflow: visible; } }
`;

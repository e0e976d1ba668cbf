/** What the page does when it is read: sorting, charts that answer, the replay. Plain script, for it runs from disk. */
export const SCRIPT = `
"use strict";
const json = (id) => { const at = document.getElementById(id); return at === null ? null : JSON.parse(at.textContent); };

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.querySelectorAll("thead th")];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const falls = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const isNumber = head.classList.contains("number");
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (!isNumber) return x < y ? -1 : x > y ? 1 : 0;
        const [n, m] = [x === "" ? NaN : Number(x), y === "" ? NaN : Number(y)];
        if (Number.isNaN(n) || Number.isNaN(m)) return Number.isNaN(n) - Number.isNaN(m);
        return falls ? m - n : n - m;
      };
      const body = table.tBodies[0];
      const rows = [...body.rows].sort(compare);
      if (falls && !isNumber) rows.reverse();
      body.append(...rows);
    });
  });
}

const charts = json("charts") ?? [];
const views = [];
if (typeof vega !== "undefined") {
  charts.forEach((spec, i) => {
    const place = document.getElementById("chart-" + i);
    try {
      const view = new vega.View(vega.parse(spec), { renderer: "svg", hover: true, container: null });
      const div = document.createElement("div");
      view.initialize(div).runAsync().then(() => { place.replaceChildren(div); place.dataset.live = "yes"; });
      views.push({ view, rows: spec.data[0].values });
    } catch (error) { place.dataset.live = String(error); }
  });
}
const boxes = [...document.querySelectorAll("#variants input")];
for (const box of boxes) {
  box.addEventListener("change", () => {
    const shown = new Set(boxes.filter((one) => one.checked).map((one) => one.value));
    for (const { view, rows } of views) {
      if (rows.length === 0 || rows[0].variant === undefined) continue;
      view.data("source_0", rows.filter((row) => shown.has(row.variant))).runAsync();
    }
  });
}

const replays = json("replays") ?? [];
if (replays.length > 0) {
  const [choice, slider, clock, play, tiles, totals, note] = ["run", "time", "clock", "play", "tiles", "totals", "replay-note"]
    .map((name) => document.getElementById("replay-" + name) ?? document.getElementById(name));
  const span = (seconds) => {
    const whole = Math.floor(seconds);
    const [d, h, m, s] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
    return (d > 0 ? d + "d " : "") + [h, m, s].map((part) => String(part).padStart(2, "0")).join(":");
  };
  let parts = [];
  const load = () => {
    const run = replays[Number(choice.value)];
    parts = run.nodes.map(([name]) => {
      const tile = document.createElement("div");
      tile.className = "tile";
      const [cpu, memory, label] = ["i", "i", "span"].map((tag) => document.createElement(tag));
      label.textContent = name;
      tile.append(cpu, memory, label);
      return { tile, cpu, memory };
    });
    tiles.replaceChildren(...parts.map(({ tile }) => tile));
    note.textContent = run.note;
    draw();
  };
  const draw = () => {
    const run = replays[Number(choice.value)];
    const at = (run.endSeconds * Number(slider.value)) / 1000;
    const sums = run.nodes.map(() => [0, 0, 0]);
    let waiting = 0, running = 0;
    for (const [node, created, bound, finished, cpu, memory] of run.pods) {
      if (created > at || (finished !== null && finished <= at)) continue;
      if (bound === null || bound > at) waiting += 1;
      else if (node >= 0) {
        running += 1;
        sums[node][0] += cpu; sums[node][1] += memory; sums[node][2] += 1;
      }
    }
    run.nodes.forEach(([name, zone, from, until, cpu, memory], i) => {
      const { tile, cpu: ofCpu, memory: ofMemory } = parts[i];
      const isThere = from <= at && (until === null || until > at);
      const [c, m] = [cpu > 0 ? sums[i][0] / cpu : 0, memory > 0 ? sums[i][1] / memory : 0];
      ofCpu.style.height = isThere ? Math.min(100, 100 * c) + "%" : "0";
      ofMemory.style.height = isThere ? Math.min(100, 100 * m) + "%" : "0";
      tile.classList.toggle("gone", !isThere);
      tile.title = name + (zone === "" ? "" : " in " + zone) + ": " + sums[i][2] + " pods, cpu " + (100 * c).toFixed(0) + " %, memory " + (100 * m).toFixed(0) + " %";
    });
    clock.textContent = span(at);
    totals.textContent = running + " pods on nodes, " + waiting + " waiting";
  };
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
  play.addEventListener("click", () => {
    if (timer !== 0) { stop(); return; }
    if (Number(slider.value) >= 1000) slider.value = "0";
    play.textContent = "Pause";
    timer = setInterval(() => {
      slider.value = String(Number(slider.value) + 4);
      draw();
      if (Number(slider.value) >= 1000) stop();
    }, 60);
  });
  choice.addEventListener("change", load);
  slider.addEventListener("input", draw);
  load();
}
document.documentElement.dataset.ready = "yes";
`;

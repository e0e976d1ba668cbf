import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { caveats } from "../../src/analysis/report/caveats.js";
import { escapeHtml, jsonScript } from "../../src/analysis/report/html.js";
import { makeReport } from "../../src/analysis/report/make-report.js";
import { madeRuns } from "./made-runs.js";

const EVIL = `</script><img src=x onerror=alert(1)>'"&`;
const TWO = { "policy=pack": { wait: 4, nodes: 3 }, "policy=spread": { wait: 9, nodes: 5 } };

describe("a report", () => {
  test("tells findings in words, with their intervals", async () => {
    const page = await makeReport(madeRuns(TWO), { level: 0.95, baseline: "policy=spread" });
    expect(page).toContain(
      "pod_wait_mean_seconds, policy=pack and policy=spread: 6 against 11 seconds; a difference of -5 (-45.5 %), equal in every seed: one observation.",
    );
    expect(page).toContain("3 seeds: intervals rely on differences that are close to normal");
    expect(page).toContain("npx seatrial run ");
  });

  test("is the same bytes each time", async () => {
    const runs = madeRuns(TWO);
    const options = { level: 0.95 };
    expect(await makeReport(runs, options)).toBe(await makeReport(runs, options));
  });

  test("needs no network: it refers to nothing outside of itself", async () => {
    const page = await makeReport(madeRuns(TWO), { level: 0.95 });
    const outside = page.match(/<(?:script|link|img|iframe)[^>]*(?:src|href)=[^>]*>/g) ?? [];
    expect(outside).toEqual([]);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  test("holds no markup that names bring along", async () => {
    const runs = madeRuns({ "policy=a": { wait: 1, nodes: 1 }, "policy=b": { wait: 2, nodes: 2 } });
    const named = runs.map((run) => ({
      ...run,
      scenario: EVIL,
      record: { ...run.record, notes: [EVIL], kubernetesVersion: EVIL },
    }));
    const page = await makeReport(named, { level: 0.95 });
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;");
  });

  test("refuses a baseline that there is not", async () => {
    const made = makeReport(madeRuns(TWO), { level: 0.95, baseline: "policy=none" });
    await expect(made).rejects.toThrow("policy=none");
  });
});

describe("text in a page", () => {
  test("cannot end an element, an attribute or a script", () => {
    expect(escapeHtml(EVIL)).toBe(
      "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;",
    );
    const { text } = jsonScript("x", { [EVIL]: EVIL });
    expect(text.match(/<\/script>/g)).toHaveLength(1);
    expect(JSON.parse(text.slice(text.indexOf(">") + 1, text.lastIndexOf("<")))).toEqual({
      [EVIL]: EVIL,
    });
  });
});

describe("caveats", () => {
  const [run] = madeRuns({ default: { wait: 1, nodes: 1 } }, [1]);
  const withRecord = (record: object) =>
    caveats([{ ...run!, record: { ...run!.record, ...record } }]);

  test.each<[string, object, string]>([
    ["one seed", {}, "One seed: nothing is known"],
    [
      "a version without recordings",
      { kubernetesVersion: "1.30", claim: { status: "unverified", nearest: "1.34", gates: 3 } },
      "Kubernetes 1.30 was not compared with recordings; the nearest version that was is 1.34, with 3 gates between",
    ],
    [
      "what is not modelled",
      { notModelled: [{ kind: "Pod", field: "spec.x", effect: "placement", podsCount: 2 }] },
      "Pod spec.x is not modelled (effect: placement; 2 pods)",
    ],
    ["notes of the run", { notes: ["nothing was measured"] }, "made: nothing was measured"],
    ["a run that was stopped", { stopped: true }, "a run was stopped before its end"],
  ])("name %s", (_, record, text) => {
    expect(withRecord(record).join("\n")).toContain(text);
  });
});

const BROWSER = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);
if (BROWSER === undefined && process.env.SEATRIAL_NEEDS_CHROMIUM === "1") {
  throw new Error("SEATRIAL_NEEDS_CHROMIUM is set, and there is no Chromium");
}

/** What a reader does, and what the page then holds, as JSON in its title. */
const READER = `<script>
addEventListener("load", () => setTimeout(() => {
  const seen = {};
  seen.errors = document.querySelectorAll('[id^="chart-"]:not([data-live="yes"])').length;
  seen.charts = document.querySelectorAll('[data-live="yes"] svg').length;
  const table = [...document.querySelectorAll("table.sortable")].at(-1);
  const column = [...table.querySelectorAll("thead th")].findIndex((th) => th.textContent === "pod_wait_mean_seconds");
  const values = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[column].dataset.value));
  const button = table.querySelectorAll("thead button")[column];
  button.click(); seen.rising = values();
  button.click(); seen.falling = values();
  const slider = document.getElementById("replay-time");
  const at = (share) => {
    slider.value = String(share); slider.dispatchEvent(new Event("input"));
    return [...document.querySelectorAll(".tile")].map((tile) => tile.title);
  };
  seen.middle = at(250); seen.totals = document.getElementById("replay-totals").textContent; seen.end = at(1000);
  const box = document.querySelector("#variants input");
  box.click();
  setTimeout(() => { seen.unchecked = box.checked; document.title = JSON.stringify(seen); }, 300);
}, 500));
</script>`;

describe.skipIf(BROWSER === undefined)("in Chromium, from disk", () => {
  test("charts answer, tables sort and the cluster is replayed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const path = join(folder, "report.html");
    const page = await makeReport(madeRuns(TWO), { level: 0.95 });
    writeFileSync(
      path,
      page.replace("</body>", () => `${READER}</body>`),
    );
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder}/data`];
    const dom = execFileSync(
      BROWSER!,
      [...flags, "--virtual-time-budget=10000", "--dump-dom", `file://${path}`],
      { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] },
    );
    rmSync(folder, { recursive: true, force: true });
    const title = /<title>(.*?)<\/title>/s.exec(dom)?.[1] ?? "";
    const seen = JSON.parse(title.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
    expect(seen.errors).toBe(0);
    expect(seen.charts).toBeGreaterThan(5);
    expect(seen.rising).toEqual([5, 6, 7, 10, 11, 12]);
    expect(seen.falling).toEqual([12, 11, 10, 7, 6, 5]);
    // At 15 s pods of 2 and 1 cores lie on the first node; one pod is bound at 30 s, and one never.
    expect(seen.middle[0]).toBe("n-0 in a: 2 pods, cpu 75 %, memory 25 %");
    expect(seen.totals).toBe("2 pods on nodes, 2 waiting");
    expect(seen.end).toEqual([
      "n-0 in a: 0 pods, cpu 0 %, memory 0 %",
      "n-1 in b: 1 pods, cpu 50 %, memory 13 %",
    ]);
    expect(seen.unchecked).toBe(false);
  });
});

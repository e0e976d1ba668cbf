import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PodVersion } from "../src/api/pod-version.js";
import { CsvFile } from "../src/experiment/csv-file.js";
import { PodRecords } from "../src/record/pod-records.js";
import { podsTable } from "../src/record/tables/pods-table.js";

/** The pods of a day of a large cluster. */
const PODS = 1_700_000;
const OWNERS = 3000;
const NODES = 5000;
const LIFE_MICROS = 7_200_123_457;
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** `pods.csv` of a day with 1.7 million pods: rows a second of CPU; the target is 800,000. */
export function run(): void {
  const table = podsTable(dayOfPods());
  const folder = mkdtempSync(join(tmpdir(), "seatrial-bench-"));
  try {
    const path = join(folder, "pods.csv");
    const start = process.cpuUsage();
    const file = new CsvFile(path, table.columns, table.microsColumns);
    for (const block of table.blocks()) file.write(block);
    file.close();
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    assert.equal(file.failure, null);
    const bytes = readFileSync(path);
    let lines = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
    assert.equal(lines, PODS + 1);
    const rate = Math.round(PODS / seconds / 1000) * 1000;
    console.log(
      `pods.csv: ${PODS.toLocaleString("en")} rows, ${Math.round(bytes.length / 1e6)} MB, in ${seconds.toFixed(2)} s of CPU: ${rate.toLocaleString("en")} rows a second (target: 800,000)`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function dayOfPods(): PodRecords {
  const records = new PodRecords();
  let state = 1;
  const below = (count: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
  for (let i = 0; i < PODS; i++) {
    const owner = `web-${below(OWNERS)}-6d4cf56db6`;
    const suffix = Array.from({ length: 5 }, () => LETTERS[below(LETTERS.length)]).join("");
    const createdMicros = Math.floor((i / PODS) * 86_400e6) + below(1000);
    const pod = {
      ...{ name: `${owner}-${suffix}`, generateName: `${owner}-`, namespace: "shop" },
      creationTimeMicros: createdMicros,
    } as PodVersion;
    const record = records.add(pod, `ReplicaSet/${owner}`);
    records.setNode(record, `node-${below(NODES)}`);
    records.setRequests(record, { cpuMillis: 250, memoryBytes: 536_870_912, amounts: [] });
    records.setPhase(record, "Running");
    records.countAttempt(record, undefined);
    records.bound.set(record, createdMicros + 12_345 + below(100_000));
    records.started.set(record, createdMicros + 1_204_567 + below(1_000_000));
    records.ready.set(record, createdMicros + 1_304_567 + below(1_000_000));
    if (i % 10 !== 0) records.finished.set(record, createdMicros + LIFE_MICROS + below(1e6));
  }
  return records;
}

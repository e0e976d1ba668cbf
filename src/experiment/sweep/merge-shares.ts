import {
  cpSync,
  type Dirent,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { printableLines } from "../../base/printable.js";
import type { Issue } from "../../scenario/issue.js";
import { fileIssue } from "../../scenario/load/read-text.js";
import { hashOfRun } from "./run-hash.js";

interface ManifestRun {
  readonly variant: string;
  readonly seed: number;
  readonly sha256: string;
}

/** As a sweep writes it. */
interface Manifest {
  readonly kind: "Sweep";
  readonly experiment: string;
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly variants: readonly { readonly name: string }[];
  readonly runs: readonly ManifestRun[];
}

interface Share {
  readonly path: string;
  readonly manifest: Manifest;
}

export interface Merged {
  /** Folder of the scenario's results. */
  readonly folder: string;
  readonly runs: number;
}

/**
 * Puts the shares of sweeps together: what comes out is what one sweep would have written. Everything is checked before anything is
 * written: that shares are of one plan and whole, that all runs are there, and that runs in two shares are the same.
 */
export function mergeShares(
  folders: readonly string[],
  out: string,
): { readonly merged: readonly Merged[] } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const shares = folders.flatMap((folder) => {
    const found = existsSync(folder) ? sharesIn(folder, issues) : [];
    if (found.length === 0) {
      issues.push(fileIssue(folder, "holds no share of a sweep: no *.sweep.json is in it"));
    }
    return found;
  });
  const sweeps = new Map<string, Share[]>();
  for (const share of shares) {
    const key = `${share.manifest.scenario} ${share.manifest.experiment}`;
    sweeps.set(key, [...(sweeps.get(key) ?? []), share]);
  }
  const plans = [...sweeps.values()].map((of) => planOf(of, issues));
  if (issues.length > 0) return { issues };
  return { merged: plans.map((plan) => write(plan!, out)) };
}

function sharesIn(folder: string, issues: Issue[]): Share[] {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): Share[] => {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith(".")) return sharesIn(path, issues);
      if (!entry.name.endsWith(".sweep.json")) return [];
      try {
        const manifest = JSON.parse(readFileSync(path, "utf8")) as Manifest;
        if (manifest.kind === "Sweep" && Array.isArray(manifest.runs)) return [{ path, manifest }];
      } catch {
        // Told below.
      }
      issues.push(fileIssue(path, "is not what a sweep of seatrial says of its runs"));
      return [];
    });
}

interface MergePlan {
  readonly manifest: Manifest;
  readonly name: string;
  /** In the order of the plan, with the folder that each lies in. */
  readonly runs: readonly { readonly run: ManifestRun; readonly folder: string }[];
}

/** Undefined, with issues, where the shares do not make a whole. */
function planOf(shares: readonly Share[], issues: Issue[]): MergePlan | undefined {
  const [first, ...others] = shares;
  const { manifest, path } = first!;
  const planText = (of: Manifest): string => JSON.stringify({ ...of, runs: [] });
  for (const other of others) {
    if (planText(other.manifest) === planText(manifest)) continue;
    issues.push(
      fileIssue(other.path, `is a share of another plan, or by another version, than ${path}`),
    );
  }
  const found = new Map<string, { run: ManifestRun; folder: string }>();
  for (const share of shares) {
    for (const run of share.manifest.runs) {
      const folder = join(dirname(share.path), run.variant, `seed-${run.seed}`);
      if (hashOfRun(folder) !== run.sha256) {
        issues.push(fileIssue(folder, "is not what its sweep has written: do that share again"));
      }
      const key = `${run.variant} ${run.seed}`;
      const before = found.get(key);
      if (before !== undefined && before.run.sha256 !== run.sha256) {
        issues.push(fileIssue(folder, `differs from the same run in ${before.folder}`));
      }
      found.set(key, { run, folder });
    }
  }
  const wanted = manifest.variants.flatMap(({ name }) =>
    manifest.seeds.map((seed) => `${name} ${seed}`),
  );
  const missing = wanted.filter((key) => !found.has(key));
  if (missing.length > 0) {
    const [one] = missing;
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
    const message = `${missing.length} of ${wanted.length} runs are in no share: ${one!.replace(/ (\d+)$/, ", seed $1")}${more}`;
    issues.push(fileIssue(path, message));
  }
  if (issues.length > 0) return undefined;
  return { manifest, name: basename(path), runs: wanted.map((key) => found.get(key)!) };
}

function write({ manifest, name, runs }: MergePlan, out: string): Merged {
  const folder = join(out, manifest.scenario);
  for (const { run, folder: from } of runs) {
    const to = join(folder, run.variant, `seed-${run.seed}`);
    if (resolve(from) === resolve(to) || hashOfRun(to) === run.sha256) continue;
    const partial = join(folder, run.variant, `.seed-${run.seed}.merging`);
    mkdirSync(dirname(to), { recursive: true });
    rmSync(partial, { recursive: true, force: true });
    cpSync(from, partial, { recursive: true });
    rmSync(to, { recursive: true, force: true });
    renameSync(partial, to);
  }
  const path = join(folder, name);
  const whole = { ...manifest, runs: runs.map(({ run }) => run) };
  writeFileSync(`${path}.new`, `${printableLines(JSON.stringify(whole, null, 2))}\n`);
  renameSync(`${path}.new`, path);
  return { folder, runs: runs.length };
}

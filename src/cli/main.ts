#!/usr/bin/env node
import { readFileSync } from "node:fs";
import process from "node:process";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { printableLines } from "../base/printable.js";
import type { FigureKind } from "../scenario/schema/figures.js";
import { bugReport } from "./bug-report.js";
import { ExitCode } from "./exit-code.js";
import { Interruption } from "./interruption.js";
import { guardStandardStreams } from "./standard-streams.js";
import { wantedPrecision } from "./wanted-precision.js";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

function integer(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("expected a whole number from 0 to 2^53 - 1.");
  }
  return value;
}

/** Their definition is loaded only when something is drawn. */
const FIGURES = Object.keys({
  bars: true,
  box: true,
  timeseries: true,
  ecdf: true,
  heatmap: true,
  gantt: true,
  pareto: true,
  demand: true,
  scaling: true,
} satisfies Record<FigureKind, true>);

function pictureFormat(text: string, before: readonly string[]): readonly string[] {
  if (!["svg", "png", "pdf"].includes(text)) {
    throw new InvalidArgumentError("expected svg, png or pdf.");
  }
  return collect(text, before);
}

const TABLE_FORMATS = ["table", "markdown", "csv", "latex"];

/** `0.05` or `5%`, between 0 and 1. */
function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError("expected a share between 0 and 1, such as 0.05 or 5%.");
  }
  return value;
}

/** `0.5`, in a unit that is known elsewhere, or `2%`. */
function amountOrShare(text: string): { amount: number } | { share: number } {
  if (text.trim().endsWith("%")) return { share: share(text) };
  const amount = text.trim() === "" ? Number.NaN : Number(text);
  if (!(amount > 0) || !Number.isFinite(amount)) {
    throw new InvalidArgumentError("expected an amount above 0, or a share such as 2%.");
  }
  return { amount };
}

function precision(text: string) {
  const wanted = wantedPrecision(text);
  if (wanted === null) {
    throw new InvalidArgumentError("expected a metric and a share: 'pod_wait_p99_seconds ± 5 %'.");
  }
  return wanted;
}

function positive(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError("expected a whole number from 1.");
  return value;
}

function shareOfRuns(text: string): { index: number; count: number } {
  const [index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (index < 1 || index > count) throw new InvalidArgumentError("expected I/N, such as 2/8.");
  return { index, count };
}

function folder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("expected the name of a folder.");
  return text;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

const INDIFFERENCE = "--indifference <amount>";

function indifferenceText(of: string): string {
  return `smallest difference worth telling, for ${of}: in the metric's unit, or a share of the largest mean`;
}

function better(of: string): Option {
  return new Option("--better <which>", `which values are better, for ${of}`)
    .choices(["smaller", "larger"])
    .default("smaller");
}

/** The command line: parses, hands over to the command's module, which is loaded only then. */
function program(interruption: Interruption): Command {
  const seatrial = new Command("seatrial")
    .description("Simulates Kubernetes clusters: scheduling, rollouts, drains, over virtual time.")
    .version(version, "-V, --version")
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .showHelpAfterError("(seatrial --help lists the commands and options)");

  seatrial
    .command("run")
    .description("run scenario files, or plain Kubernetes manifests or dumps, and write results")
    .argument(
      "<file...>",
      "scenario files; or manifests, dumps and folders of them; - is standard input",
    )
    .option("--seed <n>", "seed of all random draws; wins over the scenario's", integer)
    .option("--set <path=value>", "change the scenario: a path from spec (repeatable)", collect, [])
    .option("--until <time>", "how long to run: a duration such as 30m, or `idle`")
    .option(
      "--nodes <shape>",
      "nodes for plain manifests, such as 3x4cpu,16Gi or 2x8cpu,64Gi,nvidia.com/gpu=4,zones=a/b,label=disk=ssd,taint=gpu:NoSchedule (repeatable)",
      (value: string, before: readonly string[] | undefined) => collect(value, before ?? []),
    )
    .option("--out <dir>", "folder for the results", folder, "results")
    .option("--strict", "exit 1 when something that matters is not modelled")
    .option(
      "--explain <pod>",
      "tell why that pod waited and what would help; [namespace/]name or kind/name such as deploy/web, * for any characters",
    )
    .option(
      "--dump <file>",
      "write the state at the end as Kubernetes objects, as kubectl get -A -o yaml prints them",
      folder,
    )
    .option(
      "--json",
      "print {scenario, variant, seed, path, digest, notes, failures, metrics} for each run as JSON",
    )
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  seatrial run scenarios/quickstart.yaml\n" +
        "  seatrial run scenario.yaml --seed 2 --set cluster.nodePools.general.nodes=12\n" +
        "  seatrial run shop.yaml --nodes 3x4cpu,16Gi --until 30m\n" +
        "  seatrial run dump.yaml --until 30m\n" +
        "  helm template shop | seatrial run - --nodes 3x4cpu,16Gi",
    )
    .action(async (files: string[], options: object) => {
      const { runCommand } = await import("./run-command.js");
      process.exitCode = await runCommand(files, options as never, { version, interruption });
    });

  seatrial
    .command("validate")
    .description(
      "check scenario and manifest files; print every issue and note with its place on stdout",
    )
    .argument(
      "<file...>",
      "scenario files, manifests, dumps, and folders of them; - is standard input",
    )
    .action(async (files: string[]) => {
      const { validateCommand } = await import("./validate-command.js");
      process.exitCode = await validateCommand(files);
    });

  seatrial
    .command("sweep")
    .description("run every variant of an experiment under every seed")
    .argument("<experiment>", "experiment file; - is standard input")
    .option("--jobs <n>", "runs at a time (default: one a core)", positive)
    .option("--resume", "keep the runs that an earlier sweep finished")
    .option("--out <dir>", "folder for the results", folder, "results")
    .option("--plan", "print the list of runs and do none")
    .option("--only <i/n>", "do the I-th of N shares of the runs", shareOfRuns)
    .addOption(
      new Option("--emit <form>", "print a job file that spreads the runs over machines").choices([
        "slurm",
        "kubernetes",
      ]),
    )
    .option(
      "--shares <n>",
      "shares that the job file makes (default: one a run, at most 100)",
      positive,
    )
    .option("--image <name>", "container image of the Kubernetes Job", "seatrial:latest")
    .option(
      "--until-precision <rule>",
      "run more seeds until each variant's mean is known so well: 'metric ± 5 %'",
      precision,
    )
    .option("--max-seeds <n>", "most seeds of --until-precision", positive, 200)
    .addOption(
      new Option(
        "--until-best <metric>",
        "run seeds where they tell most until the best variant by this metric is known",
      ).conflicts(["untilPrecision", "only", "plan", "emit"]),
    )
    .addOption(better("--until-best"))
    .option(INDIFFERENCE, indifferenceText("--until-best"), amountOrShare, { share: 0.01 })
    .option("--level <share>", "probability that is wanted of --until-best", share, 0.95)
    .option("--budget <runs>", "most runs of --until-best (default: 50 a variant)", positive)
    .action(async (experiment: string, options: object) => {
      const { sweepCommand } = await import("./sweep-command.js");
      const context = { version, interruption };
      process.exitCode = await sweepCommand(experiment, options as never, context);
    });

  seatrial
    .command("merge")
    .description("put shares of a sweep together, as one sweep would have written them")
    .argument("<share...>", "folders of results of `sweep --only`")
    .option("--out <dir>", "folder for the results", folder, "results")
    .action(async (shares: string[], options: object) => {
      const { mergeCommand } = await import("./merge-command.js");
      process.exitCode = mergeCommand(shares, options as never);
    });

  seatrial
    .command("compare")
    .description("compare variants of finished runs, seed by seed, with intervals")
    .argument("<results...>", "folders of results, at any depth")
    .option(
      "--baseline <variant>",
      "what the others are compared with: a variant, or axis=item (default: the experiment's, else the first)",
    )
    .option("--metric <name>", "metric, or metric{labels} (repeatable)", collect, [])
    .addOption(
      new Option("--by <what>", "compare runs of different scenarios").choices(["scenario"]),
    )
    .option("--level <share>", "level of the intervals", share, 0.95)
    .option("--precision <share>", "half-width for which the seeds needed are told", share, 0.05)
    .option("--detect <share>", "say whether a change of so much would have been found", share)
    .option("--best <metric>", "select the best variant by this metric, or metric{labels}")
    .addOption(better("--best"))
    .option(INDIFFERENCE, indifferenceText("--best"), amountOrShare, { share: 0.01 })
    .option("--warm-up <series>", "advise how much of the start to leave out, by this series")
    .option("--batches <n>", "batches of each run after the warm-up, for --warm-up", positive, 20)
    .option("--budget <runs>", "further runs to share out among the variants, for --best", positive)
    .addOption(
      new Option("--format <form>", "how to print").choices(TABLE_FORMATS).default("table"),
    )
    .action(async (results: string[], options: object) => {
      const { compareCommand } = await import("./compare-command.js");
      process.exitCode = await compareCommand(results, options as never);
    });

  seatrial
    .command("plot")
    .description(
      "draw figures of finished runs: SVG, PNG or PDF, with their data and specification",
    )
    .argument("<results...>", "folders of results, at any depth")
    .addOption(
      new Option(
        "--kind <kind>",
        "what to draw (default: the figures of the experiment, else the usual ones)",
      ).choices(FIGURES),
    )
    .option("--metric <name>", "metric, or metric{labels} (repeatable)", collect, [])
    .option("--x <name>", "metric of the x axis; of a scaling curve the axis of the experiment")
    .option("--y <name>", "metric of the y axis")
    .option("--panel <axis>", "one panel an item of this axis, or a scenario")
    .addOption(new Option("--resource <name>", "of a heat map").choices(["cpu", "memory"]))
    .option("--variant <name>", "only these: a variant, or axis=item (repeatable)", collect, [])
    .option("--seed <n>", "of figures of one run (default: its first)", integer)
    .option("--title <text>", "above the figure")
    .option("--level <share>", "level of intervals and bands", share, 0.95)
    .option(
      "--out <path>",
      "a file that ends in .svg, .png or .pdf, or a folder",
      folder,
      "figures",
    )
    .addOption(
      new Option("--format <form>", "of the pictures in the folder (repeatable)")
        .choices(["svg", "png", "pdf"])
        .argParser(pictureFormat)
        .default([], "svg"),
    )
    .action(async (results: string[], options: object) => {
      const { plotCommand } = await import("./plot-command.js");
      process.exitCode = await plotCommand(results, options as never);
    });

  seatrial
    .command("report")
    .description("write one page about finished runs: findings, tables, charts, a replay")
    .argument("<results...>", "folders of results, at any depth")
    .option(
      "--baseline <variant>",
      "what the others are compared with (default: the experiment's, else the first)",
    )
    .option("--level <share>", "level of intervals and bands", share, 0.95)
    .option("--out <file>", "the page", folder, "report.html")
    .action(async (results: string[], options: object) => {
      const { reportCommand } = await import("./report-command.js");
      process.exitCode = await reportCommand(results, options as never);
    });

  seatrial
    .command("gate")
    .description(
      "hold finished runs against a baseline; exit 1 when quality fell, 3 when it cannot tell",
    )
    .argument("<results...>", "folders of results, at any depth")
    .requiredOption("--baseline <file>", "what they are held against")
    .option(
      "--rules <file>",
      "metrics, directions and allowed changes (default: placement quality)",
    )
    .option("--write", "make a new baseline of these results")
    .addOption(
      new Option("--undecided <as>", "exit code where seeds are too few").choices(["pass", "fail"]),
    )
    .addOption(
      new Option("--format <form>", "how to print")
        .choices(["table", "markdown", "junit", "github"])
        .default("table"),
    )
    .action(async (results: string[], options: object) => {
      const { gateCommand } = await import("./gate-command.js");
      process.exitCode = await gateCommand(results, options as never);
    });

  return seatrial;
}

/** The yaml library writes what it reads to stdout under these. */
function quietLibraries(): void {
  delete process.env.LOG_TOKENS;
  delete process.env.LOG_STREAM;
}

function endWithBug(error: unknown): void {
  const showStack = process.env.SEATRIAL_STACK === "1";
  process.stderr.write(bugReport(error, { args: process.argv.slice(2), showStack }));
  process.exitCode = ExitCode.bug;
}

guardStandardStreams();
quietLibraries();
process.on("uncaughtException", (error) => {
  endWithBug(error);
  process.exit();
});
const interruption = new Interruption();
try {
  await program(interruption).parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.good : ExitCode.wrongInput;
  } else endWithBug(error);
} finally {
  interruption.dispose();
}

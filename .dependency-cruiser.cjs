// The floors of the house: a room may import from rooms on lower floors only, and from no sibling.
const floors = {
  base: [],
  kernel: ["base"],
  api: ["base", "kernel"],
  record: ["base", "kernel", "api"],
  store: ["base", "kernel", "api", "record"],
  "scheduler/(?:framework|plugins|policies)": ["base", "kernel", "api", "record"],
  "scheduler/fast": ["base", "kernel", "api", "record", "scheduler/(?:framework|plugins|policies)"],
  autoscaling: [
    ...["base", "kernel", "api", "record", "store"],
    ...["scheduler/(?:framework|plugins|policies)", "scheduler/fast"],
  ],
  scheduler: ["base", "kernel", "api", "record", "store"],
  control: ["base", "kernel", "api", "record", "store"],
  cluster: ["base", "kernel", "api", "record", "store"],
  workload: ["base", "kernel", "api", "record", "store"],
  traffic: ["base", "kernel", "api", "record", "store"],
  scenario: [
    "base",
    "kernel",
    "api",
    "record",
    "store",
    "scheduler",
    "control",
    "cluster",
    "workload",
    "traffic",
    "autoscaling",
  ],
  experiment: [
    "base",
    "kernel",
    "api",
    "record",
    "store",
    "scheduler",
    "control",
    "cluster",
    "workload",
    "traffic",
    "autoscaling",
    "scenario",
  ],
  analysis: ["base", "kernel", "api", "record", "scenario", "experiment"],
  testing: ["base", "kernel", "api", "record", "scheduler"],
  library: [".*"],
  cli: [".*"],
};

const rules = Object.entries(floors)
  .filter(([room]) => room !== "cli" && room !== "library")
  .map(([room, below]) => {
    const own =
      room === "scheduler/(?:framework|plugins|policies)"
        ? "scheduler/(?:framework|plugins|policies)"
        : room;
    return {
      name: `floor-of-${room.replace(/[^a-z]+/g, "-")}`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: `^src/(?:${[own, ...below].join("|")})/` },
    };
  });

module.exports = {
  forbidden: [
    ...rules,
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "process-only-in-cli",
      severity: "error",
      from: { path: "^src/(?!cli/)" },
      to: { path: "^(node:)?process$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node"] },
  },
};

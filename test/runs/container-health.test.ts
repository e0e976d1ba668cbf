import { describe, expect, it } from "vitest";
import { loadedFromMemory, worldOf } from "./built-world.js";

interface Case {
  readonly containers: readonly string[];
  readonly behavior?: string;
  readonly policy?: string;
  readonly inits?: readonly string[];
  readonly seconds: number;
  readonly version?: string;
}

const SERVICE = `{ apiVersion: v1, kind: Service, metadata: { name: s }, spec: { selector: { app: p }, ports: [{ port: 80 }] } }`;

/** What has become of a pod after so many seconds. */
async function lived({
  containers,
  behavior = "[]",
  policy = "Always",
  inits = [],
  seconds,
  version = "1.37",
}: Case) {
  const pod = `{ apiVersion: v1, kind: Pod, metadata: { name: p, labels: { app: p } }, spec: { restartPolicy: ${policy}, initContainers: [${inits.join(", ")}], containers: [${containers.join(", ")}] } }`;
  const text = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: health }
spec:
  kubernetesVersion: "${version}"
  duration: ${seconds}s
  cluster: { nodePools: [{ name: n, nodes: 1, capacity: { cpu: 4, memory: 16Gi } }] }
  manifests: [app.yaml]
  behavior: ${behavior}
`;
  const told: string[] = [];
  const contents = { "s.yaml": text, "app.yaml": [SERVICE, pod].join("\n---\n") };
  const world = await worldOf(await loadedFromMemory(contents), {
    events: {
      write: (rows) => {
        for (const row of rows) told.push(`${row[2]}: ${row[4]}`);
      },
    },
  });
  world.run();
  world.finish();
  const { store } = world.ground;
  const stored = store.table("Pod").find("default", "p")!;
  const [slice] = [...store.table("EndpointSlice")];
  return {
    told,
    phase: stored.phase,
    restarts: stored.status.containers.map(({ restartCount }) => restartCount),
    inits: stored.status.initContainers.map(({ restartCount }) => restartCount),
    last: stored.status.containers.map(({ lastTermination }) => lastTermination?.reason),
    conditions: Object.fromEntries(
      stored.status.conditions.map(({ type, status }) => [type, status]),
    ),
    ready: stored.status.containers.map(({ ready }) => ready),
    inService: slice?.spec.endpoints?.map(({ conditions }) => conditions?.ready),
  };
}

const probe = (kind: string) =>
  `${kind}Probe: { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2 }`;

describe("a container whose probes fail for a time", () => {
  const behavior = "[{ start: 2s, unhealthy: { after: 28s, for: 20s } }]";
  const readiness = [`{ name: c, image: x, ${probe("readiness")} }`];

  it.each([
    // Bad from 30 to 50 s after its start: the probes of 30 and 35 fail, that of 50 succeeds.
    { seconds: 20, isIn: true },
    { seconds: 34, isIn: true },
    { seconds: 37, isIn: false },
    { seconds: 49, isIn: false },
    { seconds: 52, isIn: true },
  ])("is in its Service: $isIn after $seconds s", async ({ seconds, isIn }) => {
    const { ready, inService, restarts } = await lived({
      containers: readiness,
      behavior,
      seconds,
    });
    expect([ready, inService, restarts]).toEqual([[isIn], [isIn], [0]]);
  });

  it("is told of once", async () => {
    const { told } = await lived({ containers: readiness, behavior, seconds: 300 });
    expect(told.filter((line) => line.startsWith("Unhealthy"))).toEqual([
      "Unhealthy: Readiness probe failed",
    ]);
  });

  it("stays ready where it recovers before its threshold", async () => {
    const short = "[{ start: 2s, unhealthy: { after: 28s, for: 4s } }]";
    const { told, ready } = await lived({ containers: readiness, behavior: short, seconds: 40 });
    expect([ready, told.some((line) => line.startsWith("Unhealthy"))]).toEqual([[true], false]);
  });

  it("is restarted by a liveness probe, and by none without one", async () => {
    const liveness = [`{ name: c, image: x, ${probe("liveness")} }`];
    const hangs = "[{ start: 2s, unhealthy: { after: 28s } }]";
    const { restarts, told } = await lived({ containers: liveness, behavior: hangs, seconds: 45 });
    expect(restarts).toEqual([1]);
    expect(told).toContain("Unhealthy: Liveness probe failed");
    const without = { containers: ["{ name: c, image: x }"], behavior: hangs, seconds: 45 };
    expect(await lived(without)).toMatchObject({ restarts: [0], ready: [true] });
  });
});

describe("a postStart hook", () => {
  const hook = "lifecycle: { postStart: { exec: { command: [x] } } }";
  const containers = [`{ name: c, image: x, ${hook} }`];

  it("keeps its container from being ready while it runs", async () => {
    const behavior = "[{ postStart: { takes: 20s } }]";
    expect((await lived({ containers, behavior, seconds: 19 })).ready).toEqual([false]);
    expect((await lived({ containers, behavior, seconds: 21 })).ready).toEqual([true]);
    const without = await lived({ containers: ["{ name: c, image: x }"], behavior, seconds: 5 });
    expect(without.ready).toEqual([true]);
  });

  it("that fails has its container stopped, and started again by its policy", async () => {
    const behavior = "[{ postStart: { takes: 3s, fails: true } }]";
    const { told, restarts, ready } = await lived({ containers, behavior, seconds: 6 });
    expect(told).toContain("FailedPostStartHook: PostStartHook failed");
    expect([restarts, ready]).toEqual([[1], [false]]);
    const never = await lived({ containers, behavior, policy: "Never", seconds: 20 });
    expect(never.restarts).toEqual([0]);
  });
});

describe("a restartPolicy of a container's own", () => {
  const exits = (code: number) => `[{ run: 5s, exitCode: ${code} }]`;
  const own = (policy: string, rules = "") =>
    `{ name: c, image: x, restartPolicy: ${policy}${rules === "" ? "" : `, restartPolicyRules: [${rules}]`} }`;
  const on = (operator: string, code: number) =>
    `{ action: Restart, exitCodes: { operator: ${operator}, values: [${code}] } }`;

  it.each([
    {
      what: "Always in a pod that never restarts",
      policy: "Never",
      container: own("Always"),
      code: 0,
      again: true,
    },
    {
      what: "Never in a pod that always restarts",
      policy: "Always",
      container: own("Never"),
      code: 1,
      again: false,
    },
    {
      what: "OnFailure, of a success",
      policy: "Always",
      container: own("OnFailure"),
      code: 0,
      again: false,
    },
    {
      what: "OnFailure, of a failure",
      policy: "Never",
      container: own("OnFailure"),
      code: 1,
      again: true,
    },
    {
      what: "a rule for its code",
      policy: "Never",
      container: own("Never", on("In", 42)),
      code: 42,
      again: true,
    },
    {
      what: "a rule for another code",
      policy: "Never",
      container: own("Never", on("In", 42)),
      code: 1,
      again: false,
    },
    {
      what: "a rule for all but a code",
      policy: "Never",
      container: own("Never", on("NotIn", 42)),
      code: 1,
      again: true,
    },
  ])("$what", async ({ policy, container, code, again }) => {
    const behavior = exits(code);
    const { restarts, phase } = await lived({
      containers: [container],
      behavior,
      policy,
      seconds: 8,
    });
    expect(restarts).toEqual([again ? 1 : 0]);
    expect(phase).toBe(again ? "Running" : code === 0 ? "Succeeded" : "Failed");
  });

  it("is refused before v1.34", async () => {
    const containers = [own("Never", on("In", 42))];
    await expect(lived({ containers, seconds: 1, version: "1.33" })).rejects.toThrow(
      "may not be set for non-init containers",
    );
  });

  it("has an init container tried again in a pod that never restarts", async () => {
    const init = `{ name: i, image: x, restartPolicy: OnFailure }`;
    const behavior = "[{ match: { container: i }, run: 2s, exitCodes: [1, 0] }]";
    const containers = ["{ name: c, image: x }"];
    const { inits, phase } = await lived({
      containers,
      inits: [init],
      behavior,
      policy: "Never",
      seconds: 20,
    });
    expect([inits, phase]).toEqual([[1], "Running"]);
  });
});

describe("a rule that restarts all containers", () => {
  const rule =
    "restartPolicy: Never, restartPolicyRules: [{ action: RestartAllContainers, exitCodes: { operator: In, values: [88] } }]";
  const source = `{ name: source, image: x, ${rule} }`;
  const other = "{ name: other, image: x }";
  const exits = (code: number, stop = "1s") =>
    `[{ match: { container: source }, run: 10s, exitCodes: [${code}, 0] }, { match: { container: i }, run: 3s }, { run: forever, stop: ${stop} }]`;
  const inits = ["{ name: i, image: x }"];

  it("stops the others and begins anew with the init containers, without a back-off", async () => {
    const given = { containers: [source, other], inits, behavior: exits(88), policy: "Never" };
    // Init for 3 s, ends after 10 s, the other one takes 1 s to stop, init for 3 s again.
    const before = await lived({ ...given, seconds: 15.5 });
    expect([before.restarts, before.inits, before.phase]).toEqual([[1, 1], [1], "Pending"]);
    expect(before.conditions).toMatchObject({ Initialized: "True", Ready: "False" });
    const after = await lived({ ...given, seconds: 18.5 });
    expect([after.restarts, after.inits, after.phase]).toEqual([[1, 1], [1], "Running"]);
    expect(after.last).toEqual(["RestartingAllContainers", "RestartingAllContainers"]);
    expect(after.conditions).toMatchObject({ AllContainersRestarting: "False", Ready: "True" });
    expect(after.told.filter((one) => one.startsWith("Killing"))).toEqual([
      "Killing: Stopping container other",
    ]);
    expect(after.told.filter((one) => one.startsWith("BackOff"))).toEqual([]);
  });

  it("has what does not end by itself killed after two seconds, and says so meanwhile", async () => {
    const given = { containers: [source, other], behavior: exits(88, "20s"), policy: "Never" };
    const before = await lived({ ...given, seconds: 11.5 });
    expect(before.conditions).toMatchObject({ AllContainersRestarting: "True" });
    expect(before.restarts).toEqual([0, 0]);
    const after = await lived({ ...given, seconds: 12.5 });
    expect([after.restarts, after.phase]).toEqual([[1, 1], "Running"]);
  });

  it("does nothing for another code, and is no condition of other pods", async () => {
    const given = { behavior: exits(1), policy: "Never", seconds: 20 };
    const found = await lived({ ...given, containers: [source, other] });
    expect([found.restarts, found.phase]).toEqual([[0, 0], "Running"]);
    expect(found.conditions).toMatchObject({ AllContainersRestarting: "False" });
    const plain = await lived({ ...given, containers: [other] });
    expect(plain.conditions).not.toHaveProperty("AllContainersRestarting");
  });

  it("is refused before v1.36", async () => {
    await expect(lived({ containers: [source], seconds: 1, version: "1.35" })).rejects.toThrow(
      `supported values: "Restart" (found "RestartAllContainers")`,
    );
  });
});

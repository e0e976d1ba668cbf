import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { Phase } from "../../src/kernel/phase.js";
import { Client } from "../../src/store/client.js";
import { Informer } from "../../src/store/informer.js";
import { accepted, newServer, object, podManifest } from "./fixture.js";

const LAG = 10_000;

describe("an informer", () => {
  it("tells of a change after the watch's lag, as the object was then", () => {
    const { engine, store, server } = newServer();
    const informer = new Informer(store, "test", "Pod", LAG);
    const seen: string[] = [];
    informer.addHandler({
      added: (pod) => seen.push(`${engine.now} added ${pod.labels["step"]}`),
      updated: (a, b) => seen.push(`${engine.now} ${a.labels["step"]}>${b.labels["step"]}`),
      deleted: (pod) => seen.push(`${engine.now} deleted ${pod.labels["step"]}`),
    });
    const step = engine.registerHandler("step", (n) => {
      const pod = store.table("Pod").find("default", "a");
      if (n === 0) {
        const manifest = podManifest("a", {}, { labels: { step: "0" } });
        accepted(server, { verb: "create", object: object(manifest) });
      } else if (n < 3) {
        const change = { labels: { step: `${n}` } };
        accepted(server, { verb: "patch", target: pod!, change });
      } else accepted(server, { verb: "delete", target: pod! });
    });
    for (const [n, at] of [0, 3_000, 12_500, 20_000].entries()) {
      engine.scheduleAt(at, Phase.world, step, n);
    }
    engine.run({ untilMicros: 1_000_000 });
    expect(seen).toEqual([
      "10000 added 0",
      "13000 0>1",
      "23000 1>2",
      "30000 2>2",
      "30000 deleted 2",
    ]);
  });

  test.prop([fc.array(fc.tuple(fc.nat(3), fc.nat(5), fc.nat(20_000)), { maxLength: 60 })])(
    "ends with what the store has, having seen every version once and in order",
    (steps) => {
      const { engine, store, server } = newServer();
      const informers = [0, 7_000].map((lag) => new Informer(store, `lag-${lag}`, "Pod", lag));
      const logs = informers.map((informer) => {
        const versions: number[] = [];
        informer.addHandler({
          added: (pod) => versions.push(pod.resourceVersion),
          updated: (before, pod) => {
            expect(versions).toContain(before.resourceVersion);
            versions.push(pod.resourceVersion);
          },
        });
        return versions;
      });
      const act = engine.registerHandler("act", (verb, which) => {
        const name = `p${which}`;
        const pod = store.table("Pod").find("default", name);
        if (pod === undefined)
          server.execute({ verb: "create", object: object(podManifest(name)) });
        else if (verb === 0) server.execute({ verb: "delete", target: pod });
        else {
          const labels = { at: `${engine.now}` };
          server.execute({ verb: "patch", target: pod, change: { labels } });
        }
      });
      for (const [verb, which, at] of steps) engine.scheduleAt(at, Phase.world, act, verb, which);
      engine.run({ untilMicros: 100_000 });
      const names = (pods: Iterable<PodVersion>) => [...pods].map((pod) => pod.name).sort();
      for (const [i, informer] of informers.entries()) {
        expect(names(informer.values())).toEqual(names(store.table("Pod")));
        expect(logs[i]).toEqual([...logs[i]!].sort((a, b) => a - b));
        expect(logs[i]).toEqual(logs[0]);
      }
    },
  );
});

describe("a client", () => {
  it("answers after the latency, and holds back what its rate does not allow", () => {
    const { engine, server } = newServer();
    const client = new Client(server, "test", { latencyMicros: 5_000, qps: 10, burst: 2 });
    const answered: [number, number][] = [];
    const answer = client.onAnswer((_, a) => answered.push([a, engine.now]));
    for (let i = 0; i < 5; i++) {
      client.submit({ verb: "create", object: object(podManifest(`p${i}`)) }, answer, i);
    }
    expect(client.inFlight).toBe(5);
    engine.run({ untilMicros: 10_000_000 });
    expect(answered).toEqual([
      [0, 5_000],
      [1, 5_000],
      [2, 105_000],
      [3, 205_000],
      [4, 305_000],
    ]);
    expect(client.inFlight).toBe(0);
  });
});

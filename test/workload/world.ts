import { UNOBSERVED, type ClusterObserver } from "../../src/record/cluster-observer.js";
import { Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import type { WriteRequest } from "../../src/store/request.js";
import { newServer, object } from "../store/fixture.js";

/** An API server with a client of its own, and what an observer was told. */
export function newWorld(seed = 1) {
  const { engine, store, server } = newServer(seed);
  const warnings: string[] = [];
  const steps: string[] = [];
  const evicted: string[] = [];
  const observer: ClusterObserver = {
    ...UNOBSERVED,
    event: (type, reason, about, message) => {
      if (type === "Warning") warnings.push(`${reason} ${about.kind}/${about.name}: ${message}`);
    },
    // What fails is a warning too.
    timelineStep: (operation, target, message, time, state = "done") => {
      if (state === "done") steps.push(`${time / 1e6}s ${operation} ${target}: ${message}`);
    },
    podEvicted: (pod) => evicted.push(pod.name),
  };
  const client = new Client(server, "workload", { latencyMicros: 5_000, qps: 0, burst: 0 });
  const informers = new InformerFactory(store, "kubectl", 10_000);
  const create = (manifest: object) => {
    const outcome = server.execute({ verb: "create", object: object(manifest) });
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.object;
  };
  const write = (request: WriteRequest): AnyVersion => {
    const outcome = server.execute(request);
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome.object;
  };
  const run = (seconds: number) => engine.run({ untilMicros: seconds * 1e6 });
  return {
    engine,
    store,
    server,
    client,
    informers,
    observer,
    create,
    write,
    run,
    warnings,
    steps,
    evicted,
  };
}

import type { Manifest } from "../../src/api/kubernetes.js";
import { fromManifest } from "../../src/api/manifest.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import { Engine } from "../../src/kernel/engine.js";
import { ApiServer } from "../../src/store/api-server.js";
import { ObjectStore } from "../../src/store/object-store.js";
import type { WriteRequest } from "../../src/store/request.js";

export const START_MS = Date.UTC(2026, 0, 1);

export function newServer(seed = 1) {
  const engine = new Engine({ seed });
  const store = new ObjectStore(engine);
  const server = new ApiServer(store, {
    startTimeMs: START_MS,
    defaultNotReadyTolerationSeconds: 300,
    defaultUnreachableTolerationSeconds: 300,
  });
  server.bootstrap();
  return { engine, store, server };
}

export function object(manifest: object) {
  const found = fromManifest(manifest as Manifest, START_MS);
  if (found === null) throw new Error("the test's manifest is of a kind that is not kept");
  return found;
}

export function podManifest(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ...metadata },
    spec: { containers: [{ name: "main", image: "app:1" }], ...spec },
  };
}

/** Executes a request that must succeed. */
export function accepted<V extends AnyVersion>(server: ApiServer, request: WriteRequest): V {
  const outcome = server.execute(request);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.object as V;
}

/** Executes a request that must be refused; its reason and message. */
export function refused(server: ApiServer, request: WriteRequest): string {
  const outcome = server.execute(request);
  if (outcome.ok) throw new Error("the request was not refused");
  return `${outcome.reason}: ${outcome.message}`;
}

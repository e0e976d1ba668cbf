import { describe, expect, it } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { Client } from "../../src/store/client.js";
import { EventWrites } from "../../src/store/event-writes.js";
import type { WriteRequest } from "../../src/store/request.js";
import { ServiceQueue } from "../../src/store/service-queue.js";
import { newServer, object, podManifest } from "./fixture.js";

const LATENCY = 1_000;
const SERVICE = 10_000;

/** What was written, and when; a server that takes 10 ms with each object. */
function served() {
  const made = newServer();
  const { engine, server, store } = made;
  const service = new ServiceQueue(
    distributionOf({ type: "constant", value: SERVICE }),
    engine.streams,
  );
  const options = { latencyMicros: LATENCY, qps: 0, burst: 0, service };
  const clients = ["one", "two"].map((name) => new Client(server, name, options));
  const seen: string[] = [];
  store.observe((before, after) => {
    const subject = after ?? before;
    const what = after === null ? "gone" : before === null ? "made" : "changed";
    seen.push(`${engine.now / 1000} ${subject?.name} ${what}`);
  });
  const send = (client: number, request: WriteRequest) => {
    const sender = clients[client]!;
    sender.submit(
      request,
      sender.onAnswer(() => {}),
    );
  };
  const create = (client: number, name: string) =>
    send(client, { verb: "create", object: object(podManifest(name)) });
  return { ...made, seen, send, create };
}

describe("a server that takes its time", () => {
  it("is at one object at a time, whoever asks", () => {
    const { create, engine, seen } = served();
    create(0, "a");
    create(1, "b");
    create(0, "c");
    engine.run({ untilMicros: 1_000_000 });
    expect(seen).toEqual(["11 a made", "21 b made", "31 c made"]);
  });

  it("marks a pod as going before it removes it, and others come in between", () => {
    const { create, engine, seen, send } = served();
    create(0, "a");
    engine.run({ untilMicros: 50_000 });
    send(0, { verb: "delete", target: { kind: "Pod", namespace: "default", name: "a" } });
    create(1, "b");
    engine.run({ untilMicros: 1_000_000 });
    expect(seen.slice(1)).toEqual(["61 a changed", "71 b made", "81 a gone"]);
  });
});

describe("the Events that a component writes", () => {
  it("take places in its rate limit, one at a time, and not those that are taken already", () => {
    const { engine, server } = newServer();
    const client = new Client(server, "c", { latencyMicros: LATENCY, qps: 10, burst: 2 });
    const events = new EventWrites(engine, client);
    for (let n = 0; n < 3; n++) events.add();
    const answered: number[] = [];
    const answer = client.onAnswer(() => answered.push(engine.now / 1000));
    client.submit({ verb: "create", object: object(podManifest("a")) }, answer);
    engine.run({ untilMicros: 1_000 });
    client.submit({ verb: "create", object: object(podManifest("b")) }, answer);
    engine.run({ untilMicros: 2_000_000 });
    // The first Event and `a` have the burst; the second Event comes before `b`.
    expect(answered).toEqual([1, 201]);
  });

  it("take their turns at a server that takes its time, and leave the burst to requests meanwhile", () => {
    const { engine, server } = newServer();
    const service = new ServiceQueue(
      distributionOf({ type: "constant", value: SERVICE }),
      engine.streams,
    );
    const limits = { latencyMicros: LATENCY, qps: 10, burst: 3 };
    const client = new Client(server, "c", { ...limits, service });
    const events = new EventWrites(engine, client);
    for (let n = 0; n < 2; n++) events.add();
    const answered: number[] = [];
    const answer = client.onAnswer(() => answered.push(engine.now / 1000));
    const create = (name: string) =>
      client.submit({ verb: "create", object: object(podManifest(name)) }, answer);
    create("a");
    create("b");
    engine.run({ untilMicros: 5_000 });
    create("d");
    engine.run({ untilMicros: 2_000_000 });
    // The first Event is at the server until 11; `a` and `b` follow it with the rest of the burst. The second
    // is sent at 11, behind `d`, which has the next place in the rate limit.
    expect(answered).toEqual([21, 31, 111]);
  });
});

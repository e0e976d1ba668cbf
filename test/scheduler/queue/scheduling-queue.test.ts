import { describe, expect, test } from "vitest";
import {
  ANY,
  at,
  changed,
  drain,
  NEWEST,
  podOf,
  queueOf,
  refuse,
  V1_26,
  V1_32,
} from "./queue-of.js";

const FIT = { helps: ["Fit"] };
const TAINTS = { helps: ["Taints"] };

describe("pods that are ready", () => {
  test("leave by priority, then by the time at which they came", () => {
    const queue = queueOf();
    queue.add(podOf("low-1"), at(0));
    queue.add(podOf("high", { priority: 10 }), at(1));
    queue.add(podOf("low-2"), at(2));
    queue.add(podOf("low-3"), at(2));
    expect(drain(queue)).toEqual(["high", "low-1", "low-2", "low-3"]);
  });

  test("are there once, however often they are added", () => {
    const queue = queueOf();
    const twice = podOf("a");
    queue.add(twice, at(0));
    queue.add(twice, at(1));
    expect(drain(queue)).toEqual(["a"]);
  });

  test("are given in their newest version, and not after they were removed", () => {
    const queue = queueOf();
    const first = podOf("a");
    queue.add(first, at(0));
    queue.add(podOf("b"), at(0));
    const newer = first.next({ labels: { app: "new" } });
    queue.update(newer, changed(ANY), at(1));
    queue.remove("b");
    expect(queue.pop()?.pod).toBe(newer);
    expect(queue.pop()).toBeUndefined();
  });
});

describe("a pod that was refused", () => {
  test("waits for an event that may help the plugin which refused it", () => {
    const queue = queueOf();
    queue.add(podOf("a"), at(0));
    refuse(queue, ["Fit"], 0);
    expect(queue.moveOnEvent(TAINTS, at(20))).toBe(0);
    expect(queue.unschedulablePodCount).toBe(1);
    expect(queue.moveOnEvent(FIT, at(20))).toBe(1);
    expect(drain(queue)).toEqual(["a"]);
  });

  test.each([1, 2, 4, 8, 10, 10, 10].map((seconds, index) => ({ attempt: index + 1, seconds })))(
    "backs off $seconds s after attempt $attempt",
    ({ attempt, seconds }) => {
      const queue = queueOf();
      queue.add(podOf("a"), at(0));
      let now = 0;
      for (let i = 1; i < attempt; i += 1) {
        refuse(queue, ["Fit"], now);
        now += 60;
        queue.moveOnEvent(FIT, at(now));
      }
      refuse(queue, ["Fit"], now);
      queue.moveOnEvent(FIT, at(now + 0.5));
      expect(queue.backoffCount).toBe(1);
      queue.flush(at(now + seconds - 1));
      expect(queue.activeCount).toBe(0);
      expect(queue.nextFlushMicros(at(now + seconds - 1))?.at).toBe(at(now + seconds));
      queue.flush(at(now + seconds));
      expect(drain(queue)).toEqual(["a"]);
    },
  );

  test("becomes active at once when its backoff was over before the event", () => {
    const queue = queueOf();
    queue.add(podOf("a"), at(0));
    refuse(queue, ["Fit"], 0);
    queue.moveOnEvent(FIT, at(1.5));
    expect([queue.activeCount, queue.backoffCount]).toEqual([1, 0]);
  });

  test("is tried again after five minutes without any event, at a half-minute", () => {
    const queue = queueOf();
    queue.add(podOf("a"), at(0));
    refuse(queue, ["Fit"], 10);
    expect(queue.nextFlushMicros(at(10))).toEqual({ at: at(330), onlyRetries: true });
    queue.flush(at(300));
    expect(queue.unschedulablePodCount).toBe(1);
    queue.flush(at(330));
    expect(drain(queue)).toEqual(["a"]);
  });

  test("leaves when it is deleted, wherever it waits", () => {
    const queue = queueOf();
    for (const name of ["backoff", "unschedulable", "inFlight"]) {
      queue.add(podOf(name), at(0));
      if (name === "inFlight") break;
      refuse(queue, ["Fit"], 0);
      if (name === "backoff") queue.moveOnEvent(FIT, at(0));
    }
    const inFlight = queue.pop()!;
    for (const name of ["backoff", "unschedulable", "inFlight"]) queue.remove(name);
    queue.putBack(inFlight, ["Fit"], at(1));
    expect([queue.activeCount, queue.backoffCount, queue.unschedulablePodCount]).toEqual([0, 0, 0]);
    expect(queue.nextFlushMicros(at(1))).toBeNull();
  });

  test("that was removed while in flight may come again under its name", () => {
    const queue = queueOf();
    const first = podOf("a");
    queue.add(first, at(0));
    const old = queue.pop()!;
    queue.remove("a");
    queue.add(first, at(1));
    queue.done(old);
    expect(drain(queue)).toEqual(["a"]);
  });
});

describe("an update of a waiting pod", () => {
  test("that changes nothing of weight leaves it where it is", () => {
    const queue = queueOf();
    const pod = podOf("a");
    queue.add(pod, at(0));
    refuse(queue, ["Fit"], 0);
    queue.update(pod.next({}), changed(), at(60));
    expect(queue.unschedulablePodCount).toBe(1);
  });

  test("is another try up to v1.31, whatever refused it", () => {
    const queue = queueOf();
    const pod = podOf("a");
    queue.add(pod, at(0));
    refuse(queue, ["Fit"], 0);
    queue.update(pod.next({}), changed(TAINTS), at(60));
    expect(drain(queue)).toEqual(["a"]);
  });

  test("asks the hints from v1.32 on", () => {
    const queue = queueOf({ rules: V1_32 });
    const pod = podOf("a");
    queue.add(pod, at(0));
    refuse(queue, ["Fit"], 0);
    queue.update(pod.next({}), changed(TAINTS), at(60));
    expect(queue.unschedulablePodCount).toBe(1);
    queue.update(pod.next({}), changed(FIT), at(60));
    expect(drain(queue)).toEqual(["a"]);
  });

  test("goes to backoff while that is not over", () => {
    const queue = queueOf();
    const pod = podOf("a");
    queue.add(pod, at(0));
    refuse(queue, ["Fit"], 0);
    queue.update(pod.next({}), changed(FIT), at(0.5));
    expect(queue.backoffCount).toBe(1);
  });
});

describe("a gate", () => {
  test("holds a pod back from everything but its own removal", () => {
    const queue = queueOf();
    const gated = podOf("a", { gates: ["quota"] });
    queue.add(gated, at(0));
    queue.moveOnEvent(ANY, at(30));
    queue.flush(at(600));
    expect(queue.activeCount).toBe(0);
    expect(queue.nextFlushMicros(at(600))).toBeNull();
    queue.update(
      gated.next({ spec: { ...gated.spec, schedulingGates: [] } }),
      changed(ANY),
      at(601),
    );
    expect(drain(queue)).toEqual(["a"]);
  });

  test("leaves a pod its place among those that came later", () => {
    const queue = queueOf();
    const gated = podOf("early", { gates: ["quota"] });
    queue.add(gated, at(0));
    queue.add(podOf("late"), at(5));
    queue.update(gated.next({ spec: { ...gated.spec, schedulingGates: [] } }), changed(ANY), at(9));
    expect(drain(queue)).toEqual(["early", "late"]);
  });

  test("of two of which one is gone still holds", () => {
    const queue = queueOf();
    const gated = podOf("a", { gates: ["quota", "review"] });
    queue.add(gated, at(0));
    const one = { ...gated.spec, schedulingGates: [{ name: "review" }] };
    queue.update(gated.next({ spec: one }), changed(ANY), at(1));
    expect(queue.activeCount).toBe(0);
  });
});

describe("events while an attempt is under way", () => {
  test.each([
    { version: "v1.32", rules: V1_32, event: FIT, place: "backoff" },
    { version: "v1.32", rules: V1_32, event: TAINTS, place: "unschedulable" },
    { version: "v1.26", rules: V1_26, event: FIT, place: "backoff" },
    { version: "v1.26", rules: V1_26, event: TAINTS, place: "backoff" },
  ])("$version: after $event.helps the pod goes to $place", ({ rules, event, place }) => {
    const queue = queueOf({ rules });
    queue.add(podOf("a"), at(0));
    const queued = queue.pop()!;
    queue.moveOnEvent(event, at(0.1));
    queue.putBack(queued, ["Fit"], at(0.2));
    expect(queued.place).toBe(place);
  });

  test.each([
    { version: "v1.32", rules: V1_32, earlier: "backoff" },
    // Upstream compares with the number of the newest cycle, not with that of the pod's own.
    { version: "v1.26", rules: V1_26, earlier: "unschedulable" },
  ])("$version: an event before the newest attempt began", ({ rules, earlier }) => {
    const queue = queueOf({ rules });
    queue.add(podOf("other"), at(0));
    queue.add(podOf("a"), at(0));
    const other = queue.pop()!;
    queue.moveOnEvent(FIT, at(0.1));
    const queued = queue.pop()!;
    queue.putBack(queued, ["Fit"], at(0.2));
    expect(queued.place).toBe("unschedulable");
    queue.putBack(other, ["Fit"], at(0.2));
    expect(other.place).toBe(earlier);
  });

  test("are kept for each attempt, however many begin and end meanwhile", () => {
    const queue = queueOf({ rules: V1_32 });
    queue.add(podOf("first", { priority: 1 }), at(0));
    const first = queue.pop()!;
    queue.moveOnEvent(FIT, at(0.1));
    for (let i = 0; i < 3000; i += 1) {
      queue.add(podOf(`p-${i}`), at(0.2));
      const queued = queue.pop()!;
      queue.moveOnEvent(TAINTS, at(0.2));
      queue.done(queued);
    }
    queue.putBack(first, ["Fit"], at(0.3));
    expect(first.place).toBe("backoff");
  });

  test("its own update is one of them, with hints", () => {
    const queue = queueOf({ rules: V1_32 });
    const pod = podOf("a");
    queue.add(pod, at(0));
    const queued = queue.pop()!;
    queue.update(pod.next({}), changed(FIT), at(0.1));
    queue.putBack(queued, ["Fit"], at(0.2));
    expect(queued.place).toBe("backoff");
  });

  test("its own update lets it start anew without hints, whatever changed", () => {
    const queue = queueOf();
    const pod = podOf("a");
    queue.add(pod, at(0));
    const queued = queue.pop()!;
    queue.update(pod.next({}), changed(), at(0.1));
    queue.putBack(queued, ["Fit"], at(0.2));
    expect(queued).toMatchObject({ place: "active", attempts: 0, timestampMicros: at(0.1) });
  });

  test("its own update does not count once it has its node in mind", () => {
    const queue = queueOf();
    const pod = podOf("a");
    queue.add(pod, at(0));
    const queued = queue.pop()!;
    queue.update(pod.next({}), changed(), at(0.1));
    queue.assumed(queued);
    queue.putBack(queued, [], at(0.2));
    expect(queued.place).toBe("unschedulable");
  });

  test.each([
    { version: "v1.26", rules: V1_26 },
    { version: "v1.32", rules: V1_32 },
  ])("$version: that others waited for five minutes is one of them", ({ rules }) => {
    const queue = queueOf({ rules });
    queue.add(podOf("patient"), at(0));
    refuse(queue, ["Fit"], 0);
    queue.add(podOf("a"), at(329));
    const queued = queue.pop()!;
    queue.flush(at(330));
    queue.putBack(queued, ["Fit"], at(331));
    expect(queued.place).toBe("backoff");
  });
});

describe("an attempt that ends with an error", () => {
  test.each([
    { version: "v1.26", rules: V1_26, place: "unschedulable" },
    { version: "v1.29", rules: { ...V1_26, errorsBackOff: true }, place: "backoff" },
    { version: "v1.32", rules: V1_32, place: "backoff" },
  ])("sends the pod to $place in $version", ({ rules, place }) => {
    const queue = queueOf({ rules });
    queue.add(podOf("a"), at(0));
    const queued = queue.pop()!;
    queue.putBack(queued, [], at(0));
    expect(queued.place).toBe(place);
  });

  test.each([
    { version: "v1.28", errorKeepsRejectors: true, moved: 0 },
    { version: "v1.29", errorKeepsRejectors: false, moved: 1 },
  ])("$version: who refused the pod earlier", ({ errorKeepsRejectors, moved }) => {
    const queue = queueOf({ rules: { ...V1_26, errorKeepsRejectors } });
    queue.add(podOf("a"), at(0));
    refuse(queue, ["Fit"], 0);
    queue.moveOnEvent(FIT, at(10));
    refuse(queue, [], 10);
    expect(queue.moveOnEvent(TAINTS, at(20))).toBe(moved);
  });

  test.each([
    { version: "v1.33", countsErrorsApart: false, seconds: [1, 2, 4, 8] },
    { version: "v1.34", countsErrorsApart: true, seconds: [1, 1, 2, 2] },
  ])("$version: refused, error, error, refused back off $seconds", (row) => {
    const { countsErrorsApart, seconds } = row;
    const backoff = { initial: at(1), max: at(10), orderingWindow: 0, endIsExclusive: false };
    const queue = queueOf({ rules: V1_32, backoff: { ...backoff, countsErrorsApart } });
    queue.add(podOf("a"), at(0));
    const waits = [["Fit"], [], [], ["Fit"]].map((rejectors, i) => {
      const queued = queue.pop()!;
      queue.putBack(queued, rejectors, at(100 * i));
      queue.moveOnEvent(FIT, at(100 * i));
      const wait = queued.backoffUntilMicros - at(100 * i);
      queue.flush(at(100 * i + 50));
      return wait / at(1);
    });
    expect(waits).toEqual(seconds);
  });
});

describe("an event that is told to some pods only", () => {
  test.each([V1_26, V1_32])("moves those, and is one that attempts under way missed", (rules) => {
    const queue = queueOf({ rules });
    for (const name of ["a", "b"]) {
      queue.add(podOf(name), at(0));
      refuse(queue, ["Fit"], 0);
    }
    queue.add(podOf("running"), at(20));
    const running = queue.pop()!;
    expect(queue.moveOnEvent(FIT, at(20), ({ pod }) => pod.name === "b")).toBe(1);
    queue.putBack(running, ["Fit"], at(20));
    expect(running.place).toBe("backoff");
    expect(drain(queue)).toEqual(["b"]);
  });
});

describe("taking from the backoff queue (v1.33)", () => {
  test("happens when nothing is active, and keeps the order of windows, then priority", () => {
    const queue = queueOf(NEWEST);
    for (const [name, priority, seconds] of [
      ["late", 9, 2.1],
      ["first-low", 0, 0.1],
      ["first-high", 5, 0.9],
    ] as const) {
      queue.add(podOf(name, { priority }), at(seconds));
      refuse(queue, ["Fit"], seconds);
    }
    queue.moveOnEvent(FIT, at(0.95));
    queue.add(podOf("active"), at(2.2));
    expect(queue.readyCount).toBe(4);
    expect(drain(queue)).toEqual(["active", "first-high", "first-low", "late"]);
  });

  test("leaves pods alone whose attempt ended with an error", () => {
    const queue = queueOf(NEWEST);
    queue.add(podOf("a"), at(0));
    refuse(queue, [], 0);
    expect([queue.readyCount, queue.backoffCount]).toEqual([0, 1]);
    expect(queue.pop()).toBeUndefined();
    queue.flush(at(1));
    expect(queue.readyCount).toBe(0);
    queue.flush(at(2));
    expect(drain(queue)).toEqual(["a"]);
  });

  test("does not happen before v1.33", () => {
    const queue = queueOf();
    queue.add(podOf("a"), at(0));
    refuse(queue, ["Fit"], 0);
    queue.moveOnEvent(FIT, at(0.1));
    expect(queue.readyCount).toBe(0);
    expect(queue.pop()).toBeUndefined();
  });
});

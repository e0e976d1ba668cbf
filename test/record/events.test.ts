import { describe, expect, it } from "vitest";
import { EventCorrelator } from "../../src/record/event-correlator.js";
import { EventSeries } from "../../src/record/event-series.js";

const SECOND = 1_000_000;
const WEB = { kind: "ReplicaSet", namespace: "shop", name: "web" };

/** The messages that are written of those told, each at its second. */
function written(told: readonly (readonly [number, string])[], reason = "FailedCreate") {
  const correlator = new EventCorrelator(true);
  return told.map(([second, message]) =>
    correlator.messageOf("Warning", reason, WEB, message, second * SECOND),
  );
}

describe("the Events of a component", () => {
  it("are 25 of one object at once, and one more every five minutes", () => {
    const burst = Array.from({ length: 30 }, () => [0, "full"] as const);
    const all = written([...burst, [299, "full"], [301, "full"], [302, "full"]]);
    expect(all.filter((message) => message !== null).length).toBe(26);
    expect(all.slice(-3)).toEqual([null, "full", null]);
  });

  it("count for each object by itself", () => {
    const correlator = new EventCorrelator(true);
    const tell = (name: string) =>
      correlator.messageOf("Normal", "Pulled", { ...WEB, name }, "there", 0);
    for (let n = 0; n < 26; n++) tell("a");
    expect([tell("a"), tell("b")]).toEqual([null, "there"]);
  });

  it.each([
    [true, "deleted"],
    [false, null],
  ])("count for each type by itself from 1.32 on (%s)", (byType, normal) => {
    const correlator = new EventCorrelator(byType);
    const tell = (type: "Normal" | "Warning", reason: string, message: string) =>
      correlator.messageOf(type, reason, WEB, message, 0);
    for (let n = 0; n < 25; n++) tell("Warning", "FailedCreate", "full");
    expect(tell("Warning", "FailedCreate", "full")).toBeNull();
    expect(tell("Normal", "SuccessfulDelete", "deleted")).toBe(normal);
  });

  it("are told as combined from the tenth different message on, within ten minutes", () => {
    const names = Array.from({ length: 11 }, (_, n) => [n, `pod ${n}`] as const);
    const all = written([...names, [700, "pod 11"]]);
    expect(all[8]).toBe("pod 8");
    expect(all.slice(9)).toEqual([
      "(combined from similar events): pod 9",
      "(combined from similar events): pod 10",
      "pod 11",
    ]);
  });

  it("forget the objects that were told of longest ago beyond what is remembered", () => {
    const correlator = new EventCorrelator(true, 2);
    const tell = (name: string) =>
      correlator.messageOf("Normal", "Pulled", { ...WEB, name }, "there", 0);
    for (let n = 0; n < 26; n++) tell("a");
    expect(tell("a")).toBeNull();
    tell("b");
    tell("c");
    expect(tell("a")).toBe("there");
  });
});

describe("the Events of the scheduler", () => {
  it("are written twice of one version of a pod, and then only counted for six minutes", () => {
    const series = new EventSeries();
    const pod = { kind: "Pod", namespace: "shop", name: "a", uid: "u", resourceVersion: 7 };
    const told = (second: number, resourceVersion = 7) =>
      series.isWritten("Warning", "FailedScheduling", { ...pod, resourceVersion }, second * SECOND);
    expect([told(0), told(5), told(10), told(11, 8)]).toEqual([true, true, false, true]);
    expect([told(300), told(661)]).toEqual([false, true]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventType } from "../../src/record/cluster-observer.js";
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

/** What is remembered as plain lists, from old to new, looked through for each Event; the oldest are forgotten first. */
class PlainCorrelator {
  private similar: { key: string; messages: readonly string[]; last: number }[] = [];
  private objects: { name: string; fullAt: number }[] = [];

  constructor(
    private readonly byType: boolean,
    private readonly remembered: number,
  ) {}

  messageOf(
    type: string,
    { reason, name, message }: Record<"reason" | "name" | "message", string>,
    second: number,
  ): string | null {
    const written = this.combined(`${type} ${reason} ${name}`, message, second);
    const limited = this.byType ? `${type} ${name}` : name;
    return this.isAllowed(limited, second) ? written : null;
  }

  private isAllowed(name: string, second: number): boolean {
    while ((this.objects[0]?.fullAt ?? Number.POSITIVE_INFINITY) <= second) this.objects.shift();
    const known = this.objects.find((one) => one.name === name);
    const full = Math.max(known?.fullAt ?? second, second);
    const isAllowed = full - second <= 300 * 24;
    const others = this.objects.filter((one) => one.name !== name);
    this.objects = [...others, { name, fullAt: isAllowed ? full + 300 : full }];
    this.objects = this.objects.slice(-this.remembered);
    return isAllowed;
  }

  private combined(key: string, message: string, second: number): string {
    const recent = this.similar.filter(({ last }) => second - last <= 600);
    const before = recent.find((one) => one.key === key)?.messages ?? [];
    const messages = before.includes(message) ? before : [...before, message];
    const isCombined = messages.length >= 10;
    const kept = isCombined ? messages.slice(1) : messages;
    const others = recent.filter((one) => one.key !== key);
    this.similar = [...others, { key, messages: kept, last: second }].slice(-this.remembered);
    return isCombined ? `(combined from similar events): ${message}` : message;
  }
}

describe("what is remembered of Events", () => {
  it("is what lists of them would say", () => {
    // One sort of one object comes often enough to be combined and to run out of tokens.
    const oftenFirst = (first: string, ...others: string[]) =>
      fc.constantFrom(first, first, first, first, first, ...others);
    const step = fc.record({
      wait: fc.constantFrom(...Array.from({ length: 16 }, () => 0), 1, 250, 299, 301, 400, 601),
      type: fc.constantFrom<EventType>("Normal", "Normal", "Normal", "Warning"),
      reason: oftenFirst("Pulled", "Killing"),
      name: oftenFirst("a", "b", "c"),
      message: fc.nat(40),
    });
    const steps = fc.array(step, { minLength: 30, maxLength: 120 });
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 1, max: 5 }), steps, (byType, size, told) => {
        const correlator = new EventCorrelator(byType, size);
        const plain = new PlainCorrelator(byType, size);
        let second = 0;
        for (const { wait, type, reason, name, message: number } of told) {
          second += wait;
          const message = `message ${number}`;
          const object = { ...WEB, name };
          expect(correlator.messageOf(type, reason, object, message, second * SECOND)).toBe(
            plain.messageOf(type, { reason, name, message }, second),
          );
        }
      }),
    );
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

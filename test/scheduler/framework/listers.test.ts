import { describe, expect, test } from "vitest";
import { ObjectTable } from "../../../src/scheduler/framework/listers.js";
import { buildObject } from "../../conformance/scheduler/objects.js";

const service = (name: string) =>
  buildObject("Service", { metadata: { namespace: "shop", name }, spec: {} } as never);

describe("a table tells what has changed", () => {
  const table = () => new ObjectTable<"Service">();
  const namesSince = (of: ObjectTable<"Service">, version: number) =>
    of.changedSince(version)?.map(({ namespace, name }) => `${namespace}/${name}`) ?? null;

  test("objects that came, changed and went, in that order, from any version on", () => {
    const services = table();
    services.set(service("a"));
    services.set(service("b"));
    const { version } = services;
    services.set(service("a"));
    services.delete("shop", "b");
    services.delete("shop", "never");
    expect(namesSince(services, version)).toEqual(["shop/a", "shop/b", "shop/never"]);
    expect(namesSince(services, services.version)).toEqual([]);
    expect(services.countIn("shop")).toBe(1);
    expect(services.countIn("other")).toBe(0);
  });

  test("nothing, once too much has changed, or for a reader that has seen nothing", () => {
    const services = table();
    services.set(service("first"));
    const { version } = services;
    for (let i = 0; i < 256; i += 1) services.set(service("busy"));
    expect(namesSince(services, version)).toHaveLength(256);
    services.set(service("busy"));
    expect(namesSince(services, version)).toBeNull();
    expect(namesSince(services, -1)).toBeNull();
  });
});

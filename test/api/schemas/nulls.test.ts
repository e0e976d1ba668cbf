import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/api/kubernetes.js";
import { schemaOf } from "../../../src/api/schemas/schema.js";
import { screen } from "../../../src/api/schemas/screen.js";

const POD = schemaOf("v1", "Pod")!;

function pod(metadata: object, spec: object): Manifest {
  const named = { name: "a", ...metadata };
  return { apiVersion: "v1", kind: "Pod", metadata: named, spec } as unknown as Manifest;
}

/** As encoding/json decodes a null into a value of a map or an element of a list: it is left as it begins. */
describe("null in place of a value", () => {
  const written = pod(
    { labels: { a: null, b: "c" }, annotations: { d: null } },
    {
      nodeSelector: { disk: null },
      containers: [
        { name: "c", args: [null, "x"], resources: { limits: { cpu: null }, requests: null } },
      ],
    },
  );

  it("is an empty text or amount in maps and lists; a field stays null, which is as good as absent", () => {
    expect(screen(written, POD)).toMatchObject({
      wrong: [],
      value: pod(
        { labels: { a: "", b: "c" }, annotations: { d: "" } },
        {
          nodeSelector: { disk: "" },
          containers: [
            { name: "c", args: ["", "x"], resources: { limits: { cpu: "0" }, requests: null } },
          ],
        },
      ),
    });
  });

  it("takes a label away in a patch", () => {
    const patch = { metadata: { labels: { a: null } } };
    expect(screen(patch, POD, { isPatch: true })).toMatchObject({ value: patch, wrong: [] });
  });
});

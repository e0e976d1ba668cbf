import { expect, test } from "vitest";
import { KINDS } from "../../../src/api/kinds.js";
import { DEFINITIONS } from "../../../src/api/schemas/definitions.js";
import { FIELD_GATES } from "../../../src/api/schemas/field-gates.js";
import { FIELDS_BY_GATE } from "../../../src/api/schemas/gated-fields.js";
import { type Definition, schemaOf, type ValueType } from "../../../src/api/schemas/schema.js";
import { GATES } from "../../../src/api/features.js";

const GATED = new Set<string>(Object.values(FIELDS_BY_GATE).flat());

test("every gated field is a field of Kubernetes'", () => {
  const fields = new Set(
    DEFINITIONS.split("\n").flatMap((line) => {
      const [name = "", ...written] = line.split(" ");
      return written.map((field) => `${name.split(".")[0]}.${field.replace(/^!|:.*$/g, "")}`);
    }),
  );
  // Known by the container that it stands in.
  const elsewhere = ["PodSpec.initContainers.restartPolicy"];
  expect([...GATED].filter((field) => !fields.has(field) && !elsewhere.includes(field))).toEqual(
    [],
  );
});

/** Fields that came with a version and that no strategy drops: others may read what is written. */
const UNGATED = [
  "Container.restartPolicy",
  "EphemeralContainer.restartPolicy",
  "HorizontalPodAutoscalerCondition.observedGeneration",
  "ListMeta.shardInfo",
  "NodeAllocatableResourceClaimStatus.mapping",
  "NodeAllocatableResourceClaimStatus.overhead",
  "NodeRuntimeHandlerFeatures.userNamespaces",
  "NodeStatus.runtimeHandlers",
  "NodeSystemInfo.swap",
  "PodCertificateProjection.userAnnotations",
  "PodResourceClaim.resourceClaimName",
  "PodResourceClaim.resourceClaimTemplateName",
  "ResourceClaim.request",
  "ResourceHealth.message",
  "VolumeError.errorCode",
];

test("a field of a kept kind that came since 1.24 is behind a gate, or known not to be", () => {
  const seen = new Set<Definition>();
  const found: string[] = [];
  const look = (type: ValueType): void => {
    if (typeof type === "string") return;
    if (!("object" in type)) {
      look("listOf" in type ? type.listOf : type.mapOf);
      return;
    }
    const definition = type.object;
    if (seen.has(definition)) return;
    seen.add(definition);
    for (const field of definition.fields.values()) {
      const name = `${definition.name}.${field.name}`;
      if (field.since !== undefined && !GATED.has(name)) found.push(name);
      look(field.type);
    }
  };
  for (const [kind, { apiVersion }] of Object.entries(KINDS)) {
    look({ object: schemaOf(apiVersion, kind)! });
  }
  expect(found.sort()).toEqual(UNGATED);
});

test("the scheduler's gates of the same names are on in the same versions", () => {
  for (const [name, { from, to }] of Object.entries(FIELD_GATES)) {
    if (!Object.hasOwn(GATES, name)) continue;
    const gate: { from: number | null; to?: number } = GATES[name as keyof typeof GATES];
    expect([name, gate.from, gate.to]).toEqual([name, from, to]);
  }
});

import { describe, expect, it } from "vitest";
import { gateSettings } from "../../src/api/feature-gates/gate-settings.js";
import { gateNamesOf, upstreamGate } from "../../src/api/feature-gates/upstream-gate.js";
import {
  featuresOf,
  GATES,
  type GateName,
  NEWEST_MINOR,
  OLDEST_MINOR,
} from "../../src/api/features.js";
import { FIELD_GATES } from "../../src/api/schemas/field-gates.js";

const MINORS = Array.from({ length: NEWEST_MINOR - OLDEST_MINOR + 1 }, (_, i) => OLDEST_MINOR + i);

describe("the list of upstream's gates", () => {
  it.each([
    [26, "MinDomainsInPodTopologySpread", "beta", false, false],
    [30, "MinDomainsInPodTopologySpread", "stable", true, true],
    [33, "DynamicResourceAllocation", "beta", false, false],
    [34, "DynamicResourceAllocation", "stable", true, false],
    [37, "ContextualLogging", "beta", true, false],
    [26, "APIResponseCompression", "beta", true, false],
    // Beta and on only for a cluster that cannot go back to 1.36.
    [37, "DRAFractionalCapacityRange", "beta", false, false],
  ] as const)(
    "1.%i has %s: %s, on %s, locked %s",
    (minor, name, stage, isOnByDefault, isLocked) => {
      expect(upstreamGate(name, minor)).toMatchObject({ stage, isOnByDefault, isLocked });
    },
  );

  it("has only gates whose needs the same version has, met by default", () => {
    for (const minor of MINORS) expect(gateSettings({}, minor).issues, `1.${minor}`).toEqual([]);
    for (const minor of MINORS.filter((one) => one >= 35)) {
      const needs = gateNamesOf(minor).flatMap((name) => upstreamGate(name, minor)!.needs);
      expect(needs.filter((name) => upstreamGate(name, minor) === undefined)).toEqual([]);
    }
  });

  it("agrees with the table of behaviours where upstream has the gate", () => {
    const ours = Object.keys(GATES).filter((name) =>
      MINORS.some((minor) => upstreamGate(name, minor) !== undefined),
    );
    expect(ours.length).toBeGreaterThan(25);
    for (const name of ours) {
      for (const minor of MINORS) {
        const gate = upstreamGate(name, minor);
        if (gate === undefined) continue;
        const isOn = featuresOf(minor)[name as GateName];
        expect(`${name} 1.${minor} ${isOn}`).toBe(`${name} 1.${minor} ${gate.isOnByDefault}`);
      }
    }
  });

  it("agrees with the table of gated fields", () => {
    for (const [name, { from, to }] of Object.entries(FIELD_GATES)) {
      for (const minor of MINORS) {
        const gate = upstreamGate(name, minor);
        if (gate === undefined) continue;
        const isOn = from !== null && minor >= from && minor <= (to ?? minor);
        expect(`${name} 1.${minor} ${isOn}`).toBe(`${name} 1.${minor} ${gate.isOnByDefault}`);
      }
    }
  });
});

describe("settings of gates", () => {
  const messages = (written: Readonly<Record<string, boolean>>, minor: number) =>
    gateSettings(written, minor).issues.map(({ name, message }) => `${name}: ${message}`);

  it.each([
    [37, { OpportunisticBatching: false }, { OpportunisticBatching: false }],
    [37, { OpportunisticBatching: true }, {}],
    [37, { DynamicResourceAllocation: true }, {}],
    [26, { AllAlpha: true, ReadWriteOncePod: false }, { DynamicResourceAllocation: true }],
    [27, { AllBeta: false }, { MinDomainsInPodTopologySpread: false, ReadWriteOncePod: false }],
    [27, { AllBeta: false, ReadWriteOncePod: true }, { MinDomainsInPodTopologySpread: false }],
  ] as const)("in 1.%i %j changes at least %j", (minor, written, changed) => {
    const settings = gateSettings(written, minor);
    expect(settings.issues).toEqual([]);
    expect(settings.changed).toMatchObject(changed);
    for (const name of Object.keys(written)) {
      const isChanged = Object.hasOwn(settings.changed, name);
      const isGate = upstreamGate(name, minor) !== undefined;
      const byDefault = upstreamGate(name, minor)?.isOnByDefault;
      const value = (written as Readonly<Record<string, boolean>>)[name];
      expect(isChanged, name).toBe(isGate && byDefault !== value);
    }
  });

  it("names the nearest gate, and the versions that have one that this has not", () => {
    expect(messages({ DynamicResourceAlocation: true }, 37)).toEqual([
      "DynamicResourceAlocation: Kubernetes 1.37 has no feature gate DynamicResourceAlocation: did you mean DynamicResourceAllocation?",
    ]);
    expect(messages({ DRADeviceTaints: true }, 26)).toEqual([
      "DRADeviceTaints: Kubernetes 1.26 has no feature gate DRADeviceTaints: 1.33 to 1.37 have it",
    ]);
    expect(messages({ MinDomainsInPodTopologySpread: true }, 37)).toEqual([
      "MinDomainsInPodTopologySpread: Kubernetes 1.37 has no feature gate MinDomainsInPodTopologySpread: 1.24 to 1.31 have it, and what it guarded is always on since",
    ]);
    expect(messages({ DRAControlPlaneController: true }, 34)).toEqual([
      "DRAControlPlaneController: Kubernetes 1.34 has no feature gate DRAControlPlaneController: 1.31 has it, and it was given up since",
    ]);
    expect(messages({ Frobnication: true }, 34)).toEqual([
      "Frobnication: Kubernetes 1.34 has no feature gate Frobnication, nor has any version from 1.24 to 1.37",
    ]);
  });

  it("says to what a gate is locked, and which versions let it be set", () => {
    expect(messages({ DynamicResourceAllocation: false }, 37)).toEqual([
      "DynamicResourceAllocation: cannot set feature gate DynamicResourceAllocation to false: it is stable in Kubernetes 1.37 and locked to true; it can be set in 1.26 to 1.34",
    ]);
  });

  it("refuses a gate that is on without what it needs, from the version on that looks", () => {
    const both = { DRAPartitionableDevices: true, DRAConsumableCapacity: false };
    expect(messages({ ...both, DRAFractionalCapacityRange: true }, 37)).toEqual([
      "DRAFractionalCapacityRange: Kubernetes 1.37 does not start: DRAFractionalCapacityRange is on and needs DRAConsumableCapacity, which is off: set DRAConsumableCapacity to true, too",
    ]);
    expect(messages({ NodeDeclaredFeatures: false }, 36)).toContain(
      "NodeDeclaredFeatures: Kubernetes 1.36 does not start: InPlacePodLevelResourcesVerticalScaling is on and needs NodeDeclaredFeatures, which is off: set InPlacePodLevelResourcesVerticalScaling to false, too",
    );
    expect(messages({ DynamicResourceAllocation: false, DRAConsumableCapacity: true }, 34)).toEqual(
      [],
    );
  });
});

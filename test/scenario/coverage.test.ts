import { describe, expect, test } from "vitest";
import { CoverageReport } from "../../src/scenario/coverage.js";

const storageClass = (name: string, volumeBindingMode: string) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner: "csi.example.com",
  volumeBindingMode,
});

const claim = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name },
  spec,
});

function reported(...manifests: readonly object[]): readonly string[] {
  const report = new CoverageReport();
  for (const manifest of manifests) report.add(manifest as never);
  expect(report.entries()).toEqual(report.entries());
  return report.entries().flatMap(({ effect, objects }) => objects.map((o) => `${effect} ${o}`));
}

describe("claims that are not modelled", () => {
  test("are those that nobody binds: unbound, and not of a class that waits", () => {
    expect(
      reported(
        claim("waits", { storageClassName: "late" }),
        claim("bound", { storageClassName: "now", volumeName: "v" }),
        claim("never", { storageClassName: "now" }),
        claim("classless", {}),
        storageClass("late", "WaitForFirstConsumer"),
        storageClass("now", "Immediate"),
      ),
    ).toEqual([
      "placement PersistentVolumeClaim default/never",
      "placement PersistentVolumeClaim default/classless",
    ]);
  });
});

import type { SpecOf } from "../kinds.js";
import { dns1123SubdomainErrors, labelValueErrors } from "../label-validation.js";
import { mustParseQuantity } from "../quantity.js";
import type { FieldIssues } from "./field-issue.js";
import { validateLabelSelector } from "./metadata.js";
import { validateNodeSelector } from "./placement.js";

const ACCESS_MODES = [
  "ReadWriteOnce",
  "ReadOnlyMany",
  "ReadWriteMany",
  "ReadWriteOncePod",
] as const;

function validateAccessModes(modes: readonly string[], path: string, issues: FieldIssues): void {
  if (modes.length === 0) issues.required(path);
  modes.forEach((mode, i) => {
    issues.oneOf(`${path}[${i}]`, mode, ACCESS_MODES);
  });
}

const VOLUME_MODES = ["Block", "Filesystem"] as const;

/** Where the data of a PersistentVolume can be. */
export const VOLUME_SOURCES: readonly string[] = [
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "csi",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "glusterfs",
  "hostPath",
  "iscsi",
  "local",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
];

export function validateVolume(spec: SpecOf["PersistentVolume"], issues: FieldIssues): void {
  validateAccessModes(spec.accessModes ?? [], "spec.accessModes", issues);
  if (!spec.capacity?.storage) issues.required("spec.capacity[storage]");
  else if (mustParseQuantity(spec.capacity.storage).sign <= 0) {
    issues.invalid("spec.capacity[storage]", spec.capacity.storage, "must be greater than zero");
  }
  const sources = Object.entries(spec).filter(
    ([field, value]) => VOLUME_SOURCES.includes(field) && value != null,
  );
  if (sources.length === 0) issues.required("spec", "must specify a volume type");
  for (const [source] of sources.slice(1)) {
    issues.forbidden(`spec.${source}`, "may not specify more than 1 volume type");
  }
  if (spec.csi && !spec.csi.driver) issues.required("spec.csi.driver");
  if (spec.csi && !spec.csi.volumeHandle) issues.required("spec.csi.volumeHandle");
  if (spec.volumeMode != null) issues.oneOf("spec.volumeMode", spec.volumeMode, VOLUME_MODES);
  const required = spec.nodeAffinity?.required;
  if (required) validateNodeSelector(required, "spec.nodeAffinity.required", issues);
  else if (spec.local) issues.required("spec.nodeAffinity", "local volume requires node affinity");
  const policies = ["Delete", "Recycle", "Retain"];
  if (spec.persistentVolumeReclaimPolicy != null) {
    const path = "spec.persistentVolumeReclaimPolicy";
    issues.oneOf(path, spec.persistentVolumeReclaimPolicy, policies);
  }
}

export function validateClaim(
  spec: SpecOf["PersistentVolumeClaim"],
  path: string,
  issues: FieldIssues,
): void {
  validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`, issues);
  const storage = spec.resources?.requests?.storage;
  // The API server's path is `resources[storage]`: there is no such place in the object.
  const at = `${path}.resources.requests[storage]`;
  if (!storage) issues.required(at);
  else if (mustParseQuantity(storage).sign <= 0) {
    issues.invalid(at, storage, "must be greater than zero");
  }
  if (spec.volumeMode != null) issues.oneOf(`${path}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  if (spec.selector) validateLabelSelector(spec.selector, `${path}.selector`, issues);
  if (spec.storageClassName) {
    const reasons = dns1123SubdomainErrors(spec.storageClassName);
    issues.invalidFor(`${path}.storageClassName`, spec.storageClassName, reasons);
  }
}

export function validateStorageClass(spec: SpecOf["StorageClass"], issues: FieldIssues): void {
  if (!spec.provisioner) issues.required("provisioner");
  if (spec.reclaimPolicy != null) {
    issues.oneOf("reclaimPolicy", spec.reclaimPolicy, ["Delete", "Retain"]);
  }
  const modes = ["Immediate", "WaitForFirstConsumer"];
  issues.oneOf("volumeBindingMode", spec.volumeBindingMode, modes);
  (spec.allowedTopologies ?? []).forEach((term, i) => {
    (term.matchLabelExpressions ?? []).forEach((expression, j) => {
      const at = `allowedTopologies[${i}].matchLabelExpressions[${j}]`;
      const path = `${at}.values`;
      if (!expression.key) issues.required(`${at}.key`);
      if ((expression.values ?? []).length === 0) issues.required(path);
      for (const value of expression.values ?? []) {
        issues.invalidFor(path, value, labelValueErrors(value));
      }
    });
  });
}

export function validateCsiNode(spec: SpecOf["CSINode"], issues: FieldIssues): void {
  (spec.drivers ?? []).forEach(({ name }, i) => {
    if (!name) issues.required(`spec.drivers[${i}].name`);
  });
}

export function validateAttachment(
  { attacher, nodeName, source }: SpecOf["VolumeAttachment"],
  issues: FieldIssues,
): void {
  if (!attacher) issues.required("spec.attacher");
  if (!nodeName) issues.required("spec.nodeName");
  const { persistentVolumeName, inlineVolumeSpec } = source ?? {};
  if (!persistentVolumeName && !inlineVolumeSpec) {
    const detail = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    issues.required("spec.source", detail);
  }
}

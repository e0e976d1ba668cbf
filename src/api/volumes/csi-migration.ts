import type { Volume } from "../kubernetes.js";
import type { ObjectVersion } from "../object-version.js";

type CsiNode = ObjectVersion<"CSINode">;

const MIGRATED_PLUGINS = "storage.alpha.kubernetes.io/migrated-plugins";

/** In-tree volume plugins that a CSI driver stands for once a node says so. KEP-625. */
const CSI_DRIVER_OF: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
]);

/** An in-tree source of a pod's volume or of a PersistentVolume. */
export interface InTreeVolume {
  /** Name of the in-tree plugin. */
  readonly plugin: string;
  readonly id: string;
}

type InTreeSources = Pick<
  Volume,
  "awsElasticBlockStore" | "gcePersistentDisk" | "azureDisk" | "cinder"
>;

export function inTreeVolume(source: InTreeSources): InTreeVolume | null {
  if (source.awsElasticBlockStore !== undefined) {
    return { plugin: "kubernetes.io/aws-ebs", id: source.awsElasticBlockStore.volumeID };
  }
  if (source.gcePersistentDisk !== undefined) {
    return { plugin: "kubernetes.io/gce-pd", id: source.gcePersistentDisk.pdName };
  }
  if (source.azureDisk !== undefined) {
    return { plugin: "kubernetes.io/azure-disk", id: source.azureDisk.diskName };
  }
  if (source.cinder !== undefined) {
    return { plugin: "kubernetes.io/cinder", id: source.cinder.volumeID };
  }
  return null;
}

/** The source of a volume that an in-tree provisioner has made; null for one of a CSI driver. */
export function inTreeSource(provisioner: string, id: string): InTreeSources | null {
  switch (provisioner) {
    case "kubernetes.io/aws-ebs":
      return { awsElasticBlockStore: { volumeID: id } };
    case "kubernetes.io/gce-pd":
      return { gcePersistentDisk: { pdName: id } };
    case "kubernetes.io/azure-disk":
      return { azureDisk: { diskName: id, diskURI: id } };
    case "kubernetes.io/cinder":
      return { cinder: { volumeID: id } };
    default:
      return null;
  }
}

/** The CSI driver that stands for an in-tree plugin; undefined if there is none. */
export function csiDriverOf(plugin: string): string | undefined {
  return CSI_DRIVER_OF.get(plugin);
}

/** The in-tree plugins that the node has handed over, as it states them. */
export function migratedPlugins(csiNode: CsiNode | undefined): string {
  return csiNode?.annotations[MIGRATED_PLUGINS] ?? "";
}

/**
 * True if the node's volumes of the in-tree plugin are its CSI driver's: because the node has handed the
 * plugin over, or because it is one of `always`, which every node with a CSINode has.
 */
export function isMigrated(
  plugin: string,
  csiNode: CsiNode | undefined,
  always: ReadonlySet<string>,
): boolean {
  if (csiNode !== undefined && always.has(plugin)) return true;
  return migratedPlugins(csiNode).split(",").includes(plugin);
}

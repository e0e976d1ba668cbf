import type { Features } from "../../../api/features.js";

/** The in-tree volume plugins that are their CSI drivers' on every node with a CSINode. */
export function alwaysMigrated(features: Features): ReadonlySet<string> {
  const plugins = new Set<string>();
  if (features.CinderVolumesMigrated) plugins.add("kubernetes.io/cinder");
  if (features.EbsAndAzureVolumesMigrated) {
    plugins.add("kubernetes.io/aws-ebs");
    plugins.add("kubernetes.io/azure-disk");
  }
  if (features.GceVolumesMigrated) plugins.add("kubernetes.io/gce-pd");
  return plugins;
}

import { z } from "zod";
import type { VolumeOperation } from "../../api/volumes/volume-times.js";
import type { StorageEntry } from "../../workload/storage/storage-times.js";
import { DEFAULTS } from "../defaults.js";
import { formatDuration } from "../units.js";
import { durationDistribution } from "./distribution.js";
import { described } from "./leaf.js";
import { text } from "./scalars.js";

const MEANINGS: Readonly<Record<VolumeOperation, string>> = {
  provision: "From when a provisioner begins with a claim until its volume is there.",
  attach: "What the storage system takes to attach a volume to a node.",
  detach: "The same to detach it.",
  mount: "What a node takes to mount a volume, once it is attached, for a pod.",
  unmount: "The same to unmount it, when the pod's containers have ended.",
  expand: "What the storage system takes to make a volume larger.",
  resizeFileSystem: "What a node then takes to make its file system as large.",
};

const time = (operation: VolumeOperation) =>
  described(durationDistribution.optional(), MEANINGS[operation], {
    default: formatDuration(DEFAULTS.storageMicros[operation]),
    source: "assumed",
  });

const times = {
  provision: time("provision"),
  attach: time("attach"),
  detach: time("detach"),
  mount: time("mount"),
  unmount: time("unmount"),
  expand: time("expand"),
  resizeFileSystem: time("resizeFileSystem"),
} as const;

const match = z.strictObject({
  storageClass: described(text.optional(), "Name of the volume's StorageClass."),
  driver: described(text.optional(), "Name of its CSI driver."),
});

export const storage = z
  .strictObject({
    match: described(match.optional(), "What the entry applies to; without it, every volume."),
    ...times,
  })
  .transform(({ match: of, ...given }): StorageEntry => {
    const said = Object.entries(given).filter(([, spec]) => spec !== undefined);
    return {
      match: { storageClass: of?.storageClass ?? null, driver: of?.driver ?? null },
      times: Object.fromEntries(said),
    };
  });

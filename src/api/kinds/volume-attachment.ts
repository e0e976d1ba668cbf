import type { VolumeAttachmentSpec, VolumeAttachmentStatus } from "../schemas/types.js";
import { immutable } from "../validation/immutable.js";
import { validateAttachment } from "../validation/storage.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const VOLUME_ATTACHMENT: KindDescriptor<VolumeAttachmentSpec, VolumeAttachmentStatus> = {
  ...named("storage.k8s.io/v1", "volumeattachments", "Cluster", "spec,status"),
  formerVersions: { "storage.k8s.io/v1beta1": null },
  validate: (spec, { issues }) => validateAttachment(spec, issues),
  validateChange: immutable("attacher", "nodeName", "source"),
  onCreate: (attachment) => ({
    ...attachment,
    status: { ...attachment.status, attached: attachment.status?.attached ?? false },
  }),
  fields: modelled("attacher", "nodeName", "source"),
};

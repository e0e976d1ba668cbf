import type { ObjectVersion } from "../../../api/object-version.js";

export type NodeClaim = ObjectVersion<"NodeClaim">;

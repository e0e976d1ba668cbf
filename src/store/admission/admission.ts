import type { NewObject, NewPod } from "../../api/new-object.js";
import type { ObjectStore } from "../object-store.js";
import type { Refusal } from "../outcome.js";

/** What an admission plugin makes of an object that is created: another one, or a refusal. */
export type Admitted<T extends NewObject = NewObject> = T | Refusal;

/** An admission plugin for pods; it may read the store, never write. */
export interface PodAdmission {
  readonly name: string;
  admit(pod: NewPod, store: ObjectStore): Admitted<NewPod>;
}

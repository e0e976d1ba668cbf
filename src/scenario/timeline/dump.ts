import type { Operation } from "../../workload/timeline/operation.js";
import { leaf } from "../schema/leaf.js";
import type { Parsed } from "../units.js";
import { timelineOperation } from "./timeline-operation.js";

/** Writes all objects as they are into a file of that name beside the results. */
interface Dump {
  readonly type: "dump";
  readonly file: string;
}

/** Files of a run's results. */
const RESULTS = ["run.json", "timing.json"];

export const dump = timelineOperation({
  name: "dump",
  meaning:
    "Writes all objects as they are, as `kubectl get -A -o yaml` prints them, into a file beside the results.",
  schema: leaf({ type: "string" }, (raw): Parsed<string> => {
    const isName = typeof raw === "string" && /^[A-Za-z0-9][\w.-]*\.(?:ya?ml|json)$/.test(raw);
    if (!isName)
      return { problem: "expected the name of a file such as state.yaml, with no folder" };
    return RESULTS.includes(raw) ? { problem: `${raw} is a file of the results` } : { value: raw };
  }),
  read: (file): Parsed<Dump> => ({ value: { type: "dump", file } }),
  cannotRepeat: "a dump does not repeat: each would take the place of the one before",
  issues: ({ operation, path, index, steps }, names) => {
    const first = steps.findIndex((one) => isDump(one) && one.file === operation.file);
    const message = `spec.timeline[${first}] writes a file of that name already`;
    return first === index ? [] : [names.issue(path, message)];
  },
  runner: (context) => ({
    take: ({ file }) => {
      context.dump(file);
      return { about: file, done: "written" };
    },
  }),
});

function isDump(operation: Operation): operation is Dump {
  return operation.type === "dump";
}

import type { PostFilterPlugin, PostFilterResult } from "./interfaces.js";
import { isRejected, Status } from "./status.js";

/** The first plugin that does not reject ends it; of rejections all are told. Null without any plugin. */
export function runPostFilters(
  plugins: readonly PostFilterPlugin[],
  ask: (plugin: PostFilterPlugin) => PostFilterResult,
): PostFilterResult | null {
  let merged: PostFilterResult | null = null;
  for (const plugin of plugins) {
    const result = ask(plugin);
    if (!isRejected(result.status)) return withClaimWrite(result, merged);
    merged = merged === null ? result : mergeRejections(merged, result);
  }
  return merged;
}

/** What an earlier plugin wants written stands, whatever a later one says. */
function withClaimWrite(result: PostFilterResult, before: PostFilterResult | null) {
  const claimWrite = before?.claimWrite;
  return claimWrite === undefined ? result : { ...result, claimWrite };
}

function mergeRejections(a: PostFilterResult, b: PostFilterResult): PostFilterResult {
  const last = b.nominatedNodeName === null ? a : b;
  const worse = a.status.code === "UnschedulableAndUnresolvable" ? a.status.code : b.status.code;
  const claimWrite = a.claimWrite ?? b.claimWrite;
  return {
    ...last,
    ...(claimWrite === undefined ? {} : { claimWrite }),
    status: new Status(worse, [...a.status.reasons, ...b.status.reasons], last.status.plugin),
    candidates: [...a.candidates, ...b.candidates],
  };
}

import type { DrawBlock } from "../../kernel/draw-block.js";
import type { RandomStreams } from "../../kernel/random-streams.js";

/** The draws of a source of requests, each by the number of the request and the path of the visit. */
export interface SourceDraws {
  readonly route: DrawBlock;
  readonly cpu: DrawBlock;
  readonly delay: DrawBlock;
  readonly outcome: DrawBlock;
  readonly timeout: DrawBlock;
  readonly backoff: DrawBlock;
}

export function sourceDraws(streams: RandomStreams, name: string): SourceDraws {
  const block = (of: string): DrawBlock => streams.block(`${name}/${of}`);
  return {
    route: block("route"),
    cpu: block("cpu"),
    delay: block("delay"),
    outcome: block("outcome"),
    timeout: block("timeout"),
    backoff: block("backoff"),
  };
}

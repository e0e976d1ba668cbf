import { MICROS_PER_MILLI, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** Source: upstream's CSI attacher, `waitForVolumeAttachmentWithLister`; without its jitter of 10 %. */
const FIRST_MICROS = 500 * MICROS_PER_MILLI;
const LONGEST_MICROS = 7 * MICROS_PER_SECOND;
const FACTOR = 1.05;

/** The first look at or after `atMicros` of somebody who looks since `sinceMicros`, ever more seldom. */
export function nextPoll(sinceMicros: TimeMicros, atMicros: TimeMicros): TimeMicros {
  let gap = FIRST_MICROS;
  let poll = sinceMicros;
  while (poll < atMicros) {
    poll += Math.round(gap);
    gap = Math.min(gap * FACTOR, LONGEST_MICROS);
  }
  return poll;
}

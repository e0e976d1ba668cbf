import {
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MILLI,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from "../../base/time.js";

/** What one of a unit is, in microseconds. */
export const TIME_UNITS = {
  s: MICROS_PER_SECOND,
  ms: MICROS_PER_MILLI,
  us: 1,
  min: MICROS_PER_MINUTE,
  h: MICROS_PER_HOUR,
  d: MICROS_PER_DAY,
};

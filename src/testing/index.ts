/** Checks for plugins of one's own: `import { assertPlugin } from "seatrial/testing"`. */
export { assertPlugin, type CheckOptions, checkPlugin, type PluginCheck } from "./check-plugin.js";

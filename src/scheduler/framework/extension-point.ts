/** Extension points as a configuration names them, in the order of upstream's `getExtensionPoints`. */
export const EXTENSION_POINTS = [
  "preFilter",
  "filter",
  "postFilter",
  "reserve",
  "preScore",
  "score",
  "preBind",
  "bind",
  "postBind",
  "permit",
  "preEnqueue",
  "queueSort",
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

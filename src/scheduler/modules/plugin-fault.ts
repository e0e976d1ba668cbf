/** A plugin of one's own threw, or returned what it must not: wrong input, told with the pod and the time. */
export class PluginFault extends Error {
  override readonly name = "PluginFault";

  constructor(
    /** The module's file. */
    readonly module: string,
    /** What did what, and what would be right; without the time. */
    message: string,
  ) {
    super(message);
  }
}

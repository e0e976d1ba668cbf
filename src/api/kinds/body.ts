/** What stands beside `apiVersion`, `kind`, `metadata` and `status` in an object without `spec`. */
export type Body<T> = Omit<T, "apiVersion" | "kind" | "metadata" | "status">;

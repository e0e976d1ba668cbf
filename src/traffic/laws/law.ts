/** A distribution by its quantile function, from one uniform in (0, 1). */
export interface Law {
  quantile(u: number): number;
  readonly mean: number;
}

/** What of a HorizontalPodAutoscaler differs between versions. */
export interface AutoscalerOptions {
  /** Whether minReplicas may be 0; absent: no. Upstream's gate HPAScaleToZero. */
  readonly scalesToZero?: boolean;
  /** Whether the target's API version must name a group; absent: no. Source: validation.go (v1.34). */
  readonly namesTargetGroup?: boolean;
}

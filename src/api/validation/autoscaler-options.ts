/** What of autoscalers differs between versions, or with feature gates. */
export interface AutoscalerOptions {
  /** Whether minReplicas may be 0; absent: no. Upstream's gate HPAScaleToZero. */
  readonly scalesToZero?: boolean;
  /** Whether the target's API version must name a group; absent: no. Source: validation.go (v1.34). */
  readonly namesTargetGroup?: boolean;
  /** Gates of the Vertical Pod Autoscaler; absent: off. */
  readonly verticalPodAutoscaler?: {
    readonly inPlace?: boolean;
    readonly perVpaConfig?: boolean;
  };
}

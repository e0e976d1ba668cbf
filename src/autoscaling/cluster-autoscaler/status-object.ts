/** Of whose Events those are that belong to no pod or node. Source: cluster-autoscaler, `LogEventRecorder`. */
export const STATUS = {
  kind: "ConfigMap",
  namespace: "kube-system",
  name: "cluster-autoscaler-status",
} as const;

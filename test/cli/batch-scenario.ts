/** A scenario that is over soon and that seeds change: pods of a Poisson process on three nodes. */
export function batchScenario(name: string, duration = "20m"): string {
  return `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  duration: ${duration}
  cluster: { nodePools: [{ name: n, nodes: 3, capacity: { cpu: "4", memory: 16Gi } }] }
  generators:
    - name: batch
      arrivals: { poisson: { rate: 3/min } }
      template: { kind: Pod, spec: { restartPolicy: Never, containers: [{ name: main, image: batch, resources: { requests: { cpu: "1" } } }] } }
      vary: { run: { exponential: { mean: 3m } } }
`;
}

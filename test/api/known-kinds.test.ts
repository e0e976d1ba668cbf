import { describe, expect, it } from "vitest";
import { kindSlip } from "../../src/api/known-kinds.js";

describe("an object of one of Kubernetes' own kinds but for a slip is told which is meant", () => {
  it.each([
    ["app/v1", "Deployment", "apiVersion", "apps/v1 with kind Deployment"],
    ["v1", "Deployment", "apiVersion", "apps/v1 with kind Deployment"],
    ["apps/v2", "Deployment", "apiVersion", "apps/v1 with kind Deployment"],
    ["apps/V1", "StatefulSet", "apiVersion", "apps/v1 with kind StatefulSet"],
    ["Apps/v1", "DaemonSet", "apiVersion", "apps/v1 with kind DaemonSet"],
    ["apps", "Deployment", "apiVersion", "apps/v1 with kind Deployment"],
    ["apps/v1", "Pod", "apiVersion", "v1 with kind Pod"],
    ["v2", "Node", "apiVersion", "v1 with kind Node"],
    ["V1", "Service", "apiVersion", "v1 with kind Service"],
    ["core/v1", "Pod", "apiVersion", "v1 with kind Pod"],
    ["batch/v1beta2", "CronJob", "apiVersion", "batch/v1 with kind CronJob"],
    ["extensions/v1", "Ingress", "apiVersion", "networking.k8s.io/v1 with kind Ingress"],
    ["networking.k8s.io/v2", "NetworkPolicy", "apiVersion", "networking.k8s.io/v1"],
    ["schedulling.k8s.io/v1", "PriorityClass", "apiVersion", "scheduling.k8s.io/v1"],
    ["apps.k8s.io/v1", "Deployment", "apiVersion", "apps/v1 with kind Deployment"],
    ["v1", "Role", "apiVersion", "rbac.authorization.k8s.io/v1 with kind Role"],
    ["apps/v1", "deployment", "kind", "apps/v1 with kind Deployment"],
    ["apps/v1", "Daemonset", "kind", "apps/v1 with kind DaemonSet"],
    ["v1", "pod", "kind", "v1 with kind Pod"],
    ["v1", "Configmap", "kind", "v1 with kind ConfigMap"],
    ["apps/v1", "Deploymnt", "kind", "apps/v1 with kind Deployment"],
    ["app/v1", "deployment", "kind", "apps/v1 with kind Deployment"],
    ["policy/v1", "PodDisruptionBudgets", "kind", "policy/v1 with kind PodDisruptionBudget"],
  ])("%s %s", (apiVersion, kind, field, meant) => {
    const slip = kindSlip(apiVersion, kind);
    expect(slip?.field).toBe(field);
    expect(slip?.message).toContain(`there is no kind ${kind} in ${apiVersion}: did you mean`);
    expect(slip?.message).toContain(meant);
  });

  it.each([
    ["a kind that is kept", "apps/v1", "Deployment"],
    ["its former version", "extensions/v1beta1", "Deployment"],
    ["one that is not kept", "v1", "ConfigMap"],
    ["a former version of one that is not kept", "networking.k8s.io/v1beta1", "Ingress"],
    ["one of a group that is gone", "extensions/v1beta1", "Ingress"],
    ["a second group of its name", "events.k8s.io/v1", "Event"],
    ["a custom resource called like a kind", "serving.knative.dev/v1", "Service"],
    ["another one", "batch.volcano.sh/v1alpha1", "Job"],
    ["one in lower case", "example.com/v1", "deployment"],
    ["one of a group of the project", "scheduling.sigs.k8s.io/v1alpha1", "PodGroup"],
    ["one of an experimental group", "scheduling.x-k8s.io/v1alpha1", "PodGroup"],
    ["a custom resource", "argoproj.io/v1alpha1", "Rollout"],
    ["a kind that newer versions may have", "v1", "Gizmo"],
    ["a kind called like what every object has", "v1", "toString"],
  ])("%s is no slip", (_, apiVersion, kind) => {
    expect(kindSlip(apiVersion, kind)).toBeNull();
  });
});

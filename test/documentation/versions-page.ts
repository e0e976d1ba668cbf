import { readFileSync } from "node:fs";
import ts from "typescript";
import { GATES, type GateName, NEWEST_MINOR, OLDEST_MINOR } from "../../src/api/features.js";
import { VERIFIED } from "../../src/experiment/verification.js";

const TABLE = "src/api/features.ts";

/** What upstream's own gates are about; those that are ours say it in a comment in the table. */
const UPSTREAM_GATES: Partial<Record<GateName, string>> = {
  MinDomainsInPodTopologySpread: "A spread constraint may ask for a least number of domains.",
  NodeInclusionPolicyInPodTopologySpread:
    "A spread constraint says whether node affinity and taints decide which nodes count.",
  MatchLabelKeysInPodTopologySpread:
    "The pod's own values of some labels join a spread constraint's selector.",
  MatchLabelKeysInPodAffinity:
    "The pod's own values of some labels join the selector of an affinity term.",
  ReadWriteOncePod: "A claim may be used by one pod only.",
  PodSchedulingReadiness: "Scheduling gates hold a pod out of the queue.",
  PodLevelResources: "A pod as a whole may have requests and limits.",
  VolumeCapacityPriority: "Free capacity of volumes counts in the score.",
  TaintTolerationComparisonOperators: "Tolerations may compare with Gt and Lt.",
  SchedulerQueueingHints:
    "Plugins say for each event whether it may help a pod; events during an attempt are not lost.",
  SchedulerPopFromBackoffQ: "A pod that backs off is taken when nothing else waits.",
  SchedulerAsyncPreemption:
    "Victims of preemption are deleted beside the next scheduling cycles, and the preemptor is held back meanwhile.",
  InPlacePodVerticalScaling: "A pod that shrinks on its node may help one that waits for room.",
  InPlacePodLevelResourcesVerticalScaling: "What a pod as a whole has may be changed in place.",
  DynamicResourceAllocation: "Pods may claim devices.",
  DRAAdminAccess: "A claim may watch devices that others use.",
  DRAPrioritizedList: "A claim may name several kinds of device, the best first.",
  DRAPartitionableDevices: "Devices may be parts of one whole, which counters divide.",
  DRADeviceTaints: "Devices may have taints, which claims may tolerate.",
  DRADeviceBindingConditions: "A pod may wait for its device to be attached before it is bound.",
  DRAConsumableCapacity: "Several claims may share one device, each with a part of its capacity.",
  DRAFractionalCapacityRange: "A part of a capacity may be any multiple of a fraction.",
  DRASchedulerFilterTimeout: "The scheduler's configuration may bound the search for devices.",
  DRAResourceClaimDeviceStatus: "Drivers say in a claim how its devices are.",
  DRAExtendedResource: "Devices may serve what a pod asks for as an extended resource.",
  DRAListTypeAttributes: "An attribute of a device may be a list.",
  ContainerRestartRules: "A container may have a restartPolicy of its own, and rules by exit code.",
  RelaxedServiceNameValidation: "An Ingress may lead to a Service whose name begins with a digit.",
  RestartAllContainersOnContainerExits:
    "A rule of a container may restart all of its pod; sidecars may have rules.",
  NodeDeclaredFeatures: "A pod that needs a feature of the kubelet goes to nodes that declare it.",
  OpportunisticBatching: "A pod like the one before takes the next best node of its scores.",
  StorageCapacityScoring: "The use of volumes, or of what drivers have left, counts in the score.",
  VolumeLimitScaling: "A CSI driver may keep pods off nodes that do not have it.",
  MaxUnavailableStatefulSet:
    "An update of a StatefulSet may make several pods unavailable at once.",
  StatefulSetAutoDeletePVC: "Claims of a StatefulSet may go with their pods, or with the set.",
  StatefulSetStartOrdinal: "The ordinals of a StatefulSet may begin above 0.",
  PodIndexLabel:
    "Pods of a StatefulSet have a label with their ordinal, those of an Indexed Job with their index.",
  StaleControllerConsistencyStatefulSet:
    "The StatefulSet controller waits until it has seen what it wrote.",
  StaleControllerConsistencyDaemonSet:
    "The DaemonSet controller waits until it has seen what it wrote.",
  RecoverVolumeExpansionFailure:
    "A claim that could not be made larger may ask for less again, but for more than it has.",
  PodReadyToStartContainersCondition: "Kubelets say when a pod's sandbox is ready.",
  OrderedNamespaceDeletion:
    "The pods of a namespace that is deleted go before everything else that it has.",
  PodDisruptionConditions: "Victims of preemption get the condition DisruptionTarget.",
};

/** The comments that stand above the properties of `GATES`, by property. */
function commentsOfGates(): ReadonlyMap<string, string> {
  const text = readFileSync(TABLE, "utf8");
  const source = ts.createSourceFile(TABLE, text, ts.ScriptTarget.Latest, true);
  const comments = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node)) {
      const [comment] = ts.getJSDocCommentsAndTags(node);
      const said = comment === undefined ? undefined : ts.getTextOfJSDocComment(comment.comment);
      if (said !== undefined) comments.set(node.name.getText(), said.replace(/\s+/g, " "));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return comments;
}

function versionsText(from: number | null, to: number | undefined): string {
  if (from === null) return "none";
  if (to === undefined) return from <= OLDEST_MINOR ? "all" : `1.${from} and later`;
  return from <= OLDEST_MINOR ? `up to 1.${to}` : `1.${from} to 1.${to}`;
}

/** `docs/model/versions.md`: every gate of the table with its versions and its source. */
export function versionsPage(): string {
  const comments = commentsOfGates();
  const gates: readonly (readonly [
    string,
    { readonly from: number | null; readonly to?: number; readonly source: string },
  ])[] = Object.entries(GATES);
  const rows = gates.map(([name, { from, to, source }]) => {
    const what = UPSTREAM_GATES[name as GateName] ?? comments.get(name);
    if (what === undefined) throw new Error(`${TABLE} does not say what ${name} is`);
    return `| \`${name}\` | ${versionsText(from, to)} | ${what} | ${source.replaceAll("|", "\\|")} |`;
  });
  const verified = Object.entries(VERIFIED).map(
    ([version, { decisions, equal, recordings }]) =>
      `- ${version}: ${equal.toLocaleString("en")} of ${decisions.toLocaleString("en")} recorded decisions of ${recordings} are the same.`,
  );
  return `${INTRODUCTION}
${verified.join("\n")}

Every other version says \`unverified\` in the table that a run prints and in \`run.json\`, and how many gates of the table below lie between it and
the nearest of these; so does a run that sets feature gates. A run with a plugin that no recorded profile has says so.

## Differences

Names are upstream's where upstream has a feature gate; the others are changes or defects of single releases, and their names are ours.

| gate | on in | what | source |
| --- | --- | --- | --- |
${rows.join("\n")}

${ELSEWHERE}`;
}

const INTRODUCTION = `# Kubernetes versions

This page is generated from the table in \`${TABLE}\` (\`npm run schema\`).

\`spec.kubernetesVersion\` chooses whose behaviour is followed, from 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}, where versions differ.
What was compared with recordings:
`;

const ELSEWHERE = `## Differences elsewhere

- The KubeSchedulerConfiguration (\`src/scheduler/framework/configuration\`) is read as \`v1beta2\` up to 1.27, as \`v1beta3\` up to 1.28, and
  as \`v1\` from 1.25 on. A profile has \`percentageOfNodesToScore\` in \`v1\` from 1.26 on (kubernetes/kubernetes pull request 112521),
  \`preEnqueue\` is there from 1.26 on (KEP-3521). InterPodAffinity's \`ignorePreferredTermsOfExistingPods\` is there from 1.27 on
  (pull request 114393). \`requestedToCapacityRatio\` beside another strategy is refused from 1.34 on (pull request 132120).
- Kubelets write a terminal phase before they remove a deleted pod from 1.27 on
  ([kubelets](kubelet.md)).
- The API server drops fields that the version does not have or whose feature gate is off ([what the API server knows](api-fields.md)).
- A claim without a class gets a default class that comes after it from 1.26 on ([volumes](volumes.md), KEP-3333).
- Everything else (the API server, controllers, kubelets) is the same under every version.

## Feature gates

\`spec.featureGates: { Name: true }\` sets upstream's gates for all components at once, as the flag \`--feature-gates\` of each does, and with
its rules (k8s.io/component-base/featuregate):

1. A gate that the version does not have is refused; so is one that is locked to its default and set to the other. \`AllAlpha\` and \`AllBeta\` set
   every gate of their stage that is not named itself.
2. From 1.35 on, a gate that is on while one that it needs is off keeps the components from starting. Before, only what the API server's
   options check is checked.
3. A gate that is set to its default changes nothing. Of the others, those of the table above change behaviour, those of
   [gated fields](api-fields.md) what the API server keeps; any other is reported as not modelled. DynamicResourceAllocation is modelled from 1.32 on: before,
   claims had another form.
4. Recordings are of the defaults: a run with changed gates says \`unverified\`, and which gates it changes.

Which versions have which gates is generated from the sources of one release of each minor version (\`npm run kubernetes-gates -- DIR…\`, the folders of the
Go modules k8s.io/kubernetes, with apiserver, client-go, component-base and controller-manager beside them).

## Known deviations

- A gate that is set by hand changes what the table above and [the fields of the API](api-fields.md) hang on it, and nothing else: an alpha feature is
  simulated as its later form is where that is modelled.
- Patch releases of one minor version are not told apart: \`1.26.4\` is read as \`1.26\`.
- Versions before 1.${OLDEST_MINOR} and after 1.${NEWEST_MINOR} are refused.
`;

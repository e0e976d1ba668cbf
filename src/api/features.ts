/** The Kubernetes versions that the table below covers. */
export const OLDEST_MINOR = 24;
export const NEWEST_MINOR = 37;

interface Gate {
  /** First minor version (1.x) in which it is on by default; null: in none. */
  readonly from: number | null;
  /** Last minor version in which it is on; absent: to the end of the table. */
  readonly to?: number;
  /** Upstream's feature gate that guards it, where its name is ours. */
  readonly gate?: string;
  /** First minor version whose form of what upstream's gate guards is modelled; absent: all. */
  readonly modelledFrom?: number;
  /** Where upstream says so. */
  readonly source: string;
}

/**
 * Every behaviour that differs between Kubernetes versions, by upstream's name where upstream has a
 * feature gate for it. The others are changes or defects of single releases; their names are ours.
 * v1.26, v1.34 and v1.37 were compared with recordings; for the others upstream's sources were read.
 */
export const GATES = {
  // Upstream's feature gates.
  MinDomainsInPodTopologySpread: { from: 27, source: "KEP-3022; beta and on in v1.27" },
  NodeInclusionPolicyInPodTopologySpread: { from: 26, source: "KEP-3094; beta in v1.26" },
  MatchLabelKeysInPodTopologySpread: { from: 27, source: "KEP-3243; beta in v1.27" },
  MatchLabelKeysInPodAffinity: { from: 31, source: "KEP-3633; beta in v1.31" },
  ReadWriteOncePod: { from: 27, source: "KEP-2485; beta in v1.27" },
  PodSchedulingReadiness: { from: 27, source: "KEP-3521; beta in v1.27" },
  PodLevelResources: { from: 34, source: "KEP-2837; beta in v1.34" },
  VolumeCapacityPriority: { from: null, source: "KEP-1845; alpha, off in every version" },
  TaintTolerationComparisonOperators: {
    from: null,
    source: "KEP-5471; alpha from v1.35, off in every version",
  },
  SchedulerQueueingHints: { from: 32, source: "KEP-4247; on from v1.32 (off again in v1.28.5)" },
  SchedulerPopFromBackoffQ: { from: 33, source: "KEP-5142; beta in v1.33" },
  SchedulerAsyncPreemption: { from: 33, source: "KEP-4832; beta in v1.33" },
  InPlacePodVerticalScaling: { from: 33, source: "KEP-1287; beta in v1.33" },
  InPlacePodLevelResourcesVerticalScaling: { from: 36, source: "KEP-5419; beta in v1.36" },
  DynamicResourceAllocation: {
    from: 34,
    modelledFrom: 32,
    source: "KEP-4381; v1 and on in v1.34, structured in a served version from v1.32 on",
  },
  ContainerRestartRules: { from: 35, source: "KEP-5307; beta in v1.35" },
  RestartAllContainersOnContainerExits: { from: 36, source: "KEP-5532; beta in v1.36" },
  RelaxedServiceNameValidation: { from: 36, source: "KEP-5311; beta in v1.36" },
  NodeDeclaredFeatures: { from: 36, source: "KEP-5328; beta in v1.36" },
  OpportunisticBatching: { from: 35, source: "KEP-5598; beta in v1.35" },
  StorageCapacityScoring: { from: 37, source: "KEP-4049; beta in v1.37" },
  VolumeLimitScaling: { from: 37, source: "KEP-5030; beta in v1.37" },
  OrderedNamespaceDeletion: { from: 33, source: "KEP-5080; beta and on in v1.33" },
  RecoverVolumeExpansionFailure: { from: 32, source: "KEP-1790; beta and on in v1.32" },
  PodDisruptionConditions: { from: 26, source: "KEP-3329; beta in v1.26" },
  PodReadyToStartContainersCondition: { from: 29, source: "KEP-3085; beta in v1.29" },
  DRAAdminAccess: { from: 34, source: "KEP-5018; beta in v1.34" },
  DRAPrioritizedList: { from: 34, source: "KEP-4816; beta in v1.34" },
  DRAPartitionableDevices: { from: 36, source: "KEP-4815; beta and on in v1.36" },
  DRADeviceTaints: { from: 36, source: "KEP-5055; beta and on in v1.36" },
  DRADeviceBindingConditions: { from: 36, source: "KEP-5007; beta and on in v1.36" },
  DRAConsumableCapacity: { from: 36, source: "KEP-5075; beta and on in v1.36" },
  DRAFractionalCapacityRange: {
    from: null,
    source: "kube_features.go; beta in v1.37, off while a cluster can go back to v1.36",
  },
  DRASchedulerFilterTimeout: { from: 34, source: "KEP-4381; beta in v1.34" },
  DRAResourceClaimDeviceStatus: { from: 33, source: "KEP-4817; beta in v1.33" },
  DRAExtendedResource: { from: 36, source: "KEP-5004; beta and on in v1.36" },
  DRAListTypeAttributes: { from: null, source: "kube_features.go; alpha in v1.36 and v1.37" },
  /** ReplicaSets and Deployments tell in their status how many of their pods are on their way out. */
  DeploymentReplicaSetTerminatingReplicas: {
    from: 35,
    source: "KEP-3973; beta and on in v1.35",
  },
  MaxUnavailableStatefulSet: { from: 37, source: "KEP-961; beta, and on in v1.37" },
  StatefulSetAutoDeletePVC: { from: 27, source: "KEP-1847; beta in v1.27" },
  StatefulSetStartOrdinal: { from: 27, source: "KEP-3335; beta in v1.27" },
  PodIndexLabel: { from: 28, source: "KEP-4017; beta in v1.28" },
  StaleControllerConsistencyStatefulSet: { from: 36, source: "KEP-5647; beta in v1.36" },
  StaleControllerConsistencyDaemonSet: { from: 36, source: "KEP-5647; beta in v1.36" },
  /** A HorizontalPodAutoscaler may have minReplicas 0, and wakes its target again. */
  HPAScaleToZero: { from: 37, source: "KEP-2021; beta and on in v1.37" },
  /** The rules of a HorizontalPodAutoscaler may have a tolerance of their own. */
  HPAConfigurableTolerance: { from: 35, source: "KEP-4951; beta in v1.35" },
  /** A HorizontalPodAutoscaler is looked at when its spec changes; its status tells which it has seen. */
  HPAGeneration: { from: 37, source: "kube_features.go; beta in v1.37" },
  // Changes without a gate.
  /**
   * A StatefulSet of the policy Parallel makes and deletes its pods in batches that double, and every
   * StatefulSet makes what claims a pending pod lacks; its status counts no pod that it has not seen.
   */
  StatefulSetBatches: {
    from: 27,
    source: "stateful_set_control.go runForAll, createMissingPersistentVolumeClaims (v1.27)",
  },
  /** A StatefulSet makes pods anew that ended well, as it does those that failed. */
  StatefulSetRestartsSucceeded: {
    from: 27,
    source: "stateful_set_control.go processReplica (v1.27)",
  },
  /** A StatefulSet waits until a pod that has ended is gone; before, it asked for the next at once. */
  StatefulSetWaitsForEnded: {
    from: 28,
    source: "stateful_set_control.go processReplica (v1.28.15; not yet in v1.28.0)",
  },
  /** A StatefulSet waits for pods that are not available; before, minReadySeconds did not count everywhere. */
  StatefulSetWaitsForAvailable: {
    from: 34,
    source: "stateful_set_control.go isUnavailable (v1.34)",
  },
  /** Events of StatefulSets begin with a capital letter. */
  StatefulSetEventsCapitalised: {
    from: 35,
    source: "stateful_pod_control.go recordPodEvent (v1.35)",
  },
  /** A StatefulSet looks at pods when they become available, and not a second later. */
  StatefulSetChecksAvailabilityInTime: {
    from: 35,
    source: "stateful_set.go FindMinNextPodAvailabilityCheck (v1.35.4)",
  },
  /** The update revision becomes the current one under the strategy OnDelete, too. */
  StatefulSetCompletesEveryUpdate: {
    from: 37,
    source: "stateful_set_utils.go completeUpdate (v1.37)",
  },
  /** A DaemonSet makes pods anew that ended well, as it does those that failed, and counts no pod that ended and is being deleted. */
  DaemonSetRestartsSucceeded: {
    from: 27,
    source: "daemon_controller.go podsShouldBeOnNode (v1.27)",
  },
  /** A DaemonSet that surges leaves the nodes that its new template does not want when it has pods enough elsewhere. */
  DaemonSetSurgeLeavesNodes: { from: 27, source: "daemon/update.go rollingUpdate (v1.27)" },
  /** Old pods of a DaemonSet that are not available count in maxUnavailable. */
  DaemonSetCountsUnavailableOldPods: {
    from: 28,
    source: "daemon/update.go rollingUpdate (v1.28.15)",
  },
  /** A change of a node concerns the DaemonSets that miss a pod there, or have one too many, or misplaced ones. */
  DaemonSetLooksAtNodes: { from: 33, source: "daemon_controller.go syncNodeUpdate (v1.33.5)" },
  /** A rule may say what a failed pod means for its Job. */
  JobPodFailurePolicy: { from: 26, source: "KEP-3329; beta in v1.26" },
  /** A Job may wait for the end of a pod before it replaces it; pods on their way out are counted. */
  JobPodReplacementPolicy: { from: 29, source: "KEP-3939; beta in v1.29" },
  /** A Job may be kept by another controller. */
  JobManagedBy: { from: 32, source: "KEP-4368; beta and on in v1.32" },
  /** A rule may say which indexes are enough; a Job that is complete says why. */
  JobSuccessPolicy: { from: 31, source: "KEP-3998; beta in v1.31" },
  /** Failures of an Indexed Job may count by index. */
  JobBackoffLimitPerIndex: { from: 29, source: "KEP-3850; beta in v1.29" },
  /** A suspended Job has no start time. */
  MutableSchedulingDirectivesForSuspendedJobs: { from: 36, source: "KEP-2926; beta in v1.36" },
  /** A Job is not synced before the watches have shown what was written for it. */
  StaleControllerConsistencyJob: { from: 36, source: "KEP-5647; beta in v1.36" },
  // Changes without a gate.
  /** A Job is said to be finished when its last pod is gone, and announced by an interim condition. */
  JobDelaysTerminalCondition: {
    from: 31,
    source: "kubernetes/kubernetes pull request 125510 (v1.31)",
  },
  /** Pods that run count as active while a Job waits for the back-off of those that failed. */
  JobActiveWhileBackingOff: {
    from: 35,
    source: "job_controller.go manageJob: not in v1.34.4, and in v1.37.2",
  },
  /** A HorizontalPodAutoscaler is looked at when it is new, not a sync period later. */
  HPASyncsAtOnce: { from: 37, source: "horizontal.go enqueueHPA (v1.37)" },
  /** An autoscaler's target is refused without an API group. */
  HPATargetNamesGroup: {
    from: 34,
    source: "autoscaling/validation.go ValidateAPIVersion (v1.34)",
  },
  /** A size that was refused with a conflict is written again over the newest version. */
  HPARetriesConflicts: { from: 34, source: "horizontal.go reconcileAutoscaler (v1.34)" },
  /** The status of an autoscaler whose metrics fail tells of this sync's, and no more of former ones. */
  HPAReportsFailedMetrics: {
    from: 29,
    source: "horizontal.go setCurrentReplicasAndMetricsInStatus (v1.29)",
  },
  /** Whether a target was scaled to zero by its autoscaler is kept in a condition. */
  HPAScaledToZeroCondition: { from: 36, source: "KEP-2021; horizontal.go (v1.36)" },
  /** Memory is reported in binary units. */
  HPABinaryMemory: { from: 34, source: "horizontal.go buildQuantity (v1.34)" },
  /** Requests of sidecars count in a utilization. */
  HPASidecarRequests: { from: 29, source: "replica_calculator.go calculatePodRequests (v1.29)" },
  /** A container that the pods do not have is an error; before, it requested nothing. */
  HPAMissingContainerIsError: {
    from: 35,
    source: "replica_calculator.go calculatePodRequestsFromContainers (v1.35)",
  },
  /** An autoscaler says that its pods might be unready where none has a sample that counts. */
  HPANamesUnreadyPods: { from: 27, source: "replica_calculator.go (v1.27)" },
  /** The error of an Object metric names the metric, then the object. */
  HPAObjectErrorNamesMetricFirst: {
    from: 37,
    source: "replica_calculator.go GetObjectMetricReplicas (v1.37)",
  },
  /** Two autoscalers of one pod are named as examples; before, all of them. */
  HPAAmbiguityOfTwo: { from: 37, source: "hpa_selector_store.go HPAsMatchingPods (v1.37)" },
  /** An error of a device selector names the device and says what would help. */
  SelectorErrorsNameDevice: { from: 37, source: "structured selectorsMatch (v1.37)" },
  /** A node is refused with a reason of its own if a pool of devices is invalid. */
  InvalidPoolsTold: { from: 35, source: "structured ErrFailedAllocationOnNode (v1.35)" },
  /** A pod whose attempt ended with an error backs off; before, it waited for an event as if refused. */
  ErrorsBackOff: { from: 29, source: "kubernetes/kubernetes pull request 119105 (v1.29)" },
  /** After an error the plugins that refused the pod in an earlier attempt still count. */
  ErrorKeepsRejectors: {
    from: OLDEST_MINOR,
    to: 28,
    source: "kubernetes/kubernetes pull request 120334 (v1.29)",
  },
  /** Backoff counts refusals, or errors in a row; before, every attempt. */
  BackoffCountsErrorsApart: {
    from: 34,
    source: "kubernetes/kubernetes pull request 128748 (v1.34)",
  },
  /** A node that is deleted may help pods that wait. */
  NodeDeletionIsAnEvent: { from: 32, source: "kubernetes/kubernetes pull request 127464 (v1.32)" },
  /** Of several changes of a node at once only the first kind is told to the queue. */
  NodeUpdateIsOneEvent: {
    from: OLDEST_MINOR,
    to: 29,
    source: "nodeSchedulingPropertiesChange; kubernetes/kubernetes pull request 121755 (v1.30)",
  },
  /** A change of a node's annotations is told to the queue. */
  NodeAnnotationsAreAnEvent: {
    from: 28,
    source: "kubernetes/kubernetes pull request 118389 (v1.28)",
  },
  /** Plugins that wait for new nodes wait for changes of a node's taints, too, where hints are off. */
  NewNodesAwaitedByTaints: {
    from: 30,
    to: 31,
    source: "kubernetes/kubernetes pull request 122292 (v1.30) and issue 109437",
  },
  /** Pods that PodTopologySpread refused hear of pods that come to a node, where hints are off. */
  SpreadHearsOfAssignedPods: {
    from: 31,
    source: "kubernetes/kubernetes pull request 122627 (v1.31)",
  },
  /** The end of a nomination may help pods of the same or a lower priority. */
  NominationEndIsAnEvent: {
    from: 33,
    source: "eventhandlers.go hasNominatedNodeNameChanged, getLEPriorityPreCheck (v1.33)",
  },
  /** A pod whose backoff ends at this very instant still waits. */
  BackoffEndIsExclusive: { from: 33, source: "backoff_queue.go isPodBackingoff (v1.33)" },
  /** A pod's cpu overhead counts as ceil(cores) millicores in the resource scores. */
  OverheadCpuScoredInCores: {
    from: OLDEST_MINOR,
    to: 26,
    source: "calculatePodResourceRequest took Quantity.Value until the shared pod helpers of v1.27",
  },
  /** Each container's requests are rounded to whole units before they are summed. */
  RequestsRoundedPerContainer: {
    from: OLDEST_MINOR,
    to: 26,
    source: "computePodResourceRequest, before component-helpers/resource.PodRequests of v1.27",
  },
  /** NodeResourcesFit refuses an over-committed node even to a pod that asks for none of a resource. */
  FitRefusesZeroRequestOnOvercommit: {
    from: OLDEST_MINOR,
    to: 26,
    source: "noderesources fitsRequest; kubernetes/kubernetes pull request 116408 (v1.27)",
  },
  /** A node too small for the pod even when empty is refused for good: preemption is of no help. */
  FitUnresolvableBeyondAllocatable: {
    from: 34,
    source: "noderesources Filter; kubernetes/kubernetes pull request 131345 (v1.34)",
  },
  /** A plugin may skip its Score from PreScore; its normalised score is then absent (0). */
  PreScoreSkip: { from: 27, source: "kubernetes/kubernetes pull request 115652 (v1.27)" },
  /** InterPodAffinity's Filter does not run where no required term is concerned. */
  InterPodAffinityPreFilterSkip: { from: 27, source: "interpodaffinity PreFilter returns Skip" },
  /** A spread constraint whose selector is `{}` counts no pods, though it matches all. */
  SpreadEmptySelectorCountsNone: {
    from: 27,
    source: "kubernetes/kubernetes pull request 116607 (v1.27), issue 141339",
  },
  /** A PreFilter rejection counts once a node in the message, not once for the pod. */
  PreFilterReasonCountedByNode: {
    from: OLDEST_MINOR,
    to: 25,
    source: "FitError without PreFilterMsg, before kubernetes/kubernetes pull request 110894",
  },
  /** What PostFilter says when it fails with an error is logged, and left out of the message. */
  PostFilterErrorLeftOut: {
    from: OLDEST_MINOR,
    to: 26,
    source: "schedule_one.go sets Diagnosis.PostFilterMsg whatever the status from v1.27 on",
  },
  /** The message does not end with a period of its own after what PostFilter said. */
  PostFilterWordsWithoutPeriod: { from: 29, source: "FitError.Error (v1.29)" },
  /** A PreFilter that refuses the pod for now does not keep the others from running. */
  PreFilterGoesOnAfterRejection: {
    from: 30,
    source: "kubernetes/kubernetes pull request 119779 (v1.30), issue 119770",
  },
  /** Nodes that several PreFilters leave with none in common refuse the pod for good. */
  NoNodeLeftIsUnresolvable: {
    from: 30,
    source: "kubernetes/kubernetes pull request 119779 (v1.30)",
  },
  /** DynamicResources has its say in PostFilter about pods without claims, too. */
  DynamicResourcesSaysNothingToDeallocate: {
    from: 34,
    to: 36,
    source: "dynamicresources PostFilter (v1.34 to v1.36)",
  },
  /** A preemption that found a node says so in the message. */
  PreemptionSaysWhere: { from: 37, source: "preemption.go Preempt (v1.37)" },
  /**
   * A pod that preempts on the node on which it is nominated already is among those that lose their
   * nomination there, before it gets it again: while it is being scheduled it is in no queue, and counts
   * as one of priority 0.
   */
  PreemptorAmongLowerNominations: {
    from: 37,
    source: "PriorityQueue.nominatedPodToInfo; recorded of v1.37.2, and not of v1.34.4",
  },
  /** A victim is checked against budgets up to the first that it would violate. */
  BudgetsUpToFirstViolated: { from: 37, source: "FilterVictimsWithPDBViolation (v1.37)" },
  /** Victims are listed by importance, whether or not they violate a budget. */
  VictimsSortedAfterReprieve: {
    from: 32,
    source: "kubernetes/kubernetes pull request 128307 (v1.32)",
  },
  /** After a PreFilter rejection preemption still examines every node. */
  PreemptionAfterPreFilterRejection: {
    from: 26,
    to: 28,
    source: "a regression of v1.26, kubernetes/kubernetes pull request 119778",
  },
  /** Nodes that PreFilter left out have no status, so preemption examines them. */
  PreemptionOnNodesLeftOut: {
    from: OLDEST_MINOR,
    to: 29,
    source: "kubernetes/kubernetes pull request 119779 (v1.30)",
  },
  /** Nodes that PreFilter left out are listed among the refused ones, with a reason. */
  NodesLeftOutListed: {
    from: 30,
    to: 30,
    source: "kubernetes/kubernetes pull requests 119779 (v1.30) and 125197 (v1.31)",
  },
  /** Plugins that left nodes out in PreFilter count among those that refused the pod. */
  NarrowingPluginsReject: {
    from: 31,
    source: "kubernetes/kubernetes pull request 122251 (v1.31)",
  },
  /** Nodes that PreFilter left out are counted in the message with the plugins that did so. */
  NodesLeftOutCounted: {
    from: 32,
    source: "FitError counts the reasons of absent nodes (NodeToStatus of v1.32)",
  },
  /** A node that PreFilter names and that does not exist ends the cycle with an error. */
  MissingPreFilterNodeIsError: {
    from: OLDEST_MINOR,
    to: 29,
    source: "findNodesThatFitPod; kubernetes/kubernetes pull request 119779 (v1.30)",
  },
  /** The start of the next sampling is taken modulo the nodes PreFilter left, not all nodes. */
  SamplingStartOverNodesLeft: {
    from: OLDEST_MINOR,
    to: 30,
    source: "kubernetes/kubernetes pull request 124933 (v1.31)",
  },
  /** The search ends at the first node that fits where no plugin of the profile scores. */
  FirstFitWithoutScores: {
    from: 30,
    source: "schedule_one.go hasScoring; kubernetes/kubernetes pull request 123384 (v1.30)",
  },
  /** One node affinity term that names no possible node refuses the pod, whatever the others say. */
  NodeAffinityConflictOfOneTerm: {
    from: OLDEST_MINOR,
    to: 26,
    source: "kubernetes/kubernetes pull request 116465 (v1.27)",
  },
  /** Bound local volumes leave only the nodes that their affinity names by hostname. */
  LocalVolumesNarrowNodes: {
    from: 27,
    to: 30,
    source: "kubernetes/kubernetes pull request 109877 (v1.27) and issue 125336 (v1.31)",
  },
  /** Room is being made for a nominated pod by victims of preemption only, not by any pod that ends. */
  OnlyVictimsMakeRoom: {
    from: 27,
    source: "kubernetes/kubernetes pull request 114623 (v1.27), issue 104266",
  },
  /** Victims that are being deleted already are not deleted again, and one that is gone is no failure. */
  PreemptionSkipsLeavingVictims: {
    from: 35,
    source: "preemption.go prepareCandidate, PreemptPod (v1.35.0; not yet in v1.34.4)",
  },
  /** A preemptor is held back until the deletion of its last victim is seen, or has failed. */
  PreemptorHeldToLastVictim: {
    from: 35,
    source: "preemption.go IsPodRunningPreemption (v1.35.0; not yet in v1.34.4)",
  },
  /** Among candidates the priority of the first victim listed counts as the highest. */
  FirstVictimAsHighest: {
    from: OLDEST_MINOR,
    to: 31,
    source: "kubernetes/kubernetes pull request 128307 sorts the victims (v1.32)",
  },
  /** NodeResourcesBalancedAllocation says nothing about pods without requests. */
  BalancedAllocationSkipsBestEffort: {
    from: 33,
    source: "kubernetes/kubernetes pull request 130260 (v1.33)",
  },
  /** A node sees on how many nodes an image lies as of its own last update. */
  ImageSpreadAsOfNodeUpdate: {
    from: OLDEST_MINOR,
    to: 27,
    source: "scheduler cache createImageStateSummary; kubernetes/kubernetes issue 116673",
  },
  /** Images of init containers count in ImageLocality too. */
  ImageLocalityOfInitContainers: {
    from: 30,
    source: "kubernetes/kubernetes pull request 123366 (v1.30)",
  },
  /** A claim in use with ReadWriteOncePod refuses the pod in PreFilter and is not worth preemption. */
  ReadWriteOncePodConflictInPreFilter: {
    from: OLDEST_MINOR,
    to: 26,
    source: "kubernetes/kubernetes pull request 114051 (v1.27)",
  },
  /** A volume's beta label of zone or region is compared with a node's label of today, too. */
  VolumeZoneBetaLabelsTranslated: {
    from: 28,
    source: "kubernetes/kubernetes pull request 118923 (v1.28), issue 114996",
  },
  /** VolumeZone reads the claims once, in PreFilter. */
  VolumeZonePreFilter: { from: 27, source: "volumezone PreFilter (v1.27)" },
  /** Ports of sidecar containers count in NodePorts. */
  HostPortsOfSidecars: {
    from: 29,
    gate: "SidecarContainers",
    source: "KEP-753; SidecarContainers beta in v1.29",
  },
  /** The plugin NodeDeclaredFeatures exists at all. */
  NodeDeclaredFeaturesExists: { from: 35, source: "plugins/registry.go (v1.35)" },
  /** VolumeBinding names a conflict of volume and node by the volume's affinity. */
  VolumeNodeConflictReworded: { from: 33, source: "volumebinding ErrReasonNodeConflict (v1.33)" },
  /**
   * Terms of the incoming pod keep their namespaceSelector beside the namespaces that it resolves to, and
   * it is asked of namespaces without labels: `NotIn` and `DoesNotExist` then match in all.
   */
  IncomingNamespaceSelectorKept: {
    from: 34,
    to: 36,
    source: "mergeAffinityTermNamespacesIfNotEmpty takes its term by value (v1.34 to v1.36)",
  },
  /** VolumeBinding has a PreScore. */
  VolumeBindingPreScore: { from: 27, source: "volumebinding PreScore (v1.27)" },
  /** Of what a pod asks for, was granted and has the sums over its containers are compared, not each container's. */
  ResizeSummedOverPod: {
    from: 37,
    source: "component-helpers/resource AggregateContainerRequests (v1.37)",
  },
  /** Resources of a pod as a whole are filled in when it is created, after admission, and not before. */
  PodLevelDefaultsOnCreation: {
    from: 37,
    source: "PodLevelResourcesFixDefaulting; beta in v1.37",
  },
  /** The plugin GangScheduling exists at all. */
  GangSchedulingExists: { from: 35, source: "plugins/registry.go (v1.35)" },
  /** The plugins TopologyPlacementGenerator and PodGroupPodsCount exist at all. */
  PodGroupPlacementExists: { from: 36, source: "plugins/registry.go (v1.36)" },
  /** The plugin DeferredPodScheduling exists at all. */
  DeferredPodSchedulingExists: { from: 37, source: "plugins/registry.go (v1.37)" },
  /** Image volumes count in ImageLocality too. */
  ImageLocalityOfImageVolumes: { from: 36, source: "imagelocality sumImageScores (v1.36)" },
  /** A node that still has room after a pod like this one is scored anew, among those that were kept. */
  BatchedNodesAreRescored: { from: 37, source: "runtime/batch.go rescoreHintedNode (v1.37)" },
  /** A pod with a nomination takes no node that the cycle before has left. */
  NominatedPodsAreNotBatched: { from: 37, source: "runtime/batch.go batchStateCompatible (v1.37)" },
  /** Label keys of a spread constraint join its selector when the pod is created, not when it is scheduled. */
  SpreadLabelKeysMergedByServer: {
    from: 34,
    gate: "MatchLabelKeysInPodTopologySpreadSelectorMerge",
    source: "MatchLabelKeysInPodTopologySpreadSelectorMerge; beta in v1.34",
  },
  /** Of resizes that wait for room on a node, the pod of the highest priority is tried first. */
  DeferredResizesByPriority: { from: 34, source: "kubelet allocation_manager.go (v1.34)" },
  /** NodeName filters before NodeUnschedulable in the default profile. */
  NodeNameFirst: { from: 37, source: "default_plugins.go of v1.37" },
  /** NodeName, NodeUnschedulable and TaintToleration have a PreFilter, for pods that wait for a resize. */
  PreFiltersOfDeferredResize: { from: 37, source: "KEP-5836; NodeName's PreFilter of v1.37" },
  /** DynamicResources scores nodes; its weight in the default profile is 2. */
  DynamicResourcesScore: { from: 35, source: "default_plugins.go, KEP-4816 (v1.35)" },
  /** TaintToleration no longer says which taint is not tolerated. */
  TaintReasonWithoutTaint: {
    from: 34,
    source: "tainttoleration Filter (v1.34)",
  },
  /** NodeResourcesBalancedAllocation scores the change that the pod makes to the balance. */
  BalancedAllocationScoresChange: {
    from: 35,
    source: "balancedResourceScorer (v1.35)",
  },
  /** Cinder's in-tree volumes are its CSI driver's on every node, whatever the node says. */
  CinderVolumesMigrated: {
    from: 26,
    source: "nodevolumelimits isCSIMigrationOn (v1.26); KEP-1489",
  },
  /** The same of AWS' and Azure's disks. */
  EbsAndAzureVolumesMigrated: {
    from: 27,
    source: "nodevolumelimits isCSIMigrationOn (v1.27); KEP-1487, KEP-1490",
  },
  /** The same of Google's disks. */
  GceVolumesMigrated: { from: 28, source: "nodevolumelimits isCSIMigrationOn (v1.28); KEP-1488" },
  /** A claim that NodeVolumeLimits does not find refuses the pod; before, it was an error. */
  MissingCountedClaimRefuses: { from: 31, source: "nodevolumelimits Filter (v1.31)" },
  /** A pod whose volume another node has is told "Waiting for detach", not "Multi-Attach error". */
  MultiAttachSaysWaitingForDetach: {
    from: 37,
    source: "attachdetach reportMultiAttachError (v1.37)",
  },
  /** Of an object's Events, Normal ones and Warnings are limited each by themselves. */
  EventsLimitedByType: { from: 32, source: "client-go's getSpamKey (v1.32)" },
  /** Limits of volumes are what the CSINode says, not what the node's allocatable says. */
  VolumeLimitsOfCsiNodeOnly: { from: 32, source: "nodevolumelimits getVolumeLimits (v1.32)" },
  /** NodeVolumeLimits leaves pods without volumes that it counts alone, from PreFilter on. */
  NodeVolumeLimitsPreFilter: { from: 28, source: "nodevolumelimits PreFilter (v1.28)" },
  /** The four plugins that count in-tree volumes are part of the default profile. */
  InTreeVolumeLimitsByDefault: {
    from: OLDEST_MINOR,
    to: 30,
    source: "kubernetes/kubernetes pull request 124500 (v1.31)",
  },
  /** The four plugins that count in-tree volumes exist at all. */
  InTreeVolumeLimitsExist: {
    from: OLDEST_MINOR,
    to: 31,
    source: "kubernetes/kubernetes pull request 124003 (v1.32)",
  },
} as const satisfies Readonly<Record<string, Gate>>;

export type GateName = keyof typeof GATES;
export type Features = Readonly<Record<GateName, boolean>>;

/**
 * The gates of Kubernetes 1.`minor`, with those of `overrides` set by hand: names of this table, or
 * upstream's gates that guard them. `minor` must lie in the table.
 */
export function featuresOf(
  minor: number,
  overrides: Readonly<Partial<Record<string, boolean>>> = {},
): Features {
  const entries = Object.entries(GATES).map(([name, entry]: [string, Gate]) => {
    const { from, to = minor, gate = name, modelledFrom = minor } = entry;
    const byDefault = from !== null && minor >= from && minor <= to;
    const byHand = minor >= modelledFrom ? (overrides[name] ?? overrides[gate]) : undefined;
    return [name, byHand ?? byDefault];
  });
  return Object.fromEntries(entries) as Features;
}

/** True if setting upstream's gate of that name changes a behaviour of 1.`minor` that is modelled. */
export function isModelledGate(name: string, minor: number): boolean {
  return Object.entries(GATES).some(
    ([own, { gate = own, modelledFrom = minor }]: [string, Gate]) =>
      gate === name && minor >= modelledFrom,
  );
}

/** How many gates are on in one of two minor versions and off in the other. */
export function gatesBetween(minor: number, other: number): number {
  const [one, two] = [featuresOf(minor), featuresOf(other)];
  return Object.keys(GATES).filter((name) => one[name as GateName] !== two[name as GateName])
    .length;
}

/** The minor version of `1.26`, `v1.26.4` and the like; undefined if the table does not cover it. */
export function kubernetesMinor(version: string): number | undefined {
  const match = /^v?1\.([0-9]+)(\.[0-9]+)?$/.exec(version);
  const minor = match === null ? Number.NaN : Number(match[1]);
  return minor >= OLDEST_MINOR && minor <= NEWEST_MINOR ? minor : undefined;
}

//! What the documentation of the Kubernetes API says in words: values, ranges, forms of names.
//!
//! Source: the reference of the API (kubernetes.io/docs/reference/kubernetes-api) and its validation. A place is
//! `GROUP.VERSION.DEFINITION.PROPERTY`; it holds in every version of Kubernetes that has it.

/// A form of text: what it is called, the regular expression, the most characters.
pub(super) struct Format {
    pub(super) name: &'static str,
    pub(super) pattern: &'static str,
    pub(super) most: u32,
}

pub(super) const QUANTITY: &str =
    "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";
const LABEL: Format =
    Format { name: "label-value", pattern: "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", most: 63 };
const NAME: Format = Format { name: "dns-label", pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?", most: 63 };
const SUBDOMAIN: Format = Format {
    name: "dns-subdomain",
    pattern: "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
    most: 253,
};
const PORT: Format =
    Format { name: "port-name", pattern: "([a-z0-9]+-)*[a-z0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*", most: 15 };

/// Definitions that hold any JSON.
pub(super) static ANYTHING: &[&str] = &["JSON", "RawExtension", "FieldsV1"];

const PULL: &[&str] = &["Always", "IfNotPresent", "Never"];
const PROTOCOL: &[&str] = &["TCP", "UDP", "SCTP"];
const SELECTS: &[&str] = &["In", "NotIn", "Exists", "DoesNotExist"];
const FAILURE: &[&str] = &["Fail", "Ignore"];
const MATCH: &[&str] = &["Exact", "Equivalent"];
const SCOPE: &[&str] = &["Cluster", "Namespaced", "*"];
const OPERATION: &[&str] = &["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const ACCESS: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
const VOLUME: &[&str] = &["Filesystem", "Block"];
const FAMILY: &[&str] = &["IPv4", "IPv6"];
const RECLAIM: &[&str] = &["Delete", "Retain"];

/// Fields, or lists of them, that take only these words.
pub(super) static ENUMS: &[(&str, &[&str])] = &[
    ("core.v1.Container.imagePullPolicy", PULL),
    ("core.v1.EphemeralContainer.imagePullPolicy", PULL),
    ("core.v1.ImageVolumeSource.pullPolicy", PULL),
    ("core.v1.Container.restartPolicy", &["Always", "OnFailure", "Never"]),
    ("core.v1.Container.terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    ("core.v1.EphemeralContainer.terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    ("core.v1.ContainerPort.protocol", PROTOCOL),
    ("core.v1.ContainerResizePolicy.restartPolicy", &["NotRequired", "RestartContainer"]),
    ("core.v1.PodSpec.restartPolicy", &["Always", "OnFailure", "Never"]),
    ("core.v1.PodSpec.dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("core.v1.PodSpec.preemptionPolicy", &["Never", "PreemptLowerPriority"]),
    ("core.v1.PodOS.name", &["linux", "windows"]),
    ("core.v1.PodSecurityContext.fsGroupChangePolicy", &["OnRootMismatch", "Always"]),
    ("core.v1.PodSecurityContext.supplementalGroupsPolicy", &["Merge", "Strict"]),
    ("core.v1.PodSecurityContext.seLinuxChangePolicy", &["MountOption", "Recursive"]),
    ("core.v1.SecurityContext.procMount", &["Default", "Unmasked"]),
    ("core.v1.SeccompProfile.type", &["Localhost", "RuntimeDefault", "Unconfined"]),
    ("core.v1.AppArmorProfile.type", &["Localhost", "RuntimeDefault", "Unconfined"]),
    ("core.v1.Toleration.effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("core.v1.Toleration.operator", &["Equal", "Exists", "Lt", "Gt"]),
    ("core.v1.Taint.effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("core.v1.TopologySpreadConstraint.whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    ("core.v1.TopologySpreadConstraint.nodeAffinityPolicy", &["Honor", "Ignore"]),
    ("core.v1.TopologySpreadConstraint.nodeTaintsPolicy", &["Honor", "Ignore"]),
    ("core.v1.NodeSelectorRequirement.operator", &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
    ("meta.v1.LabelSelectorRequirement.operator", SELECTS),
    ("core.v1.ScopedResourceSelectorRequirement.operator", SELECTS),
    ("core.v1.HTTPGetAction.scheme", &["HTTP", "HTTPS"]),
    ("core.v1.EmptyDirVolumeSource.medium", &["", "Memory", "HugePages", "HugePages-2Mi", "HugePages-1Gi"]),
    (
        "core.v1.HostPathVolumeSource.type",
        &[
            "",
            "DirectoryOrCreate",
            "Directory",
            "FileOrCreate",
            "File",
            "Socket",
            "CharDevice",
            "BlockDevice",
        ],
    ),
    ("core.v1.VolumeMount.mountPropagation", &["None", "HostToContainer", "Bidirectional"]),
    ("core.v1.VolumeMount.recursiveReadOnly", &["Disabled", "IfPossible", "Enabled"]),
    ("core.v1.AzureDiskVolumeSource.cachingMode", &["None", "ReadOnly", "ReadWrite"]),
    ("core.v1.AzureDiskVolumeSource.kind", &["Shared", "Dedicated", "Managed"]),
    ("core.v1.PersistentVolumeClaimSpec.accessModes", ACCESS),
    ("core.v1.PersistentVolumeClaimSpec.volumeMode", VOLUME),
    ("core.v1.PersistentVolumeSpec.accessModes", ACCESS),
    ("core.v1.PersistentVolumeSpec.volumeMode", VOLUME),
    ("core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy", &["Retain", "Delete", "Recycle"]),
    ("core.v1.ServiceSpec.type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ("core.v1.ServiceSpec.sessionAffinity", &["ClientIP", "None"]),
    ("core.v1.ServiceSpec.externalTrafficPolicy", &["Cluster", "Local"]),
    ("core.v1.ServiceSpec.internalTrafficPolicy", &["Cluster", "Local"]),
    ("core.v1.ServiceSpec.ipFamilies", FAMILY),
    ("core.v1.ServiceSpec.ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    ("core.v1.ServicePort.protocol", PROTOCOL),
    ("core.v1.EndpointPort.protocol", PROTOCOL),
    (
        "core.v1.ResourceQuotaSpec.scopes",
        &[
            "Terminating",
            "NotTerminating",
            "BestEffort",
            "NotBestEffort",
            "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ],
    ),
    ("apps.v1.DeploymentStrategy.type", &["Recreate", "RollingUpdate"]),
    ("apps.v1.DaemonSetUpdateStrategy.type", &["RollingUpdate", "OnDelete"]),
    ("apps.v1.StatefulSetUpdateStrategy.type", &["RollingUpdate", "OnDelete"]),
    ("apps.v1.StatefulSetSpec.podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted", RECLAIM),
    ("apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled", RECLAIM),
    ("autoscaling.v2.MetricSpec.type", &["ContainerResource", "External", "Object", "Pods", "Resource"]),
    ("autoscaling.v2.MetricTarget.type", &["Utilization", "Value", "AverageValue"]),
    ("autoscaling.v2.HPAScalingRules.selectPolicy", &["Max", "Min", "Disabled"]),
    ("autoscaling.v2.HPAScalingPolicy.type", &["Pods", "Percent"]),
    ("batch.v1.CronJobSpec.concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("batch.v1.JobSpec.completionMode", &["NonIndexed", "Indexed"]),
    ("batch.v1.JobSpec.podReplacementPolicy", &["TerminatingOrFailed", "Failed"]),
    ("batch.v1.PodFailurePolicyRule.action", &["FailJob", "FailIndex", "Ignore", "Count"]),
    ("batch.v1.PodFailurePolicyOnExitCodesRequirement.operator", &["In", "NotIn"]),
    ("networking.v1.HTTPIngressPath.pathType", &["Exact", "Prefix", "ImplementationSpecific"]),
    ("networking.v1.NetworkPolicySpec.policyTypes", &["Ingress", "Egress"]),
    ("networking.v1.NetworkPolicyPort.protocol", PROTOCOL),
    ("networking.v1.IngressClassParametersReference.scope", &["Namespace", "Cluster"]),
    ("policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    ("rbac.v1.Subject.kind", &["User", "Group", "ServiceAccount"]),
    ("rbac.v1.RoleRef.kind", &["Role", "ClusterRole"]),
    ("scheduling.v1.PriorityClass.preemptionPolicy", &["Never", "PreemptLowerPriority"]),
    ("storage.v1.StorageClass.reclaimPolicy", &["Delete", "Retain", "Recycle"]),
    ("storage.v1.StorageClass.volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
    ("storage.v1.CSIDriverSpec.fsGroupPolicy", &["ReadWriteOnceWithFSType", "File", "None"]),
    ("storage.v1.CSIDriverSpec.volumeLifecycleModes", &["Persistent", "Ephemeral"]),
    ("discovery.v1.EndpointSlice.addressType", &["IPv4", "IPv6", "FQDN"]),
    ("discovery.v1.EndpointPort.protocol", PROTOCOL),
    ("admissionregistration.v1.MutatingWebhook.failurePolicy", FAILURE),
    ("admissionregistration.v1.MutatingWebhook.matchPolicy", MATCH),
    ("admissionregistration.v1.MutatingWebhook.reinvocationPolicy", &["Never", "IfNeeded"]),
    ("admissionregistration.v1.MutatingWebhook.sideEffects", &["None", "NoneOnDryRun"]),
    ("admissionregistration.v1.ValidatingWebhook.failurePolicy", FAILURE),
    ("admissionregistration.v1.ValidatingWebhook.matchPolicy", MATCH),
    ("admissionregistration.v1.ValidatingWebhook.sideEffects", &["None", "NoneOnDryRun"]),
    ("admissionregistration.v1.RuleWithOperations.operations", OPERATION),
    ("admissionregistration.v1.RuleWithOperations.scope", SCOPE),
    ("admissionregistration.v1.NamedRuleWithOperations.operations", OPERATION),
    ("admissionregistration.v1.NamedRuleWithOperations.scope", SCOPE),
    ("admissionregistration.v1.MatchResources.matchPolicy", MATCH),
    ("admissionregistration.v1.ValidatingAdmissionPolicySpec.failurePolicy", FAILURE),
    (
        "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions",
        &["Deny", "Warn", "Audit"],
    ),
    ("flowcontrol.v1.PriorityLevelConfigurationSpec.type", &["Exempt", "Limited"]),
    ("flowcontrol.v1.LimitResponse.type", &["Queue", "Reject"]),
    ("flowcontrol.v1.Subject.kind", &["User", "Group", "ServiceAccount"]),
    ("apiextensions.v1.CustomResourceDefinitionSpec.scope", &["Cluster", "Namespaced"]),
    ("apiextensions.v1.CustomResourceConversion.strategy", &["None", "Webhook"]),
    ("apiextensions.v1.JSONSchemaProps.type", &["array", "boolean", "integer", "number", "object", "string"]),
    ("apiextensions.v1.JSONSchemaProps.x-kubernetes-list-type", &["atomic", "map", "set"]),
    ("apiextensions.v1.JSONSchemaProps.x-kubernetes-map-type", &["atomic", "granular"]),
];

/// Fields with a least and a most; `i64::MAX` is no limit of its own.
pub(super) static RANGES: &[(&str, i64, i64)] = &[
    ("core.v1.ContainerPort.containerPort", 1, 65535),
    ("core.v1.ContainerPort.hostPort", 0, 65535),
    ("core.v1.ServicePort.port", 1, 65535),
    ("core.v1.ServicePort.nodePort", 0, 65535),
    ("core.v1.EndpointPort.port", 1, 65535),
    ("core.v1.GRPCAction.port", 1, 65535),
    ("networking.v1.ServiceBackendPort.number", 1, 65535),
    ("networking.v1.NetworkPolicyPort.endPort", 1, 65535),
    ("core.v1.Probe.initialDelaySeconds", 0, i64::MAX),
    ("core.v1.Probe.timeoutSeconds", 0, i64::MAX),
    ("core.v1.Probe.periodSeconds", 0, i64::MAX),
    ("core.v1.Probe.successThreshold", 0, i64::MAX),
    ("core.v1.Probe.failureThreshold", 0, i64::MAX),
    ("core.v1.PodSpec.terminationGracePeriodSeconds", 0, i64::MAX),
    ("core.v1.PodSpec.activeDeadlineSeconds", 1, 2_147_483_647),
    ("core.v1.TopologySpreadConstraint.maxSkew", 1, i64::MAX),
    ("core.v1.TopologySpreadConstraint.minDomains", 1, i64::MAX),
    ("core.v1.WeightedPodAffinityTerm.weight", 1, 100),
    ("core.v1.PreferredSchedulingTerm.weight", 1, 100),
    ("core.v1.SecurityContext.runAsUser", 0, i64::MAX),
    ("core.v1.SecurityContext.runAsGroup", 0, i64::MAX),
    ("core.v1.PodSecurityContext.runAsUser", 0, i64::MAX),
    ("core.v1.PodSecurityContext.runAsGroup", 0, i64::MAX),
    ("core.v1.PodSecurityContext.fsGroup", 0, i64::MAX),
    ("core.v1.KeyToPath.mode", 0, 0o777),
    ("core.v1.ConfigMapVolumeSource.defaultMode", 0, 0o777),
    ("core.v1.SecretVolumeSource.defaultMode", 0, 0o777),
    ("core.v1.ProjectedVolumeSource.defaultMode", 0, 0o777),
    ("core.v1.DownwardAPIVolumeSource.defaultMode", 0, 0o777),
    ("core.v1.ServiceAccountTokenProjection.expirationSeconds", 600, 1 << 32),
    ("apps.v1.DeploymentSpec.replicas", 0, i64::MAX),
    ("apps.v1.DeploymentSpec.minReadySeconds", 0, i64::MAX),
    ("apps.v1.DeploymentSpec.revisionHistoryLimit", 0, i64::MAX),
    ("apps.v1.DeploymentSpec.progressDeadlineSeconds", 0, i64::MAX),
    ("apps.v1.StatefulSetSpec.replicas", 0, i64::MAX),
    ("apps.v1.StatefulSetSpec.minReadySeconds", 0, i64::MAX),
    ("apps.v1.StatefulSetSpec.revisionHistoryLimit", 0, i64::MAX),
    ("apps.v1.ReplicaSetSpec.replicas", 0, i64::MAX),
    ("batch.v1.JobSpec.parallelism", 0, i64::MAX),
    ("batch.v1.JobSpec.completions", 0, i64::MAX),
    ("batch.v1.JobSpec.backoffLimit", 0, i64::MAX),
    ("batch.v1.JobSpec.activeDeadlineSeconds", 0, i64::MAX),
    ("batch.v1.JobSpec.ttlSecondsAfterFinished", 0, i64::MAX),
    ("batch.v1.CronJobSpec.startingDeadlineSeconds", 0, i64::MAX),
    ("batch.v1.CronJobSpec.successfulJobsHistoryLimit", 0, i64::MAX),
    ("batch.v1.CronJobSpec.failedJobsHistoryLimit", 0, i64::MAX),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas", 0, i64::MAX),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas", 1, i64::MAX),
    ("autoscaling.v2.MetricTarget.averageUtilization", 1, i64::MAX),
    ("autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds", 0, 3600),
    ("autoscaling.v2.HPAScalingPolicy.value", 1, i64::MAX),
    ("autoscaling.v2.HPAScalingPolicy.periodSeconds", 1, 1800),
    ("autoscaling.v1.HorizontalPodAutoscalerSpec.maxReplicas", 1, i64::MAX),
    ("scheduling.v1.PriorityClass.value", -2_147_483_648, 1_000_000_000),
];

/// Texts of a form.
pub(super) static FORMATS: &[(&str, Format)] = &[
    ("core.v1.Container.name", NAME),
    ("core.v1.EphemeralContainer.name", NAME),
    ("core.v1.ContainerPort.name", PORT),
    ("core.v1.ServicePort.name", NAME),
    ("core.v1.Volume.name", NAME),
    ("core.v1.PodSpec.serviceAccountName", SUBDOMAIN),
    ("core.v1.PodSpec.hostname", NAME),
    ("core.v1.PodSpec.subdomain", NAME),
    ("core.v1.Toleration.value", LABEL),
    ("meta.v1.ObjectMeta.namespace", NAME),
];

/// Maps whose values are texts of a form.
pub(super) static MAPS: &[(&str, Format)] = &[
    ("meta.v1.ObjectMeta.labels", LABEL),
    ("meta.v1.LabelSelector.matchLabels", LABEL),
    ("core.v1.PodSpec.nodeSelector", LABEL),
    ("core.v1.ServiceSpec.selector", LABEL),
];

/// Lists in which a key may stand once.
pub(super) static UNIQUE: &[(&str, &str)] = &[
    ("core.v1.PodSpec.containers", "name"),
    ("core.v1.PodSpec.initContainers", "name"),
    ("core.v1.PodSpec.volumes", "name"),
    ("core.v1.Container.volumeMounts", "mountPath"),
];

/// Lists that hold something.
pub(super) static FILLED: &[&str] =
    &["core.v1.PodSpec.containers", "networking.v1.HTTPIngressRuleValue.paths"];

/// Fields that are needed although a patch may leave them out.
pub(super) static REQUIRED: &[&str] = &["core.v1.Container.image", "autoscaling.v2.HPAScalingPolicy.value"];

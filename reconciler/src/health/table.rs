//! The kinds that have a rule of their own. A new rule is a function in the file of its group and a line here.

use super::view::View;
use super::{Health, batch, platform, pods, queues, workloads};

/// A rule of one kind.
pub(super) type Rule = fn(&View<'_>) -> Health;

/// Group, kind, rule.
const RULES: &[(&str, &str, Rule)] = &[
    ("", "ConfigMap", platform::always),
    ("", "Namespace", platform::namespace),
    ("", "PersistentVolumeClaim", platform::claim),
    ("", "Pod", pods::pod),
    ("", "Secret", platform::always),
    ("", "Service", platform::service),
    ("apiextensions.k8s.io", "CustomResourceDefinition", platform::definition),
    ("apps", "DaemonSet", workloads::daemon_set),
    ("apps", "Deployment", workloads::deployment),
    ("apps", "ReplicaSet", workloads::replica_set),
    ("apps", "StatefulSet", workloads::stateful_set),
    ("autoscaling", "HorizontalPodAutoscaler", workloads::autoscaler),
    ("batch", "CronJob", platform::always),
    ("batch", "Job", batch::job),
    ("kueue.x-k8s.io", "AdmissionCheck", queues::active),
    ("kueue.x-k8s.io", "ClusterQueue", queues::active),
    ("policy", "PodDisruptionBudget", workloads::budget),
    ("workload.codeflare.dev", "AppWrapper", batch::app_wrapper),
];

/// The rule of a kind, whatever its version.
pub(super) fn rule(group: &str, kind: &str) -> Option<Rule> {
    RULES.iter().find(|(of, name, _)| *of == group && *name == kind).map(|(_, _, rule)| *rule)
}

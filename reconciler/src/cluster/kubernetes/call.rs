//! One request and its answer: the deadline, the body, the verdict.
//!
//! Takes a request and says what was tried; gives the decoded answer or a [`ClusterError`] naming both.

use super::connect::Connection;
use super::error;
use crate::cluster::{ClusterError, Kind};
use kube::client::Body;
use seawall_schema::object::ObjectKey;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error as _;
use std::future::Future;

/// The largest answer that is read.
const LARGEST_ANSWER: u64 = 64 << 20;

/// What is being tried, for messages.
pub(super) struct Attempt<'a> {
    /// `apply Deployment payments-prod/risk-api`.
    what: String,
    /// `context prod-eu-west`.
    place: &'a str,
    /// Whether answers may quote Secret data.
    secret: bool,
}

impl<'a> Attempt<'a> {
    /// Something done to one object.
    pub(super) fn of_object(verb: &str, key: &ObjectKey, place: &'a str) -> Self {
        Self { what: format!("{verb} {key}"), place, secret: key.kind == "Secret" }
    }

    /// Something done to all objects of a kind.
    pub(super) fn of_kind(verb: &str, kind: &Kind, place: &'a str) -> Self {
        Self {
            what: format!("{verb} {} ({})", kind.kind, kind.api_version),
            place,
            secret: kind.kind == "Secret",
        }
    }

    /// A message: what was tried, where, and `outcome`.
    pub(super) fn says(&self, outcome: &str) -> String {
        format!("{} at {}: {outcome}", self.what, self.place)
    }

    /// Whether answers may quote Secret data.
    pub(super) fn is_secret(&self) -> bool {
        self.secret
    }
}

/// A request as kube builds it.
type Built = Result<http::Request<Vec<u8>>, kube::core::request::Error>;

impl Connection {
    /// Runs `call`, which may be several requests, within the deadline of one call.
    pub(super) async fn within_deadline<T>(
        &self,
        attempt: &Attempt<'_>,
        call: impl Future<Output = Result<T, ClusterError>>,
    ) -> Result<T, ClusterError> {
        match tokio::time::timeout(self.deadline(), call).await {
            Ok(result) => result,
            Err(_) => {
                let waited = self.deadline().as_millis();
                let outcome = format!("no answer from {} within {waited} ms", self.server());
                Err(ClusterError::Unreachable(attempt.says(&outcome)))
            }
        }
    }

    /// Sends a request within the deadline and decodes its answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        attempt: &Attempt<'_>,
        request: Built,
    ) -> Result<T, ClusterError> {
        self.within_deadline(attempt, self.exchange(attempt, request)).await
    }

    /// Sends a request about one object. Where its path is gone, the kind may be: then it is looked up anew.
    pub(super) async fn call_object(
        &self,
        attempt: &Attempt<'_>,
        kind: &Kind,
        request: Built,
    ) -> Result<Value, ClusterError> {
        let result = self.call(attempt, request).await;
        if matches!(&result, Err(ClusterError::UnknownKind(_))) {
            self.discovery.forget(&kind.api_version);
        }
        result
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        attempt: &Attempt<'_>,
        request: Built,
    ) -> Result<T, ClusterError> {
        let request = request.map_err(|error| ClusterError::Refused(attempt.says(&error.to_string())))?;
        let client = self.client(attempt).await?;
        let answer = client.send(request.map(Body::from)).await.map_err(|e| self.transport(attempt, &e))?;
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let retry_after_ms =
            header("retry-after").and_then(|text| text.trim().parse::<u64>().ok()).map(|s| s * 1000);
        let length = header("content-length").and_then(|text| text.parse::<u64>().ok());
        if length.is_some_and(|length| length > LARGEST_ANSWER) {
            let outcome = format!("the answer is larger than {LARGEST_ANSWER} bytes");
            return Err(ClusterError::Broken(attempt.says(&outcome)));
        }
        let body = body.collect_bytes().await.map_err(|e| self.transport(attempt, &e))?;
        if !(200..300).contains(&status) {
            return Err(error::refusal(attempt, status, retry_after_ms, &body));
        }
        serde_json::from_slice(&body).map_err(|_| error::garbage(attempt, status, &body))
    }

    /// Why a request found no server, or no answer.
    pub(super) fn transport(&self, attempt: &Attempt<'_>, failure: &kube::Error) -> ClusterError {
        match failure {
            // What a credential plugin printed may be credentials: none of it is passed on.
            kube::Error::Auth(_) => {
                ClusterError::Forbidden(attempt.says("the kubeconfig's credentials could not be had"))
            }
            _ => {
                let outcome = format!("cannot reach {}: {}", self.server(), innermost(failure));
                ClusterError::Unreachable(attempt.says(&outcome))
            }
        }
    }
}

/// The words of the cause at the bottom: `Connection refused (os error 111)` says more than the layers around it.
fn innermost(failure: &kube::Error) -> String {
    let mut cause = failure.source();
    let mut words = failure.to_string();
    while let Some(inner) = cause {
        words = inner.to_string();
        cause = inner.source();
    }
    words
}

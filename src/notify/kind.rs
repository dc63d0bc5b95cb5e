//! What can be told: the kinds of the outbox, with their words for people.

use crate::wire::api_enum;

api_enum! {
    /// What is told.
    pub enum NoticeKind {
        ManifestFiled = "manifest_filed",
        ManifestDeparted = "manifest_departed",
        ManifestHandedOver = "manifest_handed_over",
        ManifestStopped = "manifest_stopped",
        ManifestIncident = "manifest_incident",
        ManifestArrived = "manifest_arrived",
        ManifestReceived = "manifest_received",
        /// Refused, or found other than declared.
        ManifestMismatched = "manifest_mismatched",
        /// It came, and its receipt was not confirmed in time.
        ManifestOverdue = "manifest_overdue",
        ManifestCompleted = "manifest_completed",
        ManifestCancelled = "manifest_cancelled",
        ManifestCountersigned = "manifest_countersigned",
        ManifestUnconfirmed = "manifest_unconfirmed",
        ManifestAttached = "manifest_attached",
        ManifestInspected = "manifest_inspected",
        ManifestReturnFiled = "manifest_return_filed",
        ManifestReturnCancelled = "manifest_return_cancelled",
        ManifestForwardFiled = "manifest_forward_filed",
        ManifestForwardCancelled = "manifest_forward_cancelled",
        ManifestSentOn = "manifest_sent_on",
        ManifestSentOnCancelled = "manifest_sent_on_cancelled",
        AmendmentProposed = "amendment_proposed",
        AmendmentApproved = "amendment_approved",
        AmendmentRejected = "amendment_rejected",
        AmendmentExpired = "amendment_expired",
        ContainerMissing = "container_missing",
        RoundPlanned = "round_planned",
        RoundCancelled = "round_cancelled",
        AnomalyOpened = "anomaly_opened",
        AnomalyReopened = "anomaly_reopened",
        AnomalyRaised = "anomaly_raised",
        AnomalyResolved = "anomaly_resolved",
        /// Nothing is wrong yet: who has to act is reminded.
        AnomalyReminder = "anomaly_reminder",
        /// The authority has named what an application for a transfer lacks.
        ApplicationCorrections = "application_corrections",
        ApplicationDecided = "application_decided",
        /// Something was filed and waits for the regulator's review.
        ReviewRequested = "review_requested",
        ReviewDecided = "review_decided",
        /// A plan for a medical emergency is in force.
        EmergencyActivated = "emergency_activated",
        EmergencyEnded = "emergency_ended",
        /// A trial, made by hand.
        Ping = "ping",
        /// A webhook was switched off because it takes nothing.
        WebhookDisabled = "webhook_disabled",
    }

    /// How much something matters, from the least.
    pub enum NoticeSeverity {
        Info = "info",
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

impl NoticeKind {
    /// What happened, in Chinese and English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ManifestFiled => ("联单已提交", "filed"),
            Self::ManifestDeparted => ("已起运", "departed"),
            Self::ManifestHandedOver => ("已交接", "handed over"),
            Self::ManifestStopped => ("运输途中停留或换装", "stopped on the way"),
            Self::ManifestIncident => ("发生事故", "an incident happened"),
            Self::ManifestArrived => ("已到达", "arrived"),
            Self::ManifestReceived => ("已接收确认", "received"),
            Self::ManifestMismatched => {
                ("接收时拒收或与联单不符", "refused, or found other than declared")
            }
            Self::ManifestOverdue => ("逾期未确认接收", "not confirmed by its receiver in time"),
            Self::ManifestCompleted => ("已利用处置", "treated"),
            Self::ManifestCancelled => ("已取消", "cancelled"),
            Self::ManifestCountersigned => ("对方已会签", "countersigned"),
            Self::ManifestUnconfirmed => ("产生单位逾期未确认", "not confirmed by its producer"),
            Self::ManifestAttached => ("新增附件", "a file was attached"),
            Self::ManifestInspected => ("已被路检", "inspected on the road"),
            Self::ManifestReturnFiled => ("退回联单已提交", "a return was filed"),
            Self::ManifestReturnCancelled => ("退回联单已取消", "a return was cancelled"),
            Self::ManifestForwardFiled => ("转送联单已提交", "a forward was filed"),
            Self::ManifestForwardCancelled => ("转送联单已取消", "a forward was cancelled"),
            Self::ManifestSentOn => ("贮存废物已转出", "stored waste was sent on"),
            Self::ManifestSentOnCancelled => ("转出已取消", "sending on was cancelled"),
            Self::AmendmentProposed => ("有更正待答复", "an amendment waits for an answer"),
            Self::AmendmentApproved => ("更正已同意", "an amendment was approved"),
            Self::AmendmentRejected => ("更正被拒绝", "an amendment was rejected"),
            Self::AmendmentExpired => ("更正已过期", "an amendment expired"),
            Self::ContainerMissing => ("包装缺失", "a container is missing"),
            Self::RoundPlanned => ("收运趟次已排定", "a collection round was planned"),
            Self::RoundCancelled => ("收运趟次已取消", "a collection round was cancelled"),
            Self::AnomalyOpened => ("新异常", "anomaly opened"),
            Self::AnomalyReopened => ("异常再次出现", "anomaly reopened"),
            Self::AnomalyRaised => ("异常升级", "anomaly raised"),
            Self::AnomalyResolved => ("异常已消除", "anomaly resolved"),
            Self::AnomalyReminder => ("期限将至", "a term is running out"),
            Self::ApplicationCorrections => {
                ("转移申请需补正", "a transfer application needs corrections")
            }
            Self::ApplicationDecided => ("转移申请已有决定", "a transfer application was decided"),
            Self::ReviewRequested => ("待审查", "waits for its review"),
            Self::ReviewDecided => ("审查已有结果", "was reviewed"),
            Self::EmergencyActivated => ("医疗废物应急方案已启用", "an emergency plan is in force"),
            Self::EmergencyEnded => ("医疗废物应急方案已终止", "an emergency plan has ended"),
            Self::Ping => ("测试通知", "a trial"),
            Self::WebhookDisabled => ("推送已停用", "a webhook was switched off"),
        }
    }
}

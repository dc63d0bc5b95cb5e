//! Cases of the anomaly rules, and the rules themselves, as tables.

use super::sheet::{Sheet, number, text};

pub static ANOMALIES: Sheet = Sheet {
    name: "anomalies",
    columns: &[
        text("id", "标识", "/id"),
        text("rule", "规则", "/rule"),
        text("family", "类别", "/family"),
        text("severity", "严重程度", "/severity"),
        text("status", "状态", "/status"),
        text("stream", "废物类别", "/stream"),
        text("subject_kind", "对象类型", "/subject/kind"),
        text("subject_id", "对象标识", "/subject/id"),
        text("divisions", "师市", "/divisions"),
        text("title_zh", "名称", "/title_zh"),
        text("title_en", "英文名称", "/title_en"),
        text("explanation_zh", "说明", "/explanation_zh"),
        text("explanation_en", "英文说明", "/explanation_en"),
        text("manifest_ids", "联单", "/manifest_ids"),
        text("organisation_ids", "单位", "/organisation_ids"),
        text("first_seen_at", "首次发现时间", "/first_seen_at"),
        text("last_seen_at", "最近发现时间", "/last_seen_at"),
        number("times", "次数", "/times"),
        text("resolved_at", "自动销案时间", "/resolved_at"),
        text("resolved_reason", "自动销案原因", "/resolved_reason"),
        text("due_at", "处理期限", "/due_at"),
        text("note", "处理意见", "/review/note"),
        text("judged_at", "处理时间", "/review/judged_at"),
        text("assignee_id", "经办人", "/review/assignee_id"),
    ],
};

pub static RULES: Sheet = Sheet {
    name: "anomaly-rules",
    columns: &[
        text("code", "规则", "/code"),
        text("family", "类别", "/family"),
        text("name_zh", "名称", "/name_zh"),
        text("name_en", "英文名称", "/name_en"),
        text("severity", "严重程度", "/severity"),
        text("streams", "废物类别", "/streams"),
        text("is_enabled", "启用", "/is_enabled"),
        text("source", "依据", "/source"),
        number("open", "待处理", "/feedback/open"),
        number("confirmed", "属实", "/feedback/confirmed"),
        number("explained", "有合理解释", "/feedback/explained"),
        number("dismissed", "误报", "/feedback/dismissed"),
        number("resolved", "自动销案", "/feedback/resolved"),
    ],
};

pub static RISKY_ORGANISATIONS: Sheet = Sheet {
    name: "risky-organisations",
    columns: &[
        text("organisation_id", "单位标识", "/organisation_id"),
        text("name", "单位名称", "/name"),
        text("division", "师市", "/division"),
        number("score", "风险分", "/score"),
        number("cases_count", "案件数", "/cases_count"),
        text("heaviest", "最重案件", "/cases/0/title_zh"),
    ],
};

pub static RISKY_MANIFESTS: Sheet = Sheet {
    name: "risky-manifests",
    columns: &[
        text("manifest_id", "联单标识", "/manifest_id"),
        text("number", "联单编号", "/number"),
        text("status", "状态", "/status"),
        number("score", "风险分", "/score"),
        number("cases_count", "案件数", "/cases_count"),
        text("heaviest", "最重案件", "/cases/0/title_zh"),
    ],
};

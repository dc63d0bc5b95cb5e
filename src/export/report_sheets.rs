//! Reports of ledgers and management plans as tables.

use super::sheet::{Column, Sheet, number, text};

const CODE: Column = text("waste_code", "废物代码", "/waste_code");
const PRODUCED: Column = number("produced_kg", "产生量(千克)", "/produced_kg");
const MOVED_OUT: Column = number("moved_out_kg", "转出量(千克)", "/moved_out_kg");
const SELF_TREATED: Column = number("self_treated_kg", "自行利用处置量(千克)", "/self_treated_kg");
const CORRECTION: Column = number("correction_kg", "更正量(千克)", "/correction_kg");

/// What is due and what was submitted.
pub static REPORTS: Sheet = Sheet {
    name: "reports",
    columns: &[
        text("id", "标识", "/id"),
        text("site_id", "场所标识", "/site_id"),
        text("organisation_id", "单位标识", "/organisation_id"),
        text("division", "师市", "/division"),
        text("period", "申报周期", "/period/kind"),
        number("year", "年度", "/period/year"),
        number("number", "期次", "/period/number"),
        text("from", "起", "/period/from"),
        text("to", "止", "/period/to"),
        text("due_on", "申报期限", "/due_on"),
        text("status", "状态", "/status"),
        text("is_required", "应当申报", "/is_required"),
        text("is_late", "逾期", "/is_late"),
        text("management_class", "管理类别", "/management_class"),
        text("class_reasons", "类别依据", "/class_reasons"),
        number("version", "版本", "/version"),
        text("submitted_at", "申报时间", "/submitted_at"),
        text("amended_at", "更正时间", "/amended_at"),
        text("content_sha256", "内容哈希", "/content_sha256"),
    ],
};

/// What one report says.
pub static LINES: Sheet = Sheet {
    name: "report",
    columns: &[
        CODE,
        number("opening_kg", "期初贮存量(千克)", "/opening_kg"),
        PRODUCED,
        number("brought_in_kg", "转入量(千克)", "/brought_in_kg"),
        MOVED_OUT,
        SELF_TREATED,
        number("loss_kg", "损失量(千克)", "/loss_kg"),
        CORRECTION,
        number("closing_kg", "期末贮存量(千克)", "/closing_kg"),
        number("imbalance_kg", "账面缺口(千克)", "/imbalance_kg"),
        number("entries", "台账条数", "/entries"),
        text("receiver_names", "接受单位", "/moved_out/*/receiver_name"),
        text("methods", "利用处置方式", "/moved_out/*/method"),
        text("receiver_kg", "各单位接受量(千克)", "/moved_out/*/mass_kg"),
    ],
};

/// A management plan against what was done.
pub static PLAN_ACTUAL: Sheet = Sheet {
    name: "management-plan-actual",
    columns: &[
        CODE,
        number("planned_kg", "计划转移量(千克)", "/planned_kg"),
        MOVED_OUT,
        PRODUCED,
        SELF_TREATED,
        CORRECTION,
        number("used_kg", "联单已用量(千克)", "/used_kg"),
        number("reserved_kg", "联单预留量(千克)", "/reserved_kg"),
        number("percent", "完成比例(%)", "/percent"),
    ],
};

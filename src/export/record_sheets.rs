//! The lists of records and their columns. The English headings are the API's own names.

use super::sheet::{Column, Sheet, number, text};

const ID: Column = text("id", "标识", "/id");
const SITE: Column = text("site_id", "场所标识", "/site_id");
const STATUS: Column = text("status", "状态", "/status");
pub const REVIEW: Column = text("review_status", "审查状态", "/review/status");
pub const REVIEW_NOTE: Column = text("review_note", "审查意见", "/review/note");
pub const REVIEWED_AT: Column = text("reviewed_at", "审查时间", "/review/reviewed_at");
pub const REVIEWED_BY: Column =
    text("reviewed_by", "审查单位标识", "/review/reviewed_by/organisation_id");
const NOTE: Column = text("note", "备注", "/note");

pub static ACTIVITY: Sheet = Sheet {
    name: "activity",
    columns: &[
        ID,
        SITE,
        text("kind", "活动类型", "/kind"),
        text("product", "产品", "/product"),
        text("month", "月份", "/month"),
        number("value", "数量", "/value"),
        text("unit", "计量单位", "/unit"),
        NOTE,
    ],
};

pub static CO_DISPOSAL_FACILITIES: Sheet = Sheet {
    name: "co-disposal-facilities",
    columns: &[
        ID,
        SITE,
        text("kind", "设施类型", "/kind"),
        number("daily_kg", "日协同处置能力(千克)", "/daily_kg"),
        number("notice_hours", "提前通知(小时)", "/notice_hours"),
        number("priority", "优先级", "/priority"),
        text("contact_person", "联系人", "/contact/person"),
        text("contact_phone", "联系电话", "/contact/phone"),
        text("evidence_sha256", "证明材料", "/evidence_sha256"),
        STATUS,
    ],
};

pub static FACILITY_DAYS: Sheet = Sheet {
    name: "facility-days",
    columns: &[
        ID,
        SITE,
        text("on", "日期", "/on"),
        text("status", "运行状态", "/status"),
        number("treated_kg", "处置量(千克)", "/treated_kg"),
        text("reason", "原因", "/reason"),
    ],
};

pub static RISK_SOURCES: Sheet = Sheet {
    name: "risk-sources",
    columns: &[
        ID,
        SITE,
        text("name", "名称", "/name"),
        text("kind", "类型", "/kind"),
        text("level", "风险等级", "/level"),
        text("substance", "物质", "/substance"),
        number("maximum_kg", "最大存量(千克)", "/maximum_kg"),
        STATUS,
        REVIEW,
        REVIEW_NOTE,
        REVIEWED_AT,
        REVIEWED_BY,
    ],
};

const VALID_TO: Column = text("valid_to", "有效期至", "/valid_to");

pub static EMERGENCY_PLANS_FILED: Sheet = Sheet {
    name: "emergency-plans-filed",
    columns: &[
        ID,
        SITE,
        text("number", "备案编号", "/number"),
        text("filed_on", "备案日期", "/filed_on"),
        VALID_TO,
        text("filed_with", "备案机关", "/filed_with"),
        STATUS,
        REVIEW,
        REVIEW_NOTE,
        REVIEWED_AT,
        REVIEWED_BY,
    ],
};

pub static INSURANCE_POLICIES: Sheet = Sheet {
    name: "insurance-policies",
    columns: &[
        ID,
        text("organisation_id", "单位标识", "/organisation_id"),
        text("insurer", "保险人", "/insurer"),
        text("number", "保单号", "/number"),
        number("amount_yuan", "保险金额(元)", "/amount_yuan"),
        text("valid_from", "有效期自", "/valid_from"),
        VALID_TO,
        STATUS,
        REVIEW,
        REVIEW_NOTE,
        REVIEWED_AT,
        REVIEWED_BY,
    ],
};

pub static PRODUCERS: Sheet = Sheet {
    name: "producers",
    columns: &[
        ID,
        text("name", "名称", "/name"),
        text("uscc", "统一社会信用代码", "/uscc"),
        text("division", "师市", "/division"),
        STATUS,
        text("management_class", "管理类别", "/management_class"),
        text("reasons", "依据情形", "/reasons"),
        number("largest_kg", "最大年产生量(千克)", "/largest_kg"),
        number("largest_year", "最大量年度", "/largest_year"),
        text("largest_site_id", "最大量场所标识", "/largest_site_id"),
        text("treats_itself", "自行利用处置", "/treats_itself"),
        text("licence_ids", "许可证标识", "/licence_ids"),
        text("key_unit_site_ids", "重点监管单位场所标识", "/key_unit_site_ids"),
        text("legal_basis", "法律依据", "/legal_basis"),
    ],
};

pub static EXPIRIES: Sheet = Sheet {
    name: "expiries",
    columns: &[
        text("kind", "种类", "/kind"),
        text("id", "标识", "/id"),
        text("name", "编号或姓名", "/name"),
        text("organisation_id", "单位标识", "/organisation_id"),
        text("site_id", "场所标识", "/site_id"),
        text("valid_to", "有效期至", "/valid_to"),
        text("act_by", "最迟办理日", "/act_by"),
        text("state", "状态", "/state"),
    ],
};

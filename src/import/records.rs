//! The columns of files of records (`registry::record`).

use super::cells::{Shape, Words};
use super::columns::Column;
use super::kinds::{NAME, NOTE, ORGANISATION, SITE, column, day, number, text};

const ACTIVITY_KINDS: Words = &[
    ("住院床日", "bed_days"),
    ("床日", "bed_days"),
    ("门诊人次", "visits"),
    ("就餐人次", "meals"),
    ("产量", "output"),
];
const RUNNING: Words =
    &[("正常运行", "running"), ("运行", "running"), ("降负荷", "reduced"), ("停运", "down")];
const CO_DISPOSAL_KINDS: Words = &[
    ("危险废物焚烧", "hazardous_incinerator"),
    ("危险废物焚烧设施", "hazardous_incinerator"),
    ("水泥窑", "cement_kiln"),
    ("水泥窑协同处置", "cement_kiln"),
    ("生活垃圾焚烧", "municipal_incinerator"),
    ("生活垃圾焚烧厂", "municipal_incinerator"),
    ("其他", "other"),
];
const RISK_LEVELS: Words = &[("一般", "general"), ("较大", "considerable"), ("重大", "major")];

const VALID_TO: Column = day("valid_to", "有效期至", "/valid_to");

pub static ACTIVITY: &[Column] = &[
    SITE,
    column("kind", "活动类型", "/kind", Shape::Word(ACTIVITY_KINDS)),
    text("product", "产品", "/product"),
    column("month", "月份", "/month", Shape::Month),
    number("value", "数量", "/value"),
    NOTE,
];

pub static FACILITY_DAYS: &[Column] = &[
    SITE,
    day("on", "日期", "/on"),
    column("status", "运行状态", "/status", Shape::Word(RUNNING)),
    number("treated_kg", "处置量", "/treated_kg"),
    text("reason", "原因", "/reason"),
];

pub static RISK_SOURCES: &[Column] = &[
    SITE,
    NAME,
    text("kind", "类型", "/kind"),
    column("level", "风险等级", "/level", Shape::Word(RISK_LEVELS)),
    text("substance", "物质", "/substance"),
    number("maximum_kg", "最大存量", "/maximum_kg"),
];

pub static EMERGENCY_PLANS_FILED: &[Column] = &[
    SITE,
    text("number", "备案编号", "/number"),
    day("filed_on", "备案日期", "/filed_on"),
    VALID_TO,
    text("filed_with", "备案机关", "/filed_with"),
];

pub static INSURANCE_POLICIES: &[Column] = &[
    ORGANISATION,
    text("insurer", "保险人", "/insurer"),
    text("number", "保单号", "/number"),
    number("amount_yuan", "保险金额", "/amount_yuan"),
    day("valid_from", "有效期自", "/valid_from"),
    VALID_TO,
];

pub static CO_DISPOSAL_FACILITIES: &[Column] = &[
    SITE,
    column("kind", "设施类型", "/kind", Shape::Word(CO_DISPOSAL_KINDS)),
    number("daily_kg", "日协同处置能力", "/daily_kg"),
    number("notice_hours", "提前通知", "/notice_hours"),
    number("priority", "优先级", "/priority"),
    text("contact_person", "联系人", "/contact/person"),
    text("contact_phone", "联系电话", "/contact/phone"),
    text("evidence_sha256", "证明材料", "/evidence_sha256"),
];

//! Capacity as tables.

use super::sheet::{Sheet, number, text};

pub static FLOWS: Sheet = Sheet {
    name: "capacity-plan",
    columns: &[
        text("source", "来源", "/source"),
        text("facility", "设施", "/facility"),
        number("line", "许可行", "/line"),
        text("code", "废物代码", "/code"),
        number("kg", "质量(千克)", "/kg"),
    ],
};

pub static CELLS: Sheet = Sheet {
    name: "capacity-assessment",
    columns: &[
        text("division", "师市", "/division"),
        text("category", "废物类别", "/category"),
        text("code", "废物代码", "/code"),
        text("stream", "废物类型", "/stream"),
        number("produced_kg", "产生量(千克)", "/produced_kg"),
        number("estimated_kg", "估算产生量(千克)", "/estimated_kg"),
        number("shipped_kg", "移出量(千克)", "/shipped_kg"),
        number("self_treated_kg", "自行利用处置量(千克)", "/self_treated_kg"),
        number("stored_kg", "年末贮存量(千克)", "/stored_kg"),
        number("reachable_kg", "可达能力(千克)", "/reachable_kg"),
        number("licensed_kg", "许可能力(千克)", "/licensed_kg"),
        number("used_kg", "已用能力(千克)", "/used_kg"),
        number("gap_kg", "能力缺口(千克)", "/gap_kg"),
        number("idle_kg", "闲置能力(千克)", "/idle_kg"),
    ],
};

pub static ASSESSMENTS: Sheet = Sheet {
    name: "assessments",
    columns: &[
        text("id", "标识", "/id"),
        text("name", "名称", "/name"),
        number("year", "年度", "/year"),
        text("by", "维度", "/by"),
        text("divisions", "师市", "/divisions"),
        text("agency", "部门", "/agency"),
        number("tree_size", "日志事件数", "/tree_size"),
        text("content_sha256", "内容哈希", "/content_sha256"),
    ],
};

pub static EMERGENCY_PLANS: Sheet = Sheet {
    name: "emergency-plans",
    columns: &[
        text("id", "标识", "/id"),
        text("name", "名称", "/name"),
        text("status", "状态", "/status"),
        text("starts_on", "起始日", "/starts_on"),
        text("ends_on", "截止日", "/ends_on"),
        text("divisions", "师市", "/divisions"),
        number("made_kg", "产生量(千克)", "/made_kg"),
        number("treated_kg", "处置量(千克)", "/treated_kg"),
        number("late_kg", "逾期处置量(千克)", "/late_kg"),
        number("untreated_kg", "未处置量(千克)", "/untreated_kg"),
        number("co_disposal_kg", "协同处置量(千克)", "/co_disposal_kg"),
        text("first_break_on", "首次超贮存时限日", "/first_break_on"),
        text("issuer", "批准机关", "/government_plan/issuer"),
        text("number", "文号", "/government_plan/number"),
        text("ended_on", "提前终止日", "/ended_on"),
        text("end_reason", "终止原因", "/end_reason"),
        text("content_sha256", "内容哈希", "/content_sha256"),
    ],
};

pub static OPENINGS: Sheet = Sheet {
    name: "openings",
    columns: &[
        text("emergency_plan_id", "应急方案", "/emergency_plan_id"),
        text("co_disposal_facility_id", "协同处置设施", "/co_disposal_facility_id"),
        text("site_id", "场所", "/site_id"),
        text("division", "所在师市", "/division"),
        text("divisions", "适用师市", "/divisions"),
        text("starts_on", "起始日", "/starts_on"),
        text("ends_on", "截止日", "/ends_on"),
        number("daily_kg", "日处置量(千克)", "/daily_kg"),
        number("taken_kg", "当日已占用(千克)", "/taken_kg"),
        text("issuer", "批准机关", "/government_plan/issuer"),
        text("number", "文号", "/government_plan/number"),
    ],
};

pub static WAITING: Sheet = Sheet {
    name: "waiting-institutions",
    columns: &[
        text("site_id", "场所", "/site_id"),
        text("name", "名称", "/name"),
        text("division", "师市", "/division"),
        text("last_pickup_at", "上次收运时间", "/last_pickup_at"),
        number("hours_since", "距今小时数", "/hours_since"),
        number("on_hand_kg", "现存量(千克)", "/on_hand_kg"),
    ],
};

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

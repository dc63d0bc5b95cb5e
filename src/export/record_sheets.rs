//! The lists of records and their columns. The English headings are the API's own names.

use super::sheet::{Column, Sheet, number, text};

const ID: Column = text("id", "标识", "/id");
const SITE: Column = text("site_id", "场所标识", "/site_id");
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

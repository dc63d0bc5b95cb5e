//! What each named constraint means to the person whose act it refused.
//!
//! Rules refuse first; a constraint speaks only when two acts raced, or a rule is missing.

use crate::problem::{Code, Fault, Problem, Text};

/// What a refusal by the database means.
pub(super) enum Refusal {
    Problem(Box<Problem>),
    /// A row was not as it had been read: decide again.
    Moved,
}

/// Unique constraints: name, code, pointer, sentences.
const UNIQUE: &[(&str, Code, &str, &str, &str)] = &[
    (
        "manifest_external_id_once",
        Code::ExternalIdTaken,
        "/external_id",
        "该外部编号已被本单位使用。",
        "Your organisation has used this external id before.",
    ),
    (
        "organisation_uscc_once",
        Code::AlreadyExists,
        "/uscc",
        "该统一社会信用代码已登记。",
        "This unified social credit code is registered already.",
    ),
    (
        "licence_number_once",
        Code::AlreadyExists,
        "/number",
        "该许可证编号已登记。",
        "This licence number is registered already.",
    ),
    (
        "vehicle_plate_once",
        Code::AlreadyExists,
        "/plate",
        "该车牌号已登记。",
        "This plate is registered already.",
    ),
    (
        "waste_stream_once",
        Code::AlreadyExists,
        "/name",
        "该场所已登记同一代码、同一名称的废物流。",
        "This site has a waste stream of this code and name already.",
    ),
    (
        "management_plan_once",
        Code::AlreadyExists,
        "/year",
        "该场所当年的管理计划已存在，请修改原计划。",
        "This site has a plan for this year already; change that one.",
    ),
    (
        "transfer_approval_number_once",
        Code::AlreadyExists,
        "/number",
        "该审批文号已登记。",
        "This approval number is registered already.",
    ),
    (
        "ledger_entry_external_id_once",
        Code::ExternalIdTaken,
        "/external_id",
        "该外部编号已用于本场所的台账。",
        "This external id has been used in this site's ledger before.",
    ),
    (
        "trip_manifest_rides_once",
        Code::InUse,
        "/manifest_ids",
        "有联单已在另一车次上。",
        "A manifest rides on another trip.",
    ),
    ("user_login_once", Code::AlreadyExists, "/login", "该账号已存在。", "This login is taken."),
];

/// What was free or unchanged when it was read, and is not any more: on fresh facts a rule speaks,
/// or another label is given.
const MOVED: &[&str] =
    &["expect_rows", "subject_pkey", "event_once_per_place", "container_code_once"];

pub(super) fn refusal(err: &tokio_postgres::Error) -> Option<Refusal> {
    let name = err.as_db_error()?.constraint()?;
    if MOVED.contains(&name) {
        return Some(Refusal::Moved);
    }
    let (_, code, pointer, zh, en) = UNIQUE.iter().find(|row| row.0 == name)?;
    let fault = Fault::new(*code, *pointer, Text::new(*zh, *en));
    Some(Refusal::Problem(Box::new(fault.into())))
}

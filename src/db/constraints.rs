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

/// A unique constraint, and the refusal that it is.
pub(super) struct Unique {
    name: &'static str,
    pub table: &'static str,
    /// What is unique together; none where the constraint holds for some rows only, and a rule of
    /// its room looks before.
    pub columns: &'static [&'static str],
    code: Code,
    pointer: &'static str,
    zh: &'static str,
    en: &'static str,
}

impl Unique {
    pub fn fault(&self) -> Fault {
        Fault::new(self.code, self.pointer, Text::new(self.zh, self.en))
    }
}

pub(super) const UNIQUE: &[Unique] = &[
    Unique {
        name: "manifest_external_id_once",
        table: "manifest",
        columns: &["filed_by_id", "external_id"],
        code: Code::ExternalIdTaken,
        pointer: "/external_id",
        zh: "该外部编号已被本单位使用。",
        en: "Your organisation has used this external id before.",
    },
    Unique {
        name: "organisation_uscc_once",
        table: "organisation",
        columns: &["uscc"],
        code: Code::AlreadyExists,
        pointer: "/uscc",
        zh: "该统一社会信用代码已登记。",
        en: "This unified social credit code is registered already.",
    },
    Unique {
        name: "licence_number_once",
        table: "licence",
        columns: &["number"],
        code: Code::AlreadyExists,
        pointer: "/number",
        zh: "该许可证编号已登记。",
        en: "This licence number is registered already.",
    },
    Unique {
        name: "vehicle_plate_once",
        table: "vehicle",
        columns: &["plate"],
        code: Code::AlreadyExists,
        pointer: "/plate",
        zh: "该车牌号已登记。",
        en: "This plate is registered already.",
    },
    Unique {
        name: "waste_stream_once",
        table: "waste_stream",
        columns: &["site_id", "waste_code", "name"],
        code: Code::AlreadyExists,
        pointer: "/name",
        zh: "该场所已登记同一代码、同一名称的废物流。",
        en: "This site has a waste stream of this code and name already.",
    },
    Unique {
        name: "management_plan_once",
        table: "management_plan",
        columns: &["site_id", "year"],
        code: Code::AlreadyExists,
        pointer: "/year",
        zh: "该场所当年的管理计划已存在，请修改原计划。",
        en: "This site has a plan for this year already; change that one.",
    },
    Unique {
        name: "activity_once",
        table: "activity",
        columns: &["site_id", "kind", "product", "month"],
        code: Code::AlreadyExists,
        pointer: "/month",
        zh: "该场所当月的同类活动水平已登记，请更正原记录。",
        en: "This site has told of this month already; correct that entry.",
    },
    Unique {
        name: "co_disposal_facility_once",
        table: "co_disposal_facility",
        columns: &["site_id"],
        code: Code::AlreadyExists,
        pointer: "/site_id",
        zh: "该场所已在名单中，请修改原记录。",
        en: "This site is on the list already; change that entry.",
    },
    Unique {
        name: "facility_day_once",
        table: "facility_day",
        columns: &["site_id", "day"],
        code: Code::AlreadyExists,
        pointer: "/on",
        zh: "该设施当日的运行情况已登记，请更正原记录。",
        en: "This facility has told of this day already; correct that entry.",
    },
    Unique {
        name: "risk_source_once",
        table: "risk_source",
        columns: &["site_id", "name"],
        code: Code::AlreadyExists,
        pointer: "/name",
        zh: "该场所已登记同名风险源。",
        en: "This site has a risk source of this name already.",
    },
    Unique {
        name: "emergency_plan_filed_once",
        table: "emergency_plan_filed",
        columns: &["site_id", "number"],
        code: Code::AlreadyExists,
        pointer: "/number",
        zh: "该场所已登记同一编号的应急预案备案。",
        en: "This site has a filed plan of this number already.",
    },
    Unique {
        name: "insurance_policy_once",
        table: "insurance_policy",
        columns: &["organisation_id", "number"],
        code: Code::AlreadyExists,
        pointer: "/number",
        zh: "该单位已登记同一编号的保单。",
        en: "This organisation has a policy of this number already.",
    },
    Unique {
        name: "report_once",
        table: "report",
        columns: &["site_id", "year", "period", "number", "version"],
        code: Code::AlreadyCreated,
        pointer: "/number",
        zh: "该申报期已申报，更正请提交申报更正。",
        en: "This period was reported before: amend that report.",
    },
    Unique {
        name: "transfer_approval_number_once",
        table: "transfer_approval",
        columns: &["number"],
        code: Code::AlreadyExists,
        pointer: "/number",
        zh: "该审批文号已登记。",
        en: "This approval number is registered already.",
    },
    Unique {
        name: "ledger_entry_external_id_once",
        table: "ledger_entry",
        columns: &["site_id", "external_id"],
        code: Code::ExternalIdTaken,
        pointer: "/external_id",
        zh: "该外部编号已用于本场所的台账。",
        en: "This external id has been used in this site's ledger before.",
    },
    Unique {
        name: "trip_manifest_rides_once",
        table: "trip_manifest",
        columns: &[],
        code: Code::InUse,
        pointer: "/manifest_ids",
        zh: "有联单已在另一车次上。",
        en: "A manifest rides on another trip.",
    },
    Unique {
        name: "device_key_public_once",
        table: "device_key",
        columns: &["public_key"],
        code: Code::AlreadyExists,
        pointer: "/public_key",
        zh: "该公钥已登记过，作废的也不能再用。",
        en: "This key was registered before; a revoked one is not registered again.",
    },
    Unique {
        name: "user_login_once",
        table: "app_user",
        columns: &["login_key"],
        code: Code::AlreadyExists,
        pointer: "/login",
        zh: "该账号已存在。",
        en: "This login is taken.",
    },
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
    let fault = UNIQUE.iter().find(|one| one.name == name)?.fault();
    Some(Refusal::Problem(Box::new(fault.into())))
}

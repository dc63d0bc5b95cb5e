//! Who a user is, and what its rights are made of.
//!
//! A user's events record ids and rights. Login and password stay out of them for ever: they are
//! personal data, and hashed events are never erased (domain.md, "Retention").

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::agency::Agency;
use super::policy;
use crate::clock::rfc3339;
use crate::ctx::{Actor, Role, Via};
use crate::decision::{Subject, SubjectKind};
use crate::grant::Grants;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::problem::{Code, Fault, Text};
use crate::registry::{Organisation, Standing};
use crate::wire::api_enum;

api_enum! {
    /// Whether a user may sign in.
    pub enum UserStatus { Active = "active", Disabled = "disabled" }
}

/// A role with what it needs to mean something: a regulator's agency and jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    pub role: Role,
    pub agency: Option<Agency>,
    pub division: Option<String>,
    pub regiment: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub organisation_id: OrganisationId,
    pub login: String,
    pub rights: Rights,
    pub status: UserStatus,
    pub created_at: DateTime<Utc>,
    /// A code of its own device is asked for as it signs in.
    pub second_factor: bool,
    /// An administrator has set its password: it can do nothing but change it.
    pub must_change_password: bool,
    /// The number of its events.
    pub version: i64,
}

/// What a user's events record: all of it but the personal part.
#[derive(Debug, Deserialize)]
pub struct Recorded {
    pub organisation_id: OrganisationId,
    #[serde(flatten)]
    pub rights: Rights,
    pub status: UserStatus,
    pub created_at: DateTime<Utc>,
    #[serde(default)]
    pub second_factor: bool,
    #[serde(default)]
    pub must_change_password: bool,
}

impl User {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::User, self.id.uuid())
    }

    /// The `data` of an event after which the user is as it is here.
    pub fn recorded(&self) -> Value {
        json!({
            "id": self.id,
            "organisation_id": self.organisation_id,
            "role": self.rights.role,
            "agency": self.rights.agency,
            "division": self.rights.division,
            "regiment": self.rights.regiment,
            "status": self.status,
            "created_at": rfc3339(self.created_at),
            "second_factor": self.second_factor,
            "must_change_password": self.must_change_password,
        })
    }

    /// The user as it stood after its event number `version`.
    #[must_use]
    pub fn as_recorded(&self, recorded: Recorded, version: i64) -> Self {
        Self {
            id: self.id,
            organisation_id: recorded.organisation_id,
            login: self.login.clone(),
            rights: recorded.rights,
            status: recorded.status,
            created_at: recorded.created_at,
            second_factor: recorded.second_factor,
            must_change_password: recorded.must_change_password,
            version,
        }
    }

    /// The user as it acts in a session that it opened with its password.
    pub fn actor(&self, session: SessionId) -> Actor {
        Actor {
            user_id: self.id,
            organisation_id: self.organisation_id,
            role: self.rights.role,
            via: Via::Password,
            session_id: Some(session),
            division: self.rights.division.clone(),
            regiment: self.rights.regiment.clone(),
            agency: self.rights.agency.map(|agency| agency.as_str().to_owned()),
            grants: Grants::NONE,
        }
    }
}

/// What logins are compared by: case never tells two users apart.
pub fn login_key(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Letters and digits of any script, and the marks that e-mail addresses and staff numbers have.
pub fn login_fault(login: &str) -> Option<Fault> {
    let plain = login.chars().all(|one| one.is_alphanumeric() || "._-+@".contains(one));
    let text = || {
        Text::new(
            "账号只能含有字母、汉字、数字和 . _ - + @。",
            "A login has letters, digits and . _ - + @ only.",
        )
    };
    (!plain).then(|| Fault::new(Code::InvalidValue, "/login", text()))
}

/// Whether an organisation can have somebody with this role now.
pub fn role_faults(role: Role, organisation: &Organisation) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !policy::role_fits(role, &organisation.roles) {
        let text = Text::new(
            format!("该单位不能有 {role} 角色的用户。"),
            format!("This organisation cannot have a user with the role {role}."),
        );
        faults.push(Fault::new(Code::RoleNotHeld, "/role", text));
    }
    if organisation.status == Standing::Closed {
        let text = Text::new("该单位已注销。", "This organisation is closed.");
        faults.push(Fault::new(Code::RightWithdrawn, "/organisation_id", text));
    }
    faults
}

/// Makes rights of what was asked, or says what does not go with the role. A division's regulator
/// without a division gets that of its organisation.
pub fn rights(asked: Rights, organisation: &Organisation) -> Result<Rights, Vec<Fault>> {
    let mut faults = Vec::new();
    let own = Some(&organisation.division).filter(|division| is_division(division)).cloned();
    let (needs_division, needs_regiment) = match asked.role {
        Role::DivisionRegulator => (true, false),
        Role::RegimentRegulator => (true, true),
        _ => (false, false),
    };
    let agency = match (asked.role.is_regulator(), asked.agency) {
        (true, agency) => Some(agency.unwrap_or(Agency::Ecology)),
        (false, None) => None,
        (false, Some(_)) => {
            faults.push(not_with_role("/agency", asked.role));
            None
        }
    };
    let division = match (needs_division, asked.division) {
        (true, division) => division.or(own),
        (false, None) => None,
        (false, Some(_)) => {
            faults.push(not_with_role("/division", asked.role));
            None
        }
    };
    if needs_division {
        match &division {
            None => faults.push(required("/division")),
            Some(number) if !is_division(number) => {
                let text = Text::new("师应为 01 到 14。", "A division is 01 to 14.");
                faults.push(Fault::new(Code::InvalidValue, "/division", text));
            }
            Some(_) => {}
        }
    }
    match (needs_regiment, &asked.regiment) {
        (true, None) => faults.push(required("/regiment")),
        (false, Some(_)) => faults.push(not_with_role("/regiment", asked.role)),
        (true, Some(_)) | (false, None) => {}
    }
    if faults.is_empty() {
        Ok(Rights { role: asked.role, agency, division, regiment: asked.regiment })
    } else {
        Err(faults)
    }
}

fn is_division(text: &str) -> bool {
    // `parse` also reads `+1`.
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && matches!(text.parse(), Ok(1..=14u8))
}

fn required(pointer: &str) -> Fault {
    let text = Text::new("该角色须填写此项。", "This role needs it.");
    Fault::new(Code::Required, pointer, text)
}

fn not_with_role(pointer: &str, role: Role) -> Fault {
    let text = Text::new(
        format!("角色 {role} 没有此项。"),
        format!("A user with the role {role} has none."),
    );
    Fault::new(Code::InvalidValue, pointer, text)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn bureau(division: &str) -> Organisation {
        Organisation {
            id: OrganisationId::of(Uuid::from_bytes([1; 16])),
            name: "x".into(),
            uscc: "x".into(),
            roles: Vec::new(),
            division: division.into(),
            status: Standing::Active,
            blacklisted: false,
        }
    }

    fn asked(role: Role, division: Option<&str>, regiment: Option<&str>) -> Rights {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Rights { role, agency: None, division: text(division), regiment: text(regiment) }
    }

    fn pointers(asked: Rights, home: &str) -> Vec<String> {
        let faults = rights(asked, &bureau(home)).err().unwrap_or_default();
        faults.into_iter().filter_map(|fault| fault.pointer).collect()
    }

    #[test]
    fn a_regulator_is_of_ecology_and_of_its_own_division_unless_said_otherwise() {
        let made = rights(asked(Role::DivisionRegulator, None, None), &bureau("08")).unwrap();
        assert_eq!(made.agency, Some(Agency::Ecology));
        assert_eq!(made.division.as_deref(), Some("08"));
        let made = rights(asked(Role::DivisionRegulator, Some("01"), None), &bureau("08")).unwrap();
        assert_eq!(made.division.as_deref(), Some("01"));
        let made = rights(asked(Role::CorpsRegulator, None, None), &bureau("00")).unwrap();
        assert_eq!((made.division, made.regiment), (None, None));
    }

    #[test]
    fn scope_must_go_with_the_role() {
        let none: [&str; 0] = [];
        assert_eq!(pointers(asked(Role::DivisionRegulator, None, None), "00"), ["/division"]);
        assert_eq!(pointers(asked(Role::DivisionRegulator, Some("15"), None), "00"), ["/division"]);
        assert_eq!(pointers(asked(Role::DivisionRegulator, Some("+1"), None), "00"), ["/division"]);
        assert_eq!(pointers(asked(Role::DivisionRegulator, Some("14"), None), "00"), none);
        assert_eq!(pointers(asked(Role::RegimentRegulator, Some("01"), None), "00"), ["/regiment"]);
        assert_eq!(pointers(asked(Role::RegimentRegulator, Some("01"), Some("3")), "00"), none);
        assert_eq!(pointers(asked(Role::CorpsRegulator, Some("01"), None), "00"), ["/division"]);
        let producer =
            Rights { agency: Some(Agency::Health), ..asked(Role::Producer, Some("01"), Some("3")) };
        assert_eq!(pointers(producer, "01"), ["/agency", "/division", "/regiment"]);
    }

    #[test]
    fn what_an_event_records_is_read_back_and_names_nobody() {
        let user = User {
            id: UserId::of(Uuid::from_bytes([4; 16])),
            organisation_id: OrganisationId::of(Uuid::from_bytes([5; 16])),
            login: "zhang.san".into(),
            rights: rights(asked(Role::DivisionRegulator, None, None), &bureau("08")).unwrap(),
            status: UserStatus::Disabled,
            created_at: DateTime::from_timestamp_millis(1_780_000_000_123).unwrap(),
            second_factor: true,
            must_change_password: true,
            version: 3,
        };
        let text = crate::journal::canonical(&user.recorded()).unwrap();
        assert!(!text.contains("zhang.san"));
        let recorded: Recorded = serde_json::from_str(&text).unwrap();
        assert_eq!(user.as_recorded(recorded, 3), user);
    }

    #[test]
    fn logins_are_plain() {
        for login in ["zhang.san", "张三", "a-b_c+d@x.cn", "A1"] {
            assert!(login_fault(login).is_none(), "{login}");
        }
        for login in ["zhang san", "a/b", "a\"b", "😀"] {
            assert!(login_fault(login).is_some(), "{login}");
        }
        assert_eq!(login_key(" Zhang.San "), "zhang.san");
    }
}

//! The rows that the newest event of a user, a key, a device or a delegation tells of, for the
//! audit: who may do what, and nothing that is secret or personal.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::insert_delegation;
use crate::decision::{Cell, Row, SubjectKind, Table, Type, Write};
use crate::identity::delegation::Delegation;

static USER: Table = Table {
    name: "app_user",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("role", Type::Text),
        ("agency", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("status", Type::Text),
    ],
};

static KEY: Table = Table {
    name: "api_key",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("role", Type::Text),
        ("agency", Type::Text),
        ("division", Type::Text),
        ("regiment", Type::Text),
        ("status", Type::Text),
        ("user_id", Type::Uuid),
        ("scopes", Type::Jsonb),
        ("expires_at", Type::Time),
    ],
};

static DEVICE: Table = Table {
    name: "device_key",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("organisation_id", Type::Uuid),
        ("user_id", Type::Uuid),
        ("alg", Type::Text),
        ("public_key", Type::Text),
        ("status", Type::Text),
        ("good_until", Type::Time),
    ],
};

#[derive(Deserialize)]
struct OfDevice {
    id: Uuid,
    organisation_id: Uuid,
    user_id: Uuid,
    alg: String,
    public_key: String,
    status: String,
    good_until: Option<DateTime<Utc>>,
}

/// What events say of who may do what.
#[derive(Deserialize)]
struct Rights {
    id: Uuid,
    organisation_id: Uuid,
    role: String,
    #[serde(default)]
    agency: Option<String>,
    #[serde(default)]
    division: Option<String>,
    #[serde(default)]
    regiment: Option<String>,
    status: String,
}

#[derive(Deserialize)]
struct OfKey {
    user_id: Uuid,
    scopes: Value,
    expires_at: DateTime<Utc>,
}

/// What must be stored after an event with this `data`; `None` for what is none of them.
pub fn implied(kind: SubjectKind, data: Value) -> Option<Result<Row, serde_json::Error>> {
    match kind {
        SubjectKind::User => Some(user(data)),
        SubjectKind::ApiKey => Some(key(data)),
        SubjectKind::DeviceKey => Some(device(data)),
        SubjectKind::Delegation => {
            let read = serde_json::from_value::<Delegation>(data);
            Some(read.map(|one| insert_delegation(&one)))
        }
        _ => None,
    }
}

fn text(text: String) -> Cell {
    Cell::Text(Some(text))
}

fn json(value: &Value) -> Cell {
    Cell::Json(Some(value.to_string()))
}

fn rights(data: Value) -> Result<Vec<Cell>, serde_json::Error> {
    let rights: Rights = serde_json::from_value(data)?;
    Ok(vec![
        Cell::Uuid(Some(rights.id)),
        Cell::Uuid(Some(rights.organisation_id)),
        text(rights.role),
        Cell::Text(rights.agency),
        Cell::Text(rights.division),
        Cell::Text(rights.regiment),
        text(rights.status),
    ])
}

fn user(data: Value) -> Result<Row, serde_json::Error> {
    Ok(Row { table: &USER, cells: rights(data)? })
}

fn key(data: Value) -> Result<Row, serde_json::Error> {
    let key: OfKey = serde_json::from_value(data.clone())?;
    let mut cells = rights(data)?;
    cells.extend([
        Cell::Uuid(Some(key.user_id)),
        json(&key.scopes),
        Cell::Time(Some(key.expires_at)),
    ]);
    Ok(Row { table: &KEY, cells })
}

fn device(data: Value) -> Result<Row, serde_json::Error> {
    let one: OfDevice = serde_json::from_value(data)?;
    let cells = vec![
        Cell::Uuid(Some(one.id)),
        Cell::Uuid(Some(one.organisation_id)),
        Cell::Uuid(Some(one.user_id)),
        text(one.alg),
        text(one.public_key),
        text(one.status),
        Cell::Time(one.good_until),
    ];
    Ok(Row { table: &DEVICE, cells })
}

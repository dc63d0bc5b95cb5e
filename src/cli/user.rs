//! `liandan user`: the users that nobody inside can make yet, the corps' regulator before all.

use std::io::Read as _;

use serde_json::{Value, json};

use super::say;
use crate::config::{Environment, Serving};
use crate::mint::Mint;
use crate::server::{self, NewUser, Production, StartError};
use crate::telemetry::start_log;

/// Make a user, by the same rules as `POST /users`; with `--new-organisation` its organisation too.
///
/// On an empty database: `liandan user --login corps --role corps_regulator --new-organisation
/// 新疆生产建设兵团生态环境局 --uscc …`. Prints the user as JSON.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    login: String,
    /// admin, producer, carrier, driver, receiver, reader, corps_regulator, division_regulator or
    /// regiment_regulator.
    #[arg(long)]
    role: String,
    /// Read the password from standard input; without this one is made and shown, once.
    #[arg(long)]
    password_stdin: bool,
    /// The organisation it acts for.
    #[arg(long, value_name = "ID", required_unless_present = "new_organisation")]
    organisation: Option<uuid::Uuid>,
    /// Register an organisation of this name first.
    #[arg(long, value_name = "NAME", conflicts_with = "organisation", requires = "uscc")]
    new_organisation: Option<String>,
    /// The new organisation's unified social credit code.
    #[arg(long)]
    uscc: Option<String>,
    /// The new organisation's division; 00 is the corps' own.
    #[arg(long, value_name = "DIVISION", default_value = "00")]
    organisation_division: String,
    /// What the new organisation does: producer, carrier, receiver; nothing for regulators.
    #[arg(long, value_name = "ROLE")]
    organisation_role: Vec<String>,
    /// A regulator's agency; ecology when absent.
    #[arg(long)]
    agency: Option<String>,
    /// The division of a division's or regiment's regulator.
    #[arg(long)]
    division: Option<String>,
    /// The regiment of a regiment's regulator.
    #[arg(long)]
    regiment: Option<String>,
}

pub(super) fn run(environment: &Environment, asked: Arguments) -> Result<(), StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let production = Production {
        serving: Serving::for_production(environment, false)?,
        database_url: environment.required("DATABASE_URL")?.to_owned(),
        migrate_url: None,
    };
    let made = if asked.password_stdin { None } else { Some(new_password()) };
    let password = made.clone().map_or_else(given_password, Ok)?;
    let user = server::create_user(&production, new_user(asked, &password))?;
    let mut shown = json!({
        "id": user.id, "organisation_id": user.organisation_id, "login": user.login,
        "role": user.rights.role,
    });
    if let Some(password) = made {
        shown["password"] = Value::from(password);
    }
    say(&shown.to_string());
    Ok(())
}

fn new_user(asked: Arguments, password: &str) -> NewUser {
    let organisation = asked.new_organisation.map(|name| {
        json!({
            "name": name, "uscc": asked.uscc, "roles": asked.organisation_role,
            "division": asked.organisation_division,
        })
    });
    let mut user = json!({
        "organisation_id": asked.organisation, "login": asked.login, "password": password,
        "role": asked.role,
    });
    let optional =
        [("agency", asked.agency), ("division", asked.division), ("regiment", asked.regiment)];
    for (name, value) in optional {
        if let Some(value) = value {
            user[name] = Value::from(value);
        }
    }
    NewUser { organisation, user }
}

fn given_password() -> Result<String, StartError> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|reason| StartError::Io { doing: "read the password", reason })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// 96 random bits: nothing to guess, and still something that can be typed once.
fn new_password() -> String {
    hex::encode(Mint::random().bytes::<12>())
}

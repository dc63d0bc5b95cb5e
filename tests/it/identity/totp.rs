//! The second factor: switched on with a code, asked for at the door, good once, lost and replaced.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::{Answer, Client, PASSWORD, World};

struct Stage {
    world: World,
    corps: Client,
    user: Client,
    user_id: String,
}

const LOGIN: &str = "zhang.san";

impl Stage {
    async fn new() -> Self {
        let world = World::start().await;
        let corps = world.corps().await;
        let bureau = corps.get("/me").await.ok().str("/organisation/id").to_owned();
        let user = json!({"organisation_id": bureau, "login": LOGIN, "password": PASSWORD,
            "role": "reader"});
        let user_id = corps.post("/users", &user).await.is(201).id();
        let user = world.log_in(LOGIN).await;
        Self { world, corps, user, user_id }
    }

    async fn log_in(&self, password: &str, totp: Option<&str>) -> Answer {
        let mut body = json!({"login": LOGIN, "password": password});
        if let Some(code) = totp {
            body["totp"] = json!(code);
        }
        self.world.client().post("/auth/login", &body).await
    }

    /// Switches it on with the code of now; the next to come is left for the door.
    async fn enrolled(&self) -> (String, Vec<String>) {
        let begun = self.user.post("/me/totp", &json!({})).await.is(201);
        let secret = begun.str("/secret").to_owned();
        assert!(begun.str("/otpauth_url").contains(&secret));
        let code = json!({"code": self.code(&secret, 0)});
        let on = self.user.post("/me/totp/confirm", &code).await.is(200);
        let codes = on.get("/recovery_codes").as_array().unwrap().iter();
        (secret, codes.map(|code| code.as_str().unwrap().to_owned()).collect())
    }

    /// The code of so many steps from now. One step either way is good, so it does not matter if
    /// a step ends meanwhile.
    fn code(&self, secret: &str, steps: u64) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let now = u64::try_from(self.world.app.clock.wall().timestamp()).unwrap();
        totp.generate(now + 30 * steps).to_string()
    }
}

fn another(code: &str) -> String {
    let first = if code.starts_with('9') { '0' } else { '9' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_code_is_asked_for_and_is_good_once() {
    let stage = Stage::new().await;
    let elsewhere = stage.world.log_in(LOGIN).await;
    let (secret, codes) = stage.enrolled().await;
    assert_eq!(codes.len(), 10);
    // Sessions that were opened without it have ended; the one it was done in goes on.
    elsewhere.get("/me").await.is(401);
    let me = stage.user.get("/me").await.is(200);
    assert_eq!(me.get("/user/second_factor"), &json!(true));
    stage.user.post("/me/totp", &json!({})).await.is(409);

    stage.log_in(PASSWORD, None).await.is(401).refused_as("totp_required");
    stage.log_in(PASSWORD, Some("")).await.refused_as("totp_required");
    let code = stage.code(&secret, 1);
    stage.log_in(PASSWORD, Some(&another(&code))).await.is(401).refused_as("invalid_totp");
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    stage.log_in(PASSWORD, Some(&spaced)).await.is(200);
    stage.log_in(PASSWORD, Some(&code)).await.is(401).refused_as("invalid_totp");

    stage.log_in(PASSWORD, Some(&codes[0].to_lowercase())).await.is(200);
    stage.log_in(PASSWORD, Some(&codes[0])).await.refused_as("invalid_totp");
    let state = stage.user.get("/me/totp").await.is(200);
    assert_eq!(state.json, json!({"enabled": true, "recovery_codes_left": 9}));
}

#[tokio::test]
async fn the_door_tells_only_who_has_the_password() {
    let stage = Stage::new().await;
    let (secret, _) = stage.enrolled().await;
    let code = stage.code(&secret, 1);
    let mut told = stage.log_in("not the password", Some(&code)).await.is(401).json;
    let body = json!({"login": "nobody", "password": PASSWORD});
    let mut unknown = stage.world.client().post("/auth/login", &body).await.is(401).json;
    for one in [&mut told, &mut unknown] {
        one["request_id"] = Value::Null;
    }
    assert_eq!(told, unknown);
    // A code that was not looked at is not spent.
    stage.log_in(PASSWORD, Some(&code)).await.is(200);
}

/// Whoever has the password may not guess at codes for ever, nor reset the count by asking.
#[tokio::test]
async fn wrong_codes_lock_as_wrong_passwords_do() {
    let stage = Stage::new().await;
    let (secret, codes) = stage.enrolled().await;
    let wrong = another(&stage.code(&secret, 1));
    for _ in 0..5 {
        stage.log_in(PASSWORD, None).await.refused_as("totp_required");
        stage.log_in(PASSWORD, Some(&wrong)).await.refused_as("invalid_totp");
    }
    stage.log_in(PASSWORD, Some(&codes[0])).await.is(429);
    stage.log_in(PASSWORD, None).await.is(429);
}

#[tokio::test]
async fn of_two_who_use_one_code_at_once_one_gets_in() {
    let stage = Stage::new().await;
    let (secret, codes) = stage.enrolled().await;
    for code in [stage.code(&secret, 1), codes[3].clone()] {
        let (one, two) =
            tokio::join!(stage.log_in(PASSWORD, Some(&code)), stage.log_in(PASSWORD, Some(&code)));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }
}

#[tokio::test]
async fn it_is_confirmed_before_it_counts_and_ends_with_both_factors() {
    let stage = Stage::new().await;
    let confirm =
        async |code: &str| stage.user.post("/me/totp/confirm", &json!({"code": code})).await;
    confirm("123456").await.is(422).refused_as("invalid_value").at("/code");
    let first = stage.user.post("/me/totp", &json!({})).await.is(201);
    stage.log_in(PASSWORD, None).await.is(200);
    let second = stage.user.post("/me/totp", &json!({})).await.is(201);
    let old = stage.code(first.str("/secret"), 0);
    confirm(&old).await.is(422);
    let (one, two) = {
        let code = stage.code(second.str("/secret"), 0);
        let (one, two) = tokio::join!(confirm(&code), confirm(&code));
        (one.status, two.status)
    };
    assert!(one == 200 || two == 200);
    assert!(one != two, "{one} {two}");

    let disable = async |password: &str, code: &str| {
        let body = json!({"password": password, "code": code});
        stage.user.post("/me/totp/disable", &body).await
    };
    let code = stage.code(second.str("/secret"), 1);
    disable("not the password", &code).await.is(422).at("/password");
    disable(PASSWORD, &another(&code)).await.is(422).at("/code");
    disable(PASSWORD, &code).await.is(204);
    disable(PASSWORD, &code).await.is(409);
    stage.log_in(PASSWORD, None).await.is(200);
}

/// Some are used up, or the sheet was seen: new ones take the place of all of them.
#[tokio::test]
async fn recovery_codes_are_renewed_with_both_factors() {
    let stage = Stage::new().await;
    let renew = async |password: &str, code: &str| {
        let body = json!({"password": password, "code": code});
        stage.user.post("/me/totp/recovery-codes", &body).await
    };
    renew(PASSWORD, "123456").await.is(409).refused_as("illegal_transition");
    let (secret, old) = stage.enrolled().await;
    let code = stage.code(&secret, 1);
    renew("not the password", &code).await.is(422).refused_as("invalid_value").at("/password");
    renew(PASSWORD, &another(&code)).await.is(422).refused_as("invalid_value").at("/code");
    let left = async || stage.user.get("/me/totp").await.ok().json["recovery_codes_left"].clone();
    assert_eq!(left().await, json!(10), "nothing has changed");
    stage.log_in(PASSWORD, Some(&old[0])).await.is(200);
    // Two with one code at once: it is good once.
    let (one, two) = tokio::join!(renew(PASSWORD, &code), renew(PASSWORD, &code));
    let (renewed, no) = if one.status == 200 { (one, two) } else { (two, one) };
    no.is(422).at("/code");
    let new = renewed.is(200).get("/recovery_codes").as_array().unwrap().clone();
    assert_eq!((new.len(), left().await), (10, json!(10)));
    for gone in [&old[0], &old[1]] {
        stage.log_in(PASSWORD, Some(gone)).await.is(401).refused_as("invalid_totp");
    }
    let new: Vec<&str> = new.iter().map(|code| code.as_str().unwrap()).collect();
    stage.log_in(PASSWORD, Some(new[0])).await.is(200);
    // A recovery code is a factor here too, and is gone with the others.
    renew(PASSWORD, new[1]).await.is(200);
    stage.log_in(PASSWORD, Some(new[2])).await.is(401);
    let me = stage.user.get("/me").await.is(200);
    assert_eq!(me.get("/user/second_factor"), &json!(true));
}

#[tokio::test]
async fn a_stolen_dump_and_the_journal_hold_no_secret() {
    let stage = Stage::new().await;
    let (secret, codes) = stage.enrolled().await;
    let raw = Secret::try_from_base32(&secret).unwrap();
    let superuser = stage.world.database.superuser().await;
    let row = superuser.query_one("SELECT secret FROM totp", &[]).await.unwrap();
    let sealed: Vec<u8> = row.get(0);
    assert!(!sealed.windows(8).any(|part| raw.as_bytes().windows(8).any(|own| own == part)));
    let dump = "SELECT string_agg(a, ' ') FROM (SELECT t::text a FROM recovery_code t
        UNION ALL SELECT t::text FROM totp t UNION ALL SELECT body FROM event) x";
    let dump: String = superuser.query_one(dump, &[]).await.unwrap().get(0);
    let hex = hex::encode(raw.as_bytes());
    assert!(!dump.contains(&secret) && !dump.contains(&hex));
    for code in &codes {
        assert!(!dump.contains(code) && !dump.contains(&code.replace('-', "")));
    }
    assert!(dump.contains("second_factor_on") && !dump.contains(LOGIN));
}

#[tokio::test]
async fn an_administrator_switches_a_lost_one_off_and_never_on() {
    let stage = Stage::new().await;
    let path = format!("/users/{}", stage.user_id);
    let on = stage.corps.patch(&path, &json!({"second_factor": true})).await;
    on.is(422).refused_as("invalid_value").at("/second_factor");
    stage.enrolled().await;
    let off = stage.corps.patch(&path, &json!({"second_factor": false})).await.is(200);
    assert_eq!(off.get("/second_factor"), &json!(false));
    stage.log_in(PASSWORD, None).await.is(200);
}

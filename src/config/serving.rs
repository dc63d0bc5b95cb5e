//! What each way of starting asks of the environment, checked before anything else is touched.
//!
//! URLs and tokens hold secrets: the structs that carry them have no `Debug`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::files::files;
use super::notices::notices;
use super::{AMENDMENT_DAYS, BadSetting, Borders, Config, Environment, Numbering, SignedFrom};
use crate::container::{LabelLayout, NotALayout, QrContent};
use crate::custody::{LogKeys, NotWitnesses, Witnesses};
use crate::identity::{PasswordCost, TOKEN_SECRET_BYTES_MIN};
use crate::mint::Mint;
use crate::secret::Secret;

/// Beginnings of secrets that stand in examples: whoever has read one could sign in as anybody.
const KNOWN_SECRETS: [&str; 7] =
    ["change", "secret", "default", "example", "password", "liandan", "0123456789"];

/// A log's name is in every event and checkpoint.
const ORIGIN_BYTES_MAX: usize = 200;

/// The origin of a demo's log; nobody's domain, so it can never be taken for a real one.
const DEMO_ORIGIN: &str = "demo.liandan.invalid/log";

/// Where `/metrics` is, and for whom.
#[derive(Clone, PartialEq, Eq)]
pub enum Metrics {
    /// Nowhere.
    Off,
    /// On a port of its own, for whoever reaches it.
    Listen(SocketAddr),
    /// On the main port, for whoever has the token.
    Token(String),
    /// On the main port, for whoever is signed in: a demo's figures are nobody's secret.
    SignedIn,
}

/// Settings of a process that answers requests.
#[derive(Clone)]
pub struct Serving {
    pub config: Config,
    pub listen: SocketAddr,
    pub metrics: Metrics,
    pub behind_tls: bool,
    pub workers: Option<usize>,
    /// The token secret is none of the settings: made for this start, and kept with a demo's data.
    pub is_secret_made: bool,
}

impl Serving {
    /// For production: nothing that matters has a default.
    pub fn for_production(env: &Environment, sandbox: bool) -> Result<Self, BadSetting> {
        let origin = origin(env)?
            .ok_or_else(|| BadSetting::new("LIANDAN_ORIGIN", "must be set: the log's name"))?;
        let secret = token_secret(env)?
            .ok_or_else(|| BadSetting::new("LIANDAN_TOKEN_SECRET", "must be set"))?;
        Self::with(env, origin, sandbox, secret)
    }

    /// For a demo: everything has a default. Its secret is made here, and taken only where the
    /// demo's data has none yet.
    pub fn for_demo(env: &Environment, mint: &Mint) -> Result<Self, BadSetting> {
        let made = || mint.bytes::<TOKEN_SECRET_BYTES_MIN>().to_vec();
        let secret = token_secret(env)?;
        let is_secret_made = secret.is_none();
        let origin = origin(env)?.unwrap_or_else(|| DEMO_ORIGIN.to_owned());
        let mut demo = Self::with(env, origin, true, secret.unwrap_or_else(made))?;
        demo.is_secret_made = is_secret_made;
        // Whoever tries it has a receiver on the same machine.
        demo.config.notify.private_targets |= env.text("LIANDAN_WEBHOOK_PRIVATE_TARGETS").is_none();
        let metrics = if demo.metrics == Metrics::Off { Metrics::SignedIn } else { demo.metrics };
        Ok(Self { metrics, ..demo })
    }

    fn with(
        env: &Environment,
        origin: String,
        sandbox: bool,
        token_secret: Vec<u8>,
    ) -> Result<Self, BadSetting> {
        let words = [("division", Numbering::ByDivision), ("plain", Numbering::Plain)];
        let numbering = env.one_of("LIANDAN_NUMBERING", &words, Numbering::ByDivision)?;
        let words = [("province", Borders::Province), ("corps", Borders::ProvinceAndCorps)];
        let borders = env.one_of("LIANDAN_BORDERS", &words, Borders::Province)?;
        let wanted = "an address and port such as 127.0.0.1:8080";
        let listen = env.parsed("LIANDAN_LISTEN", wanted)?;
        let workers: Option<usize> = env.parsed("LIANDAN_WORKERS", "a number of threads")?;
        if workers == Some(0) {
            return Err(BadSetting::new("LIANDAN_WORKERS", "must be at least 1"));
        }
        let days: Option<u32> = env.parsed("LIANDAN_AMENDMENT_DAYS", "a number of working days")?;
        let amendment_days = days.unwrap_or(AMENDMENT_DAYS);
        if !(1..=60).contains(&amendment_days) {
            return Err(BadSetting::new("LIANDAN_AMENDMENT_DAYS", "must be from 1 to 60"));
        }
        let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)));
        let log_keys = log_keys(env, &origin)?;
        let yes_no = [("true", true), ("false", false)];
        Ok(Self {
            config: Config {
                origin,
                sandbox,
                numbering,
                borders,
                labels: labels(env)?,
                label_qr: label_qr(env)?,
                amendment_days,
                signed_from: signed_from(env)?,
                token_secret: Secret::new(token_secret),
                password_cost: PasswordCost::default(),
                log_keys,
                witnesses: witnesses(env)?,
                behind_proxy: env.one_of("LIANDAN_BEHIND_PROXY", &yes_no, false)?,
                files: files(env)?,
                notify: notices(env, (listen, sandbox))?,
            },
            listen,
            metrics: metrics(env)?,
            behind_tls: env.one_of("LIANDAN_BEHIND_TLS", &yes_no, false)?,
            workers,
            is_secret_made: false,
        })
    }
}

fn signed_from(env: &Environment) -> Result<SignedFrom, BadSetting> {
    let wanted = "a list such as hazardous=2027-01-01,medical=2027-07-01";
    Ok(env.parsed("LIANDAN_SIGNED_FROM", wanted)?.unwrap_or_default())
}

fn labels(env: &Environment) -> Result<LabelLayout, BadSetting> {
    const NAME: &str = "LIANDAN_LABEL_LAYOUT";
    let Some(text) = env.text(NAME) else { return Ok(LabelLayout::default()) };
    text.parse().map_err(|err: NotALayout| BadSetting::new(NAME, format!("{err}: {text:?}")))
}

fn label_qr(env: &Environment) -> Result<QrContent, BadSetting> {
    let wanted = "a text of at most 200 characters with {code} in it";
    Ok(env.parsed("LIANDAN_LABEL_QR", wanted)?.unwrap_or_default())
}

fn metrics(env: &Environment) -> Result<Metrics, BadSetting> {
    let listen =
        env.parsed("LIANDAN_METRICS_LISTEN", "an address and port such as 127.0.0.1:9090")?;
    match (listen, env.text("LIANDAN_METRICS_TOKEN")) {
        (None, None) => Ok(Metrics::Off),
        (Some(address), None) => Ok(Metrics::Listen(address)),
        (None, Some(token)) if token.len() >= 16 => Ok(Metrics::Token(token.to_owned())),
        (None, Some(_)) => {
            Err(BadSetting::new("LIANDAN_METRICS_TOKEN", "must have at least 16 characters"))
        }
        (Some(_), Some(_)) => {
            let reason = "and LIANDAN_METRICS_LISTEN are both set: choose one";
            Err(BadSetting::new("LIANDAN_METRICS_TOKEN", reason))
        }
    }
}

/// The secret as bytes, when one is set. The refusals never show it.
fn token_secret(env: &Environment) -> Result<Option<Vec<u8>>, BadSetting> {
    const NAME: &str = "LIANDAN_TOKEN_SECRET";
    let Some(secret) = env.text(NAME) else { return Ok(None) };
    if secret.len() < TOKEN_SECRET_BYTES_MIN {
        let reason = format!(
            "is too short: at least {TOKEN_SECRET_BYTES_MIN} random bytes, for example from \
             `openssl rand -base64 48`"
        );
        return Err(BadSetting::new(NAME, reason));
    }
    let lower = secret.to_ascii_lowercase();
    let distinct = secret.bytes().collect::<std::collections::HashSet<_>>().len();
    if KNOWN_SECRETS.iter().any(|known| lower.starts_with(known)) || distinct < 8 {
        let reason = "is one that others can guess: use `openssl rand -base64 48`";
        return Err(BadSetting::new(NAME, reason));
    }
    Ok(Some(secret.as_bytes().to_vec()))
}

/// The log's keys, when any are set. The refusals never show them.
fn log_keys(env: &Environment, origin: &str) -> Result<Option<LogKeys>, BadSetting> {
    const NAME: &str = "LIANDAN_LOG_KEY";
    const FILE: &str = "LIANDAN_LOG_KEY_FILE";
    let (name, text) = match (env.text(NAME), env.text(FILE)) {
        (None, None) => return Ok(None),
        (Some(text), None) => (NAME, text.to_owned()),
        (None, Some(file)) => {
            let read = std::fs::read_to_string(file);
            (FILE, read.map_err(|err| BadSetting::new(FILE, format!("cannot be read: {err}")))?)
        }
        (Some(_), Some(_)) => {
            return Err(BadSetting::new(NAME, "and LIANDAN_LOG_KEY_FILE are both set: choose one"));
        }
    };
    let keys = LogKeys::parse(&text).map_err(|not| BadSetting::new(name, not.to_string()))?;
    of_this_log(name, keys, origin).map(Some)
}

fn witnesses(env: &Environment) -> Result<Witnesses, BadSetting> {
    const NAME: &str = "LIANDAN_WITNESSES";
    let Some(text) = env.text(NAME) else { return Ok(Witnesses::default()) };
    text.parse().map_err(|not: NotWitnesses| BadSetting::new(NAME, not.to_string()))
}

/// A key signs for the log whose name it has, and for no other.
pub(crate) fn of_this_log(
    name: &'static str,
    keys: LogKeys,
    origin: &str,
) -> Result<LogKeys, BadSetting> {
    if keys.name() == origin {
        return Ok(keys);
    }
    let reason = format!("is a key of {:?}, and this log is {origin:?}", keys.name());
    Err(BadSetting::new(name, reason))
}

/// A checkpoint's first line (C2SP tlog-checkpoint): no scheme, no white space, no plus sign.
fn origin(env: &Environment) -> Result<Option<String>, BadSetting> {
    let Some(text) = env.text("LIANDAN_ORIGIN") else { return Ok(None) };
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+');
    if !plain || text.contains("://") || text.len() > ORIGIN_BYTES_MAX {
        let reason = format!(
            "must be a name such as liandan.example.cn/log: no scheme, no white space, no `+`, at \
             most {ORIGIN_BYTES_MAX} bytes: {text:?}"
        );
        return Err(BadSetting::new("LIANDAN_ORIGIN", reason));
    }
    Ok(Some(text.to_owned()))
}

/// Where a demo keeps its database and what it runs it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoHome {
    pub data_dir: PathBuf,
    pub postgres_bin: Option<PathBuf>,
    pub cache_dir: Option<PathBuf>,
}

impl DemoHome {
    pub fn of(
        env: &Environment,
        chosen: Option<PathBuf>,
        is_root: bool,
    ) -> Result<Self, BadSetting> {
        use crate::db::private::{default_cache_dir, default_data_dir};
        let path = |name| env.text(name).map(Path::new);
        let usual = || default_data_dir(is_root, path("XDG_DATA_HOME"), path("HOME"));
        let data_dir = chosen.or_else(|| path("LIANDAN_DATA_DIR").map(Path::to_owned));
        let data_dir = data_dir.or_else(usual).ok_or_else(|| {
            BadSetting::new("LIANDAN_DATA_DIR", "must be set: there is no home folder")
        })?;
        Ok(Self {
            data_dir,
            postgres_bin: path("LIANDAN_POSTGRES_BIN").map(Path::to_owned),
            cache_dir: default_cache_dir(is_root, path("XDG_CACHE_HOME"), path("HOME")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pV0cR2mZk8Qx7TnB4sLd9WfYh3GjA6eU";

    fn production(changed: &[(&'static str, &str)]) -> Result<Serving, String> {
        let mut all = vec![("LIANDAN_ORIGIN", "a.example/log"), ("LIANDAN_TOKEN_SECRET", SECRET)];
        all.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        all.extend(changed.iter().copied().filter(|(_, value)| !value.is_empty()));
        let serving = Serving::for_production(&Environment::of(&all), false);
        serving.map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_bad_value_stops_the_start_and_names_the_variable() {
        let cases = [
            ("LIANDAN_ORIGIN", ""),
            ("LIANDAN_ORIGIN", "https://a.example"),
            ("LIANDAN_ORIGIN", "a b"),
            ("LIANDAN_TOKEN_SECRET", ""),
            ("LIANDAN_TOKEN_SECRET", "pV0cR2mZk8Qx7TnB4sLd9WfYh3GjA6e"),
            ("LIANDAN_TOKEN_SECRET", "change-me-change-me-change-me-change-me"),
            ("LIANDAN_TOKEN_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
            ("LIANDAN_LISTEN", "8080"),
            ("LIANDAN_NUMBERING", "6590"),
            ("LIANDAN_BORDERS", "all"),
            ("LIANDAN_LABEL_LAYOUT", "unit:18,serial:19"),
            ("LIANDAN_LABEL_QR", "no place for it"),
            ("LIANDAN_AMENDMENT_DAYS", "0"),
            ("LIANDAN_AMENDMENT_DAYS", "five"),
            ("LIANDAN_SIGNED_FROM", "hazardous"),
            ("LIANDAN_WITNESSES", "https://witness.example"),
            ("LIANDAN_ATTACHMENT_MIB_MAX", "0"),
            ("LIANDAN_ATTACHMENT_MIB_MAX", "65"),
            ("LIANDAN_OBJECTS_KEY_ID", "x"),
            ("LIANDAN_METRICS_LISTEN", "everywhere"),
            ("LIANDAN_METRICS_TOKEN", "short"),
            ("LIANDAN_BEHIND_TLS", "yes"),
            ("LIANDAN_SMTP_URL", "mail.example"),
            ("LIANDAN_MAIL_FROM", "nobody"),
            ("LIANDAN_PUBLIC_URL", "liandan.example"),
            ("LIANDAN_WEBHOOK_PRIVATE_TARGETS", "1"),
            ("LIANDAN_BEHIND_PROXY", "1"),
            ("LIANDAN_WORKERS", "0"),
        ];
        for (name, value) in cases {
            let refused = production(&[(name, value)]).err();
            assert!(refused.as_ref().is_some_and(|line| line.starts_with(name)), "{refused:?}");
            if name == "LIANDAN_TOKEN_SECRET" && !value.is_empty() {
                assert!(refused.is_some_and(|line| !line.contains(value)), "the log would have it");
            }
        }
    }

    #[test]
    fn the_logs_key_is_of_the_log_and_never_shown() {
        let key = crate::custody::private_text("a.example/log", &[7; 32]);
        let secret = key.rsplit('+').next().unwrap_or_default();
        let serving = production(&[("LIANDAN_LOG_KEY", &key)]).unwrap();
        assert_eq!(serving.config.log_keys.as_ref().map(LogKeys::name), Some("a.example/log"));
        assert!(!format!("{:?}", serving.config).contains(secret));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log-key");
        std::fs::write(&file, format!("{key}\n")).unwrap();
        let file = file.to_str().unwrap();
        assert!(production(&[("LIANDAN_LOG_KEY_FILE", file)]).unwrap().config.log_keys.is_some());
        let changed = key.replace("a.example", "b.example");
        for wrong in [
            &[("LIANDAN_LOG_KEY", changed.as_str())][..],
            &[("LIANDAN_LOG_KEY", "x")],
            &[("LIANDAN_LOG_KEY", &key), ("LIANDAN_ORIGIN", "b.example/log")],
            &[("LIANDAN_LOG_KEY", &key), ("LIANDAN_LOG_KEY_FILE", file)],
            &[("LIANDAN_LOG_KEY_FILE", "/nowhere/log-key")],
        ] {
            let refused = production(wrong).err().unwrap_or_default();
            let names = refused.starts_with("LIANDAN_LOG_KEY");
            assert!(names && !refused.contains(secret), "{refused}");
        }
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let serving = production(&[]).unwrap();
        assert_eq!(serving.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(serving.config.numbering, Numbering::ByDivision);
        assert_eq!(serving.config.borders, Borders::Province);
        assert!(!serving.config.sandbox && serving.metrics == Metrics::Off);
        let plain = production(&[("LIANDAN_NUMBERING", "plain")]).unwrap();
        assert_eq!(plain.config.numbering, Numbering::Plain);
        let corps = production(&[("LIANDAN_BORDERS", "corps")]).unwrap();
        assert_eq!(corps.config.borders, Borders::ProvinceAndCorps);
        let demo = Serving::for_demo(&Environment::of(&[]), &Mint::random())
            .map_err(|bad| bad.to_string())
            .unwrap();
        assert!(demo.config.sandbox && demo.config.origin == DEMO_ORIGIN);
        assert!(demo.metrics == Metrics::SignedIn);
    }

    #[test]
    fn a_demo_lives_where_it_is_told_else_at_home() {
        let env = Environment::of(&[("HOME", "/home/x")]);
        let told = DemoHome::of(&env, Some("/d".into()), false).unwrap();
        assert_eq!(told.data_dir, Path::new("/d"));
        let usual = DemoHome::of(&env, None, false).unwrap();
        assert_eq!(usual.data_dir, Path::new("/home/x/.local/share/liandan"));
        assert!(DemoHome::of(&Environment::of(&[]), None, false).is_err());
    }
}

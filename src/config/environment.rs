//! The process's environment, as far as the program reads it: one list of names, read once.

use std::collections::HashMap;
use std::str::FromStr;

/// Every variable that is read, and what it is for: the help of the program shows this table.
pub const VARIABLES: &[(&str, &str)] = &[
    ("DATABASE_URL", "the database, as role liandan_app (serve)"),
    (
        "DATABASE_MIGRATE_URL",
        "the same database, as role liandan_migrate (migrate; serve, optional)",
    ),
    ("LIANDAN_LISTEN", "address and port to listen on; 127.0.0.1:8080 when unset"),
    ("LIANDAN_ORIGIN", "the log's name for ever, such as liandan.example.cn/log (serve)"),
    ("LIANDAN_TOKEN_SECRET", "at least 32 random bytes, the same in every process (serve)"),
    ("LIANDAN_LOG_KEY", "the log's private keys, the newest first (serve); liandan key new"),
    ("LIANDAN_LOG_KEY_FILE", "or: the file that holds them"),
    (
        "LIANDAN_WITNESSES",
        "who is handed checkpoints to cosign: `https://host name+…`, commas between them (serve)",
    ),
    ("LIANDAN_WITNESS_KEY", "the witness's private key (witness); liandan key new --witness"),
    ("LIANDAN_WITNESS_KEY_FILE", "or: the file that holds it"),
    ("LIANDAN_NUMBERING", "division (default) or plain: how divisions' manifests are numbered"),
    (
        "LIANDAN_BORDERS",
        "province (default) or corps: which borders need a transfer approval (corps: both)",
    ),
    (
        "LIANDAN_LABEL_LAYOUT",
        "how labels' 37 characters are shared; unit:18,waste:8,date:8,serial:3 when unset",
    ),
    ("LIANDAN_LABEL_QR", "what a label's QR holds, {code} in it; {code} alone when unset"),
    ("LIANDAN_AMENDMENT_DAYS", "working days to answer an amendment in, 1 to 60; 5 when unset"),
    (
        "LIANDAN_SIGNED_FROM",
        "streams whose steps devices must sign, each with its first day: hazardous=2027-01-01",
    ),
    (
        "LIANDAN_ATTACHMENT_MIB_MAX",
        "the largest file that may be attached, 1 to 64 MiB; 16 when unset",
    ),
    (
        "LIANDAN_OBJECTS_BUCKET",
        "files go to this bucket of an S3-compatible store, not to the database",
    ),
    ("LIANDAN_OBJECTS_PREFIX", "folders within the bucket"),
    ("LIANDAN_OBJECTS_ENDPOINT", "its address, such as https://minio.example.cn; unset: AWS"),
    ("LIANDAN_OBJECTS_REGION", "its region; us-east-1 when unset"),
    ("LIANDAN_OBJECTS_KEY_ID", "the access key's id"),
    ("LIANDAN_OBJECTS_SECRET", "the access key's secret"),
    (
        "LIANDAN_SMTP_URL",
        "the mail server: smtps://user:password@host:465, smtp://host:587 (STARTTLS) or \
         smtp+plain://host:25; unset: no mail leaves (a demo catches its own)",
    ),
    (
        "LIANDAN_SMTP_CA_FILE",
        "a file with the authority (PEM) of the mail server's certificate, beside this machine's",
    ),
    (
        "LIANDAN_MAIL_FROM",
        "whom mail is from, such as 联单 <liandan@example.cn>; with a mail server",
    ),
    (
        "LIANDAN_PUBLIC_URL",
        "where people reach this server, for links in mails; with a mail server",
    ),
    (
        "LIANDAN_WEBHOOK_PRIVATE_TARGETS",
        "true where webhooks may go to private networks and without TLS; true in a demo",
    ),
    ("LIANDAN_METRICS_LISTEN", "address and port of /metrics alone"),
    ("LIANDAN_METRICS_TOKEN", "or: the bearer token that /metrics asks for on the main port"),
    ("LIANDAN_BEHIND_TLS", "true where clients reach us over TLS: they are told to insist on it"),
    ("LIANDAN_BEHIND_PROXY", "true where a proxy adds the client's address to X-Forwarded-For"),
    ("LIANDAN_WORKERS", "threads that answer requests; as many as processors when unset"),
    ("LIANDAN_LOG", "what is logged: a level, or pairs such as info,liandan::db=debug"),
    ("LIANDAN_DATA_DIR", "folder of the private PostgreSQL (demo)"),
    ("LIANDAN_POSTGRES_BIN", "folder of PostgreSQL's programs (demo); looked for when unset"),
    ("XDG_DATA_HOME", "where data folders are, by the XDG specification"),
    ("XDG_CACHE_HOME", "where caches are, by the XDG specification"),
    ("HOME", "the home folder"),
];

/// Why the program does not start: one line, the variable first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {reason}")]
pub struct BadSetting {
    pub name: &'static str,
    pub reason: String,
}

impl BadSetting {
    pub fn new(name: &'static str, reason: impl Into<String>) -> Self {
        Self { name, reason: reason.into() }
    }
}

/// The variables that are set. An empty value counts as not set, as in most tools.
pub struct Environment(HashMap<&'static str, String>);

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the environment")]
    pub fn of_process() -> Result<Self, BadSetting> {
        let mut found = HashMap::new();
        for (name, _) in VARIABLES {
            match std::env::var(name) {
                Ok(value) if !value.is_empty() => {
                    found.insert(*name, value);
                }
                Ok(_) | Err(std::env::VarError::NotPresent) => {}
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(BadSetting::new(name, "is not UTF-8 text"));
                }
            }
        }
        Ok(Self(found))
    }

    /// For tests: exactly these.
    pub fn of(variables: &[(&'static str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    pub fn text(&self, name: &'static str) -> Option<&str> {
        debug_assert!(VARIABLES.iter().any(|(known, _)| *known == name), "{name} is not listed");
        self.0.get(name).map(String::as_str)
    }

    pub fn required(&self, name: &'static str) -> Result<&str, BadSetting> {
        self.text(name).ok_or_else(|| BadSetting::new(name, "must be set"))
    }

    /// The value as a `T`; `wanted` says in the error what it should have been.
    pub fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        wanted: &str,
    ) -> Result<Option<T>, BadSetting> {
        let parse = |text: &str| {
            text.parse().map_err(|_| BadSetting::new(name, format!("must be {wanted}: {text:?}")))
        };
        self.text(name).map(parse).transpose()
    }

    /// The value by its place in `choices`.
    pub fn one_of<T: Copy>(
        &self,
        name: &'static str,
        choices: &[(&str, T)],
        default: T,
    ) -> Result<T, BadSetting> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            BadSetting::new(name, format!("must be {}: {text:?}", words.join(" or ")))
        })
    }
}

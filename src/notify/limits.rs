//! Every bound of notifications, with its reason.

use std::time::Duration;

/// Webhooks of an organisation: one a program that listens, and a few more.
pub const WEBHOOKS_MAX: i64 = 20;

/// Subscriptions of a user.
pub const SUBSCRIPTIONS_MAX: i64 = 20;

/// How long a webhook's old secret is signed with beside a new one.
pub const OLD_SECRET_HOURS: i64 = 24;

/// Rows of the outbox that become deliveries at once: as many manifests may be read for it.
pub const FAN_ROWS_AT_ONCE: i64 = 500;

/// Rows that nobody listens to and that go at once: a backlog of a million is gone in a minute.
pub const FAN_UNHEARD_AT_ONCE: i64 = 5_000;

/// The least time between two looks at the outbox, and the most.
pub const FAN_PAUSE: Duration = Duration::from_millis(200);
pub const FAN_POLL: Duration = Duration::from_secs(2);

/// How long a webhook's receiver may take to answer.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a delivery is one sender's: longer than an attempt, and no longer than what was killed
/// should wait.
pub const WEBHOOK_LEASE_S: i64 = 30;

/// Deliveries of one webhook under way at once, and of all of one process.
pub const WEBHOOKS_UNDER_WAY_EACH: i64 = 4;
pub const WEBHOOKS_UNDER_WAY_MAX: i64 = 256;

/// How often it is looked for deliveries that are due.
pub const WEBHOOK_POLL: Duration = Duration::from_secs(1);
pub const MAIL_POLL: Duration = Duration::from_secs(5);

/// Trials and redeliveries of one webhook within so many seconds: somebody tries by hand; whoever
/// missed many reads the change feed.
pub const BY_HAND_MAX: i32 = 20;
pub const BY_HAND_WINDOW_S: i64 = 60;

/// Bytes that are kept of an answer.
pub const WEBHOOK_ANSWER_BYTES_MAX: usize = 1024;

/// The first wait after a failure, the longest, and after how many days it is given up.
pub const RETRY_FIRST_S: i64 = 5;
pub const RETRY_S_MAX: i64 = 6 * 3600;
pub const RETRY_UNTIL_DAYS: i64 = 3;

/// Mails that are sent at once, each over a connection of its own.
pub const MAILS_AT_ONCE: usize = 8;

/// How long a mail server may take, and how long a mail is one sender's.
pub const MAIL_TIMEOUT: Duration = Duration::from_secs(30);
pub const MAIL_LEASE_S: i64 = 600;

/// How long deliveries and notices are kept, and how often it is looked for older ones.
pub const DELIVERIES_KEPT_DAYS: i64 = 30;
pub const DELIVERY_SWEEP_TICK: Duration = Duration::from_hours(1);

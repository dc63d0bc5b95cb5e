//! Every bound on what grows by someone else's hand, with the reason for its figure.

use std::time::Duration;

/// Decisions in one transaction: beyond 128 a batch gains nothing measurable and waits longer.
pub const BATCH_MAX: usize = 128;

/// Things that the committer remembers of the database, some 200 bytes each.
pub const BOOK_MAX: usize = 50_000;

/// Reads by key that one statement answers.
pub const GATHERED_READS_MAX: usize = 128;

/// Connections of the reader: while one waits for PostgreSQL the other gathers.
pub const READER_CONNECTIONS: usize = 2;

/// Decisions that may wait for the committer: half a second's work; the next is told 503.
pub const QUEUE_MAX: usize = 4096;

/// How long a client waits for its commit before it is told 503 (architecture.md, "commit").
pub const COMMIT_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long the program waits for a commit of its own work, where no client does.
pub const UNASKED_WAIT_MAX: Duration = Duration::from_mins(2);

/// How often a decision is made again on fresher facts before the client is told 503.
pub const DECIDE_ROUNDS_MAX: u32 = 5;

/// Connections for reading: on a small machine more of them only wait for each other.
pub const READ_CONNECTIONS_MAX: usize = 16;

/// Entries a register keeps in memory: some 1 kB each, so at most about 50 MB a register.
pub const CACHE_ENTRIES_MAX: usize = 50_000;
/// One JSON request. A manifest with every optional field and fifty items stays under 200 kB;
/// bulk filing and imports stream under bounds of their own.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Time to receive one body. 1 MiB in 30 s is 280 kbit/s: a phone on 2G at the roadside manages;
/// a client that drips bytes to hold connections does not.
pub const BODY_READ_S_MAX: u64 = 30;

/// Nesting of a JSON request. The deepest shape of the API needs 7; the reader recurses, so this
/// also bounds its stack.
pub const JSON_DEPTH_MAX: usize = 32;

/// Faults told at once. People fix a form in one pass with far fewer; without a bound, one 1 MiB
/// body of unknown keys would buy a 50 MB answer.
pub const FAULTS_MAX: usize = 100;

/// The path and query of a request, in bytes: a page cursor and every filter at once fit in 2 kB.
pub const URI_BYTES_MAX: usize = 8 * 1024;

/// Rows of one page of a list: what a table on screen can use, and small enough for one answer
/// to stay below a megabyte. Whole lists are streamed as CSV, NDJSON or XLSX.
pub const PAGE_ROWS_MAX: u32 = 500;

/// Sites whose duties one statement looks at: some 200 ms of work where all are asked for two
/// years and none has what is looked for.
pub const REPORT_SITES_AT_ONCE: i64 = 2000;

/// Versions of a report that are shown with it. Nobody corrects one so often; each may be some
/// 100 kB, and is read to say what it changed.
pub const REPORT_VERSIONS_SHOWN_MAX: usize = 50;

/// Rows of a page when the client does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 50;

/// Events of the log that one request of the change feed looks at: some 20 ms' work. Whoever sees
/// few of them gets an empty page and goes on from its end.
pub const FEED_SCAN_MAX: i64 = 2_000;

/// How long a request of the change feed may wait, in seconds: proxies commonly give up after 60.
pub const FEED_WAIT_S_MAX: u64 = 60;

/// How often the log's size is asked for while somebody waits: how late what another process has
/// committed is noticed.
pub const FEED_POLL: Duration = Duration::from_millis(500);

/// The shortest time between two looks of one who waits, so that a busy log is looked at now and
/// then and not after each batch.
pub const FEED_PAUSE: Duration = Duration::from_millis(200);

/// Who may wait for changes at once in a process: with a look each [`FEED_PAUSE`], as much work as
/// a tenth of what the readers can do. The next is told 503.
pub const FEED_WAITERS_MAX: usize = 256;

/// An `Idempotency-Key`: room for any UUID or composed key, and an index entry that stays small.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// A client's own `X-Request-Id`: it is written to every log line.
pub const REQUEST_ID_CHARS_MAX: usize = 64;

/// Password hashings at once in a process. Each takes 19 MiB and a core for some 20 ms; more at
/// once than cores would only slow filing down.
pub const HASHINGS_MAX: usize = 2;

/// Sign-ins that may wait for their hashing: some two seconds' work; the next is told 503.
pub const HASHINGS_WAITING_MAX: usize = 128;

/// A password, in characters: NIST SP 800-63B asks for room for at least 64.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// The shortest password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;

/// An access token's life (api.md, "Habits"), in seconds.
pub const ACCESS_TOKEN_S: i64 = 15 * 60;

/// A refresh token that lies unused this long is void: a phone left in a drawer is signed out.
pub const REFRESH_TOKEN_S: i64 = 14 * 24 * 3600;

/// However often refreshed, a sign-in ends after this, so that passwords are asked for at times.
pub const SESSION_S: i64 = 90 * 24 * 3600;

/// How long a session that was found alive is believed without asking the database again: the
/// longest that a sign-out in another process goes unnoticed here.
pub const SESSION_BELIEVED_S: i64 = 10;

/// Sessions remembered: some 150 B each; when full they are forgotten and asked for again.
pub const SESSIONS_KNOWN_MAX: usize = 50_000;

/// Failed sign-ins to one account before it is locked (api.md, "Identity").
pub const ACCOUNT_FAILURES_MAX: usize = 5;

/// Failed sign-ins from one address before it is locked: an office behind one address mistypes.
pub const ADDRESS_FAILURES_MAX: usize = 20;

/// Failures count, and a lock holds, this long.
pub const LOCKOUT_S: i64 = 15 * 60;

/// Sites that one delegation names: an organisation with more delegates all.
pub const DELEGATION_SITES_MAX: usize = 200;

/// The longest that a delegation holds: three years, as a contract for services runs. Who signs for
/// one should be thought over now and then.
pub const DELEGATION_DAYS_MAX: u64 = 3 * 366;

/// Delegations that an organisation holds at once: each is a walk of its own in its lists.
pub const DELEGATIONS_HELD_MAX: i64 = 100;

/// Organisations whose delegations are remembered: some 100 B each where it holds none.
pub const HOLDERS_KNOWN_MAX: usize = 50_000;

/// A signing code's life, in seconds: long enough to read six digits out and type them in.
pub const SIGNING_CODE_S: i64 = 5 * 60;

/// Wrong tries before a signing code is dead: with six digits, one guess in 200,000 would be right.
pub const SIGNING_TRIES_MAX: i16 = 5;

/// Signing codes that a user may ask for within [`SIGNING_CODES_WINDOW_S`]: a clerk at the gate
/// signs a truck a minute at most.
pub const SIGNING_CODES_MAX: usize = 20;

/// The window of that count, in seconds. Not shorter than a code's life.
pub const SIGNING_CODES_WINDOW_S: i64 = 10 * 60;

/// Leaves that enter the tree in one step: 2 MB of hashes, some 50 ms' work. A log that was there
/// before its tree catches up by steps of this size.
pub const TREE_LEAVES_AT_ONCE: u64 = 65_536;

/// The shortest time between two checkpoints, so that a busy log is signed a few times a second and
/// not after each batch; within a second of the commit all the same (custody.md).
pub const TREE_PAUSE: Duration = Duration::from_millis(200);

/// How often the log is looked at when nobody rings: how late what another process has committed
/// or published is noticed.
pub const TREE_POLL: Duration = Duration::from_millis(250);

/// How old, in seconds, an event may be that is in no checkpoint yet, before `/readyz` names it:
/// the tree follows within one.
pub const TREE_LAG_S_MAX: u64 = 60;

/// How long the newest checkpoint is believed to be the newest. The worker looks more often.
pub const CHECKPOINT_BELIEVED: Duration = Duration::from_secs(1);

/// How long a request waits for a checkpoint that covers its event before it is told 503
/// (custody.md, "The bundle").
pub const COVERAGE_WAIT_MAX: Duration = Duration::from_secs(5);

/// Events of one command that its answer proves: a trip of a hundred manifests has as many. An
/// answer of some 100 kB; of more the bundles have the proofs.
pub const PROVEN_EVENTS_MAX: usize = 256;

/// Requests that wait for a checkpoint at once: as many as may wait for their commit.
pub const COVERAGE_WAITERS_MAX: usize = QUEUE_MAX;

/// The shortest time between two checkpoints that a witness is handed (custody.md).
pub const WITNESS_PAUSE: Duration = Duration::from_secs(10);

/// The longest time until a witness that does not answer is asked again.
pub const WITNESS_PAUSE_MAX: Duration = Duration::from_mins(10);

/// Witnesses of a log: as many signatures as every reader of notes must take, with the log's own
/// eight keys beside them still within what ours takes.
pub const WITNESSES_MAX: usize = 16;

/// A submission to a witness: 63 hashes and a note with 16 signatures of the longest kinds that
/// C2SP has, which are nearly 5 kB each.
pub const WITNESS_BODY_BYTES_MAX: usize = 128 * 1024;

/// A note that a witness keeps: what it was handed, and the cosignatures of its own keys.
pub const WITNESS_NOTE_BYTES_MAX: u64 = 2 * WITNESS_BODY_BYTES_MAX as u64;

/// What `liandan verify` reads of each file: a chain of a hundred thousand events is smaller.
pub const VERIFIED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Folders within folders that are searched for attachments beside a bundle. A package has two;
/// whoever names the root of a disk gets an answer.
pub const BESIDE_DEPTH_MAX: usize = 4;

/// Contradictions of one kind that a witness writes down of one log. The first are what matters,
/// and anybody can hand in wrong proofs.
pub const EVIDENCE_FILES_MAX: usize = 100;

/// Times that a log is asked before it is said to have been taken back: of several servers one may
/// be a second behind the others.
pub const PULL_TRIES_MAX: u32 = 3;

/// The pause between those: longer than servers of one log are apart.
pub const PULL_PAUSE: Duration = Duration::from_secs(2);

/// How long somebody whom we ask has to answer, in all.
pub const OUTBOUND_WITHIN: Duration = Duration::from_secs(10);

/// What is read of such an answer: a note with many signatures.
pub const OUTBOUND_ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// How far ahead an API key may expire, in days: a key that is never renewed is never looked at.
pub const API_KEY_DAYS_MAX: i64 = 366;

/// API keys of an organisation that hold at once: more than it has programs.
pub const API_KEYS_MAX: i64 = 100;

/// A key's last use is noted to this many seconds: a write a minute, not one a request.
pub const API_KEY_NOTED_S: i64 = 60;

/// Device keys of a user that sign at a time: a phone, a tablet, a desk, and some to spare.
pub const DEVICE_KEYS_MAX: i64 = 10;

/// Device keys that a user ever registers: its list is shown whole.
pub const DEVICE_KEYS_EVER_MAX: i64 = 200;

/// How far a registration's claimed time may be from now, in minutes: a phone's clock is off by
/// less, and who has read an old registration registers nothing with it.
pub const DEVICE_KEY_MINUTES_MAX: i64 = 15;

/// Open sessions that one is shown, newest first.
pub const SESSIONS_SHOWN_MAX: i64 = 100;

/// Of what a client calls itself, in characters: enough to tell a phone from a desk.
pub const AGENT_CHARS_MAX: usize = 200;

/// A password or token that a client sends, in characters: no valid one comes near, and hashing a
/// megabyte would be a favour to an attacker.
pub const SECRET_CHARS_MAX: usize = 1024;
/// How long a stop waits for requests under way: the longest that one may wait for its commit,
/// and as long again for slow clients.
pub const STOP_S_MAX: u64 = 10;

/// How long a stop then waits for the committer to write what it accepted.
pub const DRAIN_S_MAX: u64 = 10;

/// Connections that wait to be accepted: a burst after a restart, when all clients come at once.
pub const BACKLOG_MAX: u32 = 2048;

/// Open connections a worker: some 10 kB each. Beyond them clients wait in the backlog.
pub const CONNECTIONS_PER_WORKER_MAX: usize = 10_000;

/// How long an idle connection is kept: longer than proxies keep theirs (60 s is usual), so that
/// it is they who close, and never under a request that is on its way.
pub const KEEP_ALIVE_S: u64 = 75;

/// Time to receive the head of a request; its body has [`BODY_READ_S_MAX`].
pub const HEAD_READ_S_MAX: u64 = 10;

/// Time for a client to take its leave.
pub const DISCONNECT_S_MAX: u64 = 2;

/// How long a readiness probe may take before it answers that we are not ready.
pub const READY_S_MAX: u64 = 3;

/// How long a move of the sandbox clock waits for the work it sets off (api.md, "Sandbox").
pub const SETTLE_S_MAX: u64 = 30;

/// Amendments of one manifest that wait at a time: each holds some fields, and people decide them
/// one by one.
pub const AMENDMENTS_OPEN_MAX: usize = 10;

/// Amendments of one manifest in all: its chain is read whole wherever they are listed.
pub const AMENDMENTS_MAX: i64 = 100;

/// Expired amendments that are found at once: each is a commit of its own.
pub const EXPIRED_AT_ONCE_MAX: i64 = 100;

/// Manifests on a monthly sheet: a hospital has a few a day.
pub const SHEET_ROWS_MAX: usize = 2_000;

/// Rounds with unconfirmed stops that are found at once: each is a commit of its own.
pub const SILENT_AT_ONCE_MAX: i64 = 100;

/// How often the clock-driven work of business time is looked for: a minute more or less matters
/// to no deadline that is counted in days.
pub const CLOCK_TICK: Duration = Duration::from_secs(20);

/// Minutes that a claimed time may be ahead of ours: clocks differ by a little (domain.md, "Time").
pub const AHEAD_MINUTES_MAX: i64 = 5;

/// Readings of devices in one answer: a day of a position every ten seconds.
pub const READINGS_SHOWN_MAX: usize = 10_000;

/// Lines of a bulk request that are looked at together: one commit's worth, [`BATCH_MAX`].
pub const BULK_LINES_AT_ONCE: usize = BATCH_MAX;

/// Groups of lines under way: while one is being committed the next is judged and one more read.
pub const BULK_GROUPS_AT_ONCE: usize = 3;

/// One line of a bulk request. A manifest with every optional field and fifty items stays under
/// 200 kB; three groups of such lines are in memory at once.
pub const BULK_LINE_BYTES_MAX: usize = 256 * 1024;

/// A group of lines is full at this size, however few they are: bounds what a request keeps.
pub const BULK_GROUP_BYTES_MAX: usize = 1024 * 1024;

/// Answers of a bulk request that wait for a client which still sends: of some 400,000 lines that
/// were taken, or 100,000 that were refused. A client that reads while it sends has no limit.
pub const BULK_UNREAD_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The same of all bulk requests of the process together.
pub const BULK_UNREAD_ALL_BYTES_MAX: usize = 4 * BULK_UNREAD_BYTES_MAX;

/// How long a client that reads none of them is waited for then; its own patience is 30 seconds in
/// most libraries.
pub const BULK_UNREAD_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long a bulk request may be silent: as long as any other body may take as a whole.
pub const BULK_SILENCE_S_MAX: u64 = BODY_READ_S_MAX;

/// Rows of a table that are read at once when a whole list is streamed: some 600 kB, and a question
/// of some 20 ms.
pub const EXPORT_ROWS_AT_ONCE: i64 = 2_000;

/// Stops of one collection round: a driver's day is 40 to 60, and the event that plans them all
/// stays under 64 kB.
pub const ROUND_STOPS_MAX: usize = 100;

/// Boxes, bags or bins of one item at a stop that are named one by one: a large hospital's floor
/// hands over some fifty, and the event that collects a stop stays under 64 kB.
pub const ROUND_BOXES_MAX: usize = 200;

/// Manifests on one trip: a truck has room for a few dozen producers' loads, and the event that
/// opens the trip stays under 64 kB.
pub const TRIP_MANIFESTS_MAX: usize = 100;

/// Rows of an imported file. More belongs in several files: a person has to read the report.
pub const IMPORT_ROWS_MAX: usize = 100_000;

/// Rows that are one commit (`all_or_nothing`): some 200 ms, for which all others wait.
pub const IMPORT_WHOLE_ROWS_MAX: usize = 5_000;

/// Columns of an imported file: the widest template has 22.
pub const IMPORT_COLUMNS_MAX: usize = 200;

/// A file to import, in bytes: [`IMPORT_ROWS_MAX`] rows of 300 bytes.
pub const IMPORT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The text of all its cells, in bytes: a workbook names a long text once and shows it often.
pub const IMPORT_TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a workbook may unpack to, in bytes: XML is some eight times its text.
pub const IMPORT_UNZIPPED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Parts of a workbook: sheets, styles, pictures.
pub const IMPORT_PARTS_MAX: usize = 1_000;

/// Evidence packages that are being written at once: each holds a few megabytes of pages and
/// bundles.
pub const PACKAGES_MAX: usize = 8;

/// Imports under way at once in a process: each may hold some 200 MiB.
pub const IMPORTS_MAX: usize = 2;

/// Faults that a report names; who has more has one mistake many times.
pub const IMPORT_FAULTS_MAX: usize = 1_000;

/// Hops of a chain of manifests: waste goes through two or three hands, ten at the most.
pub const CHAIN_HOPS_MAX: usize = 64;

/// Manifests of one chain: a bulk store fed by a thousand loads, twice over, in an answer of some
/// two megabytes.
pub const CHAIN_MANIFESTS_MAX: usize = 2_500;

/// Hand-ons of one chain.
pub const CHAIN_EDGES_MAX: usize = 5_000;

/// Leaves that an audit puts into the tree at once: 64 full tiles, which are read in one question.
pub const AUDIT_LEAVES_AT_ONCE: usize = 16_384;

/// Events that an audit replays at once in each half of the log, and accounts that it compares at
/// once: some 7 MiB of bodies, and ten questions about the rows beside them.
pub const AUDIT_EVENTS_AT_ONCE: usize = 4000;

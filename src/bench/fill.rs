//! Many manifests, fast: copies of really filed ones, made inside the database.
//!
//! To file a million over HTTP would take longer than to measure them. Number, id, times, hash and
//! log position of a copy are synthetic (`benches/read_fill.sql`), so that reading it is like
//! reading any other; there are no accounts behind them, and no notices.

use super::BenchError;
use super::report::progress;
use super::world::World;

const TEMPLATES: &str = include_str!("../../benches/read_templates.sql");
const FILL: &str = include_str!("../../benches/read_fill.sql");

/// Serials of one prefix have six digits.
pub const ROWS_MAX: u64 = 1_000_000;

/// Rows of one statement: few enough for its rows to be held in memory.
const CHUNK: u64 = 10_000;

/// Brings the manifests up from `have` copies to `want`, and the planner's knowledge with them.
pub async fn fill(world: &World, have: u64, want: u64) -> Result<(), BenchError> {
    let database = world.database().await?;
    database.batch_execute(TEMPLATES).await?;
    // The copies are no more durable than the run; the checks that filing relies on stay.
    database.batch_execute("SET synchronous_commit = off; SET work_mem = '256MB'").await?;
    let statement = database.prepare(FILL).await?;
    let mut next = have;
    while next < want {
        let last = (next + CHUNK).min(want) - 1;
        let (first, last) = (next as i64, last as i64);
        database.execute(&statement, &[&first, &last]).await?;
        next = last as u64 + 1;
        if next.is_multiple_of(10 * CHUNK) || next == want {
            progress(&format!("{next} of {want} manifests"));
        }
    }
    database.batch_execute("VACUUM (ANALYZE) manifest, manifest_item, event, subject").await?;
    database.batch_execute("CHECKPOINT").await?;
    Ok(())
}

/// Ids, numbers and the page after which a list's deep page begins, of copies in the database.
pub struct Copies {
    /// Of each copy: id and number. By turns, one a producer.
    pub sample: Vec<(String, String)>,
    pub templates: usize,
    /// The id below which one copy in ten lies.
    pub deep: String,
}

/// Picks copies evenly over the first `rows`: `rounds` rounds of one a producer.
pub async fn copies(world: &World, rows: u64, rounds: u64) -> Result<Copies, BenchError> {
    let database = world.database().await?;
    let sql = "SELECT max(templates) FROM bench_template";
    let templates = database.query_one(sql, &[]).await?.get::<_, i64>(0);
    // Copies are numbered from 0 in their number's last six digits, and by time.
    let sql = "SELECT id::text, number FROM manifest \
               WHERE year = extract(year FROM now())::int2 - 1 \
                 AND substr(number, 9)::int8 / $1 % $2 = 0 AND substr(number, 9)::int8 < $3 \
               ORDER BY id";
    let all_rounds = rows as i64 / templates;
    let stride = (all_rounds / rounds as i64).max(1);
    let whole = all_rounds / stride * stride * templates;
    let found = database.query(sql, &[&templates, &stride, &whole]).await?;
    let sample = found.iter().map(|row| (row.get(0), row.get(1))).collect();
    let sql = "SELECT id::text FROM manifest WHERE year = extract(year FROM now())::int2 - 1 \
               ORDER BY id OFFSET $1 LIMIT 1";
    let deep = database.query_one(sql, &[&(rows as i64 / 10)]).await?.get(0);
    Ok(Copies { sample, templates: templates as usize, deep })
}

//! A JSON document a line: the entries as the list answers them.

use serde::Serialize;

use crate::problem::Problem;

pub fn row(out: &mut Vec<u8>, entry: &impl Serialize) -> Result<(), Problem> {
    serde_json::to_writer(&mut *out, entry).map_err(Problem::internal)?;
    out.push(b'\n');
    Ok(())
}

//! Migrations are embedded by a macro that cannot tell cargo of a new folder: this does.

use std::io::Write as _;

fn main() {
    // Without it a build would go on with the migrations of the one before.
    let _ = writeln!(std::io::stdout(), "cargo:rerun-if-changed=migrations");
}

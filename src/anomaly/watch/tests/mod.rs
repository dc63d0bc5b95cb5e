//! The rules on lives that are written out, event by event; and that a watch which was stored and
//! taken up again goes on as if nothing had happened.

mod lives;
mod output;
mod records;
mod rules;
mod stored;
mod terms;

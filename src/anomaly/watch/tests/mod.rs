//! The rules on lives that are written out, event by event; and that a watch which was stored and
//! taken up again goes on as if nothing had happened.

mod ends;
mod flows;
mod gates;
mod ghosts;
mod kitchens;
mod lives;
mod output;
mod outside;
mod plants;
mod records;
mod reports;
mod rules;
mod standing;
mod stored;
mod terms;
mod ways;

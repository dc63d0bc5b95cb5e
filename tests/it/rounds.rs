//! Collection rounds: planned, collected stop by stop, weighed as a whole, treated; what each of
//! many producers may see of it, and what two at once come to.

pub mod cast;
mod confirm;
mod isolation;
mod medical;
mod refusals;
mod sheet;
mod whole;

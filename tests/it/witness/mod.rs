//! `liandan witness`: C2SP tlog-witness over HTTP, forks and rollbacks, and logs that are asked.

mod cosigned;
mod log;
mod process;
mod pulled;
mod taken;

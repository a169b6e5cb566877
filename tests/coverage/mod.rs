//! What every method must keep. The loops run over the descriptor: a new method is asked all of it the
//! day it is declared, and all it takes is an example request in `examples.json`.

mod audited;
mod examples;
mod fields;
mod idempotent;
mod infrastructure;
mod isolation;
mod phi;
mod roles;
mod unauthenticated;

pub(crate) use self::examples::{Capable, example};
pub(crate) use self::fields::{plant, strings, strings_of};

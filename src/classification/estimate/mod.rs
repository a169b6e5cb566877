//! Win estimates from precedents that can be shown.
//!
//! A case is a set of facts, a year and an outcome. Cases that share facts form
//! groups (all of one payer, all of one treatment for one diagnosis, …), and
//! two cases are as similar as the groups that they share, each weighing its
//! cell's scale and fading with the years between them:
//!
//! ```text
//! similarity(q, i) = Σ over shared groups: scale · (lasting + (1 − lasting) · e^(−|years| / memory))
//! log-odds(q)      = base + Σ over precedents: similarity(q, i) · (outcome i − expected outcome i)
//! ```
//!
//! So every won precedent pushes the estimate up and every lost one down, the
//! more the more similar it is and the less it was to be expected, and the
//! pushes add up to the answer exactly. The expected outcomes are the model's
//! own fitted values, so a precedent that others already explain is not counted
//! twice, and a group of few cases moves the estimate little: this is the
//! posterior mode of a logistic model with one normally distributed effect a
//! group and year (a hierarchical model, or a Gaussian process), in its dual form.

mod answer;
mod case;
mod cells;
mod conjugate_gradient;
mod estimator;
mod evidence;
mod fit;
mod groups;
mod history;
mod interval;
#[cfg(test)]
mod tests;
mod time;
mod vocabulary;

pub use answer::{GroupEvidence, SimilarPrecedent, WinEstimate};
pub use case::{Case, Fact, Outcome, Quarter, Tally};
pub use cells::{Cell, CellModel};
pub use conjugate_gradient::conjugate_gradient;
pub use estimator::{Estimator, MIN_EFFECTIVE_N, SHOWN_PRECEDENTS};

//! What a denial is and what to do about it: extraction, guardrails, text models, deadlines, estimates, model cards.
//! Hard rules decide first, and no score can override them; then words; then what is like it.

pub mod api;
mod batch;
pub mod classify;
pub mod deadlines;
pub mod estimate;
pub mod evaluate;
pub(crate) mod feedback;
pub mod guardrails;
pub mod models;
pub mod text;
pub mod training;
pub mod understanding;

//! What a denial is and what to do about it: extraction, guardrails, text model, deadlines, estimates.
//! Hard rules decide first, and no score can override them; then words; then what is like it.

pub mod api;
pub mod classify;
pub mod deadlines;
pub mod estimate;
pub mod evaluate;
pub mod guardrails;
pub mod text;
pub mod understanding;

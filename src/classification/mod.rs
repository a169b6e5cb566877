//! What a denial is and what to do about it: extraction, guardrails, text model, deadlines, estimates.

pub mod estimate;
pub mod evaluate;
pub mod guardrails;
pub mod text;

//! Field rules, read from the contract and checked before a handler sees a request.
//! `build.rs` writes one [`Validate`] implementation a message; all violations come back at once.

use std::sync::LazyLock;

use regex::Regex;

use crate::privacy::FreeTextGuard;
use crate::privacy::guard::AllowList;

/// The rules of one field, as `stratum.policy.v1.field` declares them. Zero means "no rule".
#[derive(Debug)]
pub struct Rule {
    /// Number of the `TextClass`.
    pub text: i32,
    /// Must be present and not empty.
    pub required: bool,
    /// Must be a UUID.
    pub uuid: bool,
    /// Fewest characters.
    pub min_length: u32,
    /// Most characters.
    pub max_length: u32,
    /// Most items of a list.
    pub max_items: u32,
    /// Smallest number.
    pub min: Option<i64>,
    /// Largest number.
    pub max: Option<i64>,
    /// What a non-empty string must match.
    pub pattern: Option<LazyLock<Regex>>,
}

const FREE_TEXT: i32 = 1;

/// Compiles a pattern of the contract. The boot check has compiled every one of them before.
#[must_use]
pub fn compile_pattern(pattern: &str) -> Regex {
    #[expect(
        clippy::expect_used,
        reason = "policy::check compiles every pattern before the server starts"
    )]
    Regex::new(pattern).expect("pattern of the contract compiles")
}

/// A request message that can be checked against the contract.
pub trait Validate {
    /// Reports every violation to `checker`.
    fn check(&self, checker: &mut Checker<'_>);
    /// Clears what only the server may set, so that no handler can read a client's value of it.
    fn clear_output_only(&mut self);
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field, such as `precedent.scenario.lines[0].adjustments[1].carc`.
    pub field: String,
    /// What is wrong, never quoting the value.
    pub description: String,
    /// Whether the privacy guard found it.
    pub is_phi: bool,
}

/// Walks a request and collects violations.
pub struct Checker<'a> {
    guard: &'a dyn FreeTextGuard,
    allowed: &'a AllowList,
    path: String,
    violations: Vec<Violation>,
}

impl std::fmt::Debug for Checker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Every violation of a request; empty when it keeps the contract. What `allowed` names is no finding.
pub fn violations(request: &impl Validate, guard: &dyn FreeTextGuard, allowed: &AllowList) -> Vec<Violation> {
    violations_at("", request, guard, allowed)
}

/// As [`violations`], for a part of a request that stands at `path`.
pub fn violations_at(
    path: &str,
    request: &impl Validate,
    guard: &dyn FreeTextGuard,
    allowed: &AllowList,
) -> Vec<Violation> {
    let mut checker = Checker {
        guard,
        allowed,
        path: path.to_owned(),
        violations: Vec::new(),
    };
    request.check(&mut checker);
    checker.violations
}

impl Checker<'_> {
    /// A single string.
    pub fn string(&mut self, name: &str, value: &str, rule: &Rule) {
        if value.is_empty() {
            if rule.required {
                self.report(name, "is required");
            }
            return;
        }
        self.within(name, |c| c.text(value, rule));
    }

    /// A list of strings.
    pub fn strings(&mut self, name: &str, values: &[String], rule: &Rule) {
        self.count(name, values.len(), rule);
        for (i, value) in values.iter().enumerate() {
            self.within_item(name, i, |c| {
                if value.is_empty() {
                    c.report("", "must not be empty");
                } else {
                    c.text(value, rule);
                }
            });
        }
    }

    /// A message of the contract.
    pub fn message<M: Validate>(&mut self, name: &str, value: Option<&M>, rule: &Rule) {
        self.present(name, value.is_some(), rule);
        if let Some(message) = value {
            self.within(name, |c| message.check(c));
        }
    }

    /// A list of messages of the contract.
    pub fn messages<M: Validate>(&mut self, name: &str, values: &[M], rule: &Rule) {
        self.count(name, values.len(), rule);
        for (i, message) in values.iter().enumerate() {
            self.within_item(name, i, |c| message.check(c));
        }
    }

    /// Any field of which only presence matters.
    pub fn present(&mut self, name: &str, is_present: bool, rule: &Rule) {
        if rule.required && !is_present {
            self.report(name, "is required");
        }
    }

    /// A field mask.
    pub fn mask(&mut self, name: &str, mask: Option<&prost_types::FieldMask>, rule: &Rule) {
        self.count(name, mask.map_or(0, |m| m.paths.len()), rule);
    }

    /// An enum: closed, so an unknown number is refused and never defaulted.
    pub fn enumeration(&mut self, name: &str, number: i32, is_valid: fn(i32) -> bool, rule: &Rule) {
        if !is_valid(number) {
            self.report(name, "is not a value of its enum");
        } else if rule.required && number == 0 {
            self.report(name, "is required");
        }
    }

    /// A list of enums; the unspecified value is no item.
    pub fn enums(&mut self, name: &str, numbers: &[i32], is_valid: fn(i32) -> bool, rule: &Rule) {
        self.count(name, numbers.len(), rule);
        for (i, number) in numbers.iter().enumerate() {
            if *number == 0 || !is_valid(*number) {
                self.within_item(name, i, |c| c.report("", "is not a value of its enum"));
            }
        }
    }

    /// A whole number.
    pub fn number(&mut self, name: &str, value: i64, rule: &Rule) {
        if rule.min.is_some_and(|min| value < min) || rule.max.is_some_and(|max| value > max) {
            let bounds = match (rule.min, rule.max) {
                (Some(min), Some(max)) => format!("must be from {min} to {max}"),
                (Some(min), None) => format!("must be at least {min}"),
                (None, Some(max)) => format!("must be at most {max}"),
                (None, None) => return,
            };
            self.report(name, &bounds);
        }
    }

    /// A floating-point number: NaN and infinities are refused.
    pub fn finite(&mut self, name: &str, value: f64) {
        if !value.is_finite() {
            self.report(name, "must be a finite number");
        }
    }

    fn text(&mut self, value: &str, rule: &Rule) {
        let too_long = rule.max_length > 0 && longer_than(value, rule.max_length);
        if too_long {
            self.report("", &format!("must have at most {} characters", rule.max_length));
        }
        if rule.min_length > 0 && !longer_than(value, rule.min_length - 1) {
            self.report("", &format!("must have at least {} characters", rule.min_length));
        }
        if rule.uuid && uuid::Uuid::try_parse(value).is_err() {
            self.report("", "must be a UUID");
        }
        if let Some(pattern) = &rule.pattern
            && !too_long
            && !pattern.is_match(value)
        {
            self.report("", &format!("must match {}", pattern.as_str()));
        }
        if value.contains('\0') {
            self.report("", "must not contain NUL");
        }
        if rule.text == FREE_TEXT && !too_long {
            self.free_text(value);
        }
    }

    /// Findings name kind and place, never the text.
    fn free_text(&mut self, value: &str) {
        for finding in self.guard.findings(value, self.allowed) {
            let description = format!(
                "holds an identifier: {} at characters {} to {} ({})",
                finding.kind,
                finding.start,
                finding.start + finding.length,
                finding.detector
            );
            self.violations.push(Violation {
                field: self.path.clone(),
                description,
                is_phi: true,
            });
        }
    }

    fn count(&mut self, name: &str, items: usize, rule: &Rule) {
        if rule.required && items == 0 {
            self.report(name, "is required");
        }
        if rule.max_items > 0 && items > rule.max_items as usize {
            self.report(name, &format!("must have at most {} items", rule.max_items));
        }
    }

    /// Records a violation of the field `name` below the current path.
    pub fn report(&mut self, name: &str, description: &str) {
        self.within(name, |c| {
            c.violations.push(Violation {
                field: c.path.clone(),
                description: description.to_owned(),
                is_phi: false,
            });
        });
    }

    fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if !self.path.is_empty() && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
        check(self);
        self.path.truncate(length);
    }

    fn within_item(&mut self, name: &str, index: usize, check: impl FnOnce(&mut Self)) {
        let item = format!("{name}[{index}]");
        self.within(&item, check);
    }
}

/// Whether a string has more than `limit` characters; stops counting there.
fn longer_than(value: &str, limit: u32) -> bool {
    value.len() > limit as usize && value.chars().nth(limit as usize).is_some()
}

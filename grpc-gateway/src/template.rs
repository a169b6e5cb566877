//! Path templates of `google.api.http`: `/v1/{name=shelves/*}/books/{book.id}:archive`.

use std::ops::Range;

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
    pub(crate) variables: Vec<Variable>,
    /// The custom verb after the last colon, without it.
    pub(crate) verb: Option<String>,
}

/// What one path segment may be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    /// This very text.
    Literal(String),
    /// Any one segment that is not empty.
    One,
    /// All that is left of the path; always last.
    Rest,
}

/// A variable and the segments whose text it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Dotted names of the field from the request message.
    pub(crate) field_path: String,
    pub(crate) segments: Range<usize>,
    /// Whether its last segment is `**`.
    pub(crate) takes_rest: bool,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// What is wrong with it, as a phrase about the template.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parser = Parser {
            rest: text,
            template: Self {
                segments: Vec::new(),
                variables: Vec::new(),
                verb: None,
            },
        };
        parser.expect('/', "must begin with a slash")?;
        parser.segments(Place::Path)?;
        if parser.take(':') {
            parser.template.verb = Some(parser.literal()?.to_owned());
        }
        if !parser.rest.is_empty() {
            return Err("has text that belongs to no segment");
        }
        parser.template.check()
    }

    fn check(self) -> Result<Self, &'static str> {
        let before_last = self.segments.len().saturating_sub(1);
        if self.segments.iter().take(before_last).any(|s| *s == Segment::Rest) {
            return Err("has `**` before its last segment");
        }
        let mut names: Vec<&str> = self.variables.iter().map(|v| v.field_path.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("binds one field twice");
        }
        Ok(self)
    }

    /// The template with every variable that spans several segments spelt out:
    /// `/v1/{name=shelves/*}` is `/v1/shelves/{name}`, as `OpenAPI` wants it.
    pub(crate) fn openapi_path(&self) -> String {
        let mut path = String::new();
        for (index, segment) in self.segments.iter().enumerate() {
            path.push('/');
            match segment {
                Segment::Literal(text) => path.push_str(text),
                Segment::One | Segment::Rest => {
                    path.push('{');
                    path.push_str(&self.parameter_at(index));
                    path.push('}');
                }
            }
        }
        if let Some(verb) = &self.verb {
            path.push(':');
            path.push_str(verb);
        }
        path
    }

    /// The `OpenAPI` parameter for a wildcard segment: its variable's name, numbered from the
    /// variable's second wildcard on.
    pub(crate) fn parameter_at(&self, index: usize) -> String {
        let Some(variable) = self.variables.iter().find(|v| v.segments.contains(&index)) else {
            return format!("segment{index}");
        };
        let earlier = self.segments[variable.segments.start..index]
            .iter()
            .filter(|segment| !matches!(segment, Segment::Literal(_)))
            .count();
        match earlier {
            0 => variable.field_path.clone(),
            more => format!("{}_{}", variable.field_path, more + 1),
        }
    }
}

/// Whether a segment stands inside a variable, where another variable can't.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Variable,
}

struct Parser<'t> {
    rest: &'t str,
    template: Template,
}

impl<'t> Parser<'t> {
    fn segments(&mut self, place: Place) -> Result<(), &'static str> {
        self.segment(place)?;
        while self.take('/') {
            self.segment(place)?;
        }
        Ok(())
    }

    fn segment(&mut self, place: Place) -> Result<(), &'static str> {
        if self.take('{') {
            return match place {
                Place::Path => self.variable(),
                Place::Variable => Err("has a variable inside a variable"),
            };
        }
        let segment = if self.take('*') {
            if self.take('*') { Segment::Rest } else { Segment::One }
        } else {
            Segment::Literal(self.literal()?.to_owned())
        };
        self.template.segments.push(segment);
        Ok(())
    }

    fn variable(&mut self) -> Result<(), &'static str> {
        let field_path = self.field_path()?;
        let start = self.template.segments.len();
        if self.take('=') {
            self.segments(Place::Variable)?;
        } else {
            self.template.segments.push(Segment::One);
        }
        self.expect('}', "has a variable that is not closed")?;
        let segments = start..self.template.segments.len();
        self.template.variables.push(Variable {
            field_path,
            takes_rest: self.template.segments.last() == Some(&Segment::Rest),
            segments,
        });
        Ok(())
    }

    fn field_path(&mut self) -> Result<String, &'static str> {
        let path = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        let well_formed = path
            .split('.')
            .all(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
        if well_formed {
            Ok(path.to_owned())
        } else {
            Err("has a variable without a proper field path")
        }
    }

    fn literal(&mut self) -> Result<&'t str, &'static str> {
        let text = self.take_while(|c| c.is_ascii_alphanumeric() || "-._~".contains(c));
        if text.is_empty() {
            return Err("has an empty segment, or a character that a segment can't hold");
        }
        Ok(text)
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn take(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, expected: char, problem: &'static str) -> Result<(), &'static str> {
        if self.take(expected) { Ok(()) } else { Err(problem) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_takes_the_segments_of_its_pattern() {
        let template = Template::parse("/v1/{name=shelves/*/books/**}:archive").unwrap();
        assert_eq!(template.verb.as_deref(), Some("archive"));
        assert_eq!(template.segments.len(), 5);
        assert_eq!(template.variables[0].segments, 1..5);
        assert!(template.variables[0].takes_rest);
        assert_eq!(template.openapi_path(), "/v1/shelves/{name}/books/{name_2}:archive");
    }

    #[test]
    fn bad_templates_say_why() {
        for (text, part) in [
            ("v1/things", "slash"),
            ("/", "empty segment"),
            ("/v1//things", "empty segment"),
            ("/v1/things/", "empty segment"),
            ("/v1/{id", "not closed"),
            ("/v1/id}", "no segment"),
            ("/v1/{}", "field path"),
            ("/v1/{a..b}", "field path"),
            ("/v1/{a={b}}", "inside"),
            ("/v1/**/x", "before its last"),
            ("/v1/{a}/{a}", "twice"),
            ("/v1/a:", "empty segment"),
            ("/v1/a:b:c", "no segment"),
            ("/v1/a b", "no segment"),
        ] {
            let problem = Template::parse(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            failure_persistence: None,
            rng_seed: proptest::test_runner::RngSeed::Fixed(1),
            ..proptest::prelude::ProptestConfig::default()
        })]

        #[test]
        fn no_text_breaks_the_parser(text in "[/{}=*:.a-c_ é]{0,24}") {
            if let Ok(template) = Template::parse(&text) {
                proptest::prop_assert!(template.variables.iter().all(|v| v.segments.end <= template.segments.len()));
            }
        }

        #[test]
        fn a_template_is_what_it_was_written_from(
            patterns in proptest::collection::vec("(\\*|[a-z]{1,3})(/(\\*|[a-z]{1,3})){0,2}", 1..5),
            verb in proptest::option::of("[a-z]{1,4}"),
        ) {
            let mut text = String::new();
            let mut segments = Vec::new();
            for (number, pattern) in patterns.iter().enumerate() {
                text.extend([format!("/{{field{number}={pattern}}}")]);
                segments.extend(pattern.split('/').map(|part| match part {
                    "*" => Segment::One,
                    literal => Segment::Literal(literal.to_owned()),
                }));
            }
            text.extend(verb.iter().map(|verb| format!(":{verb}")));
            let template = Template::parse(&text).unwrap();
            proptest::prop_assert_eq!(&template.segments, &segments);
            proptest::prop_assert_eq!(&template.verb, &verb);
            proptest::prop_assert_eq!(template.variables.len(), patterns.len());
            let covered: usize = template.variables.iter().map(|v| v.segments.len()).sum();
            proptest::prop_assert_eq!(covered, segments.len());
        }
    }
}

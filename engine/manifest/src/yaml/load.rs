//! Text → tree: the parser's events gathered, within bounds, every duplicate key reported.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::scalar::Kind;
use super::tree::{Entry, Node, Scalar, Value};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A deployment file or a case is a few hundred lines; ten thousand times that is neither.
pub(crate) const MOST_BYTES: usize = 1 << 20;
/// The format itself needs nine levels.
const DEEPEST: usize = 64;
/// Aliases copy what they name; nested ones multiply it.
const MOST_NODES: usize = 100_000;
/// Plain text, a number, a flag: what the tags of YAML's core schema name.
const CORE_TAGS: &str = "tag:yaml.org,2002:";

/// The tree of a text's one document. With an error in it there is no tree.
pub(crate) fn load(text: &str) -> Result<Node, Vec<Diagnostic>> {
    let mut loader = Loader::new(text);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => {
                let span = loader.offsets.span(span.start.index(), span.end.index());
                loader.take(event, span)
            }
            Err(error) => Err(invalid(loader.offsets.byte(error.marker().index()), error.info())),
        };
        if let Err(fatal) = step {
            loader.problems.push(fatal);
            return Err(loader.problems);
        }
    }
    loader.finish()
}

/// What the parser says, with the most common remedy. It reads ahead, so brackets may reach its
/// own limit of depth before they reach ours.
fn invalid(at: usize, said: &str) -> Diagnostic {
    if said == "recursion limit exceeded" {
        return too_deep(at..at);
    }
    let diagnostic = Diagnostic::error("yaml", at..at, format!("invalid YAML: {said}"));
    match said.contains("tab") {
        true => diagnostic.help("indent with spaces: YAML allows no tabs there"),
        false => diagnostic,
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("too-deep", span, format!("nested deeper than {DEEPEST} levels"))
}

/// A collection that is still open.
enum Open {
    Sequence { start: usize, anchor: usize, items: Vec<Node> },
    Mapping { start: usize, anchor: usize, entries: Vec<Entry>, key: Option<(String, Span)> },
}

struct Loader<'t> {
    text: &'t str,
    offsets: Offsets,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    problems: Vec<Diagnostic>,
}

type Step = Result<(), Diagnostic>;

impl<'t> Loader<'t> {
    fn new(text: &'t str) -> Self {
        Loader {
            text,
            offsets: Offsets::new(text),
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            root: None,
            problems: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Step {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, &span)?;
                let scalar = scalar(text.into_owned(), style, tag.as_deref(), &span)?;
                self.place(Node { span, value: Value::Scalar(scalar) }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(&span, tag.as_deref())?;
                self.open.push(Open::Sequence { start: span.start, anchor, items: Vec::new() });
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                self.open(&span, tag.as_deref())?;
                let start = span.start;
                self.open.push(Open::Mapping { start, anchor, entries: Vec::new(), key: None });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor) else {
                    let title = "invalid YAML: an alias stands inside the value it names";
                    return Err(Diagnostic::error("yaml", span, title));
                };
                let (size, node) = (node.size(), node.clone());
                self.count(size, &span)?;
                self.place(node, 0)
            }
            Event::DocumentStart(_) if self.root.is_some() => Err(Diagnostic::error(
                "several-documents",
                span,
                "a second document begins here: a file holds one",
            )
            .help("put each into a file of its own")),
            _ => Ok(()),
        }
    }

    /// Aliases are counted as what they copy.
    fn count(&mut self, nodes: usize, span: &Span) -> Step {
        self.nodes += nodes;
        if self.nodes <= MOST_NODES {
            return Ok(());
        }
        let title = format!("more than {MOST_NODES} values, copies by aliases included");
        Err(Diagnostic::error("too-big", span.clone(), title))
    }

    fn open(&mut self, span: &Span, tag: Option<&Tag>) -> Step {
        known_tag(tag, span)?;
        self.count(1, span)?;
        if self.open.len() < DEEPEST {
            return Ok(());
        }
        Err(too_deep(span.clone()))
    }

    fn close(&mut self, end: &Span) -> Step {
        match self.open.pop() {
            Some(Open::Sequence { start, anchor, items }) => {
                let span = self.collection(start, end);
                self.place(Node { span, value: Value::Sequence(items) }, anchor)
            }
            Some(Open::Mapping { start, anchor, entries, .. }) => {
                let entries = self.merged(entries);
                let span = self.collection(start, end);
                self.place(Node { span, value: Value::Mapping(entries) }, anchor)
            }
            None => Ok(()),
        }
    }

    /// The parser ends a collection in brackets where the next token begins; it ends where its own
    /// bracket stands.
    fn collection(&self, start: usize, end: &Span) -> Span {
        let bracket = matches!(self.text.as_bytes().get(end.start), Some(b']' | b'}'));
        start..if bracket { end.start + 1 } else { end.end }.max(start)
    }

    /// Puts a finished node where it belongs: under the open key, at the list's end, at the root.
    fn place(&mut self, node: Node, anchor: usize) -> Step {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                None => *key = Some(key_of(node)?),
            },
        }
        Ok(())
    }

    /// Drops repeated keys with an error each, then adds what `<<` merges in.
    fn merged(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut seen: HashMap<String, Span> = HashMap::new();
        let (mut kept, mut merges) = (Vec::with_capacity(entries.len()), Vec::new());
        for entry in entries {
            if let Some(first) = seen.insert(entry.key.clone(), entry.key_span.clone()) {
                self.problems.push(
                    Diagnostic::error(
                        "duplicate-key",
                        entry.key_span,
                        format!("`{}` is given twice", entry.key),
                    )
                    .related(first, "first given here"),
                );
            } else if entry.key == "<<" {
                merges.push(entry.value);
            } else {
                kept.push(entry);
            }
        }
        let mut names: HashSet<String> = kept.iter().map(|entry| entry.key.clone()).collect();
        for merge in merges {
            for entry in self.merge_entries(merge) {
                if names.insert(entry.key.clone()) {
                    kept.push(entry);
                }
            }
        }
        kept
    }

    /// The fields of a merged mapping, or of a list of them.
    fn merge_entries(&mut self, node: Node) -> Vec<Entry> {
        match node.value {
            Value::Mapping(entries) => entries,
            Value::Sequence(items) if items.iter().all(Node::is_mapping) => {
                items.into_iter().flat_map(|item| self.merge_entries(item)).collect()
            }
            _ => {
                self.problems.push(
                    Diagnostic::error("yaml", node.span, "`<<` merges mappings only")
                        .help("write `<<: *name`, where `&name` marks a mapping"),
                );
                Vec::new()
            }
        }
    }

    fn finish(mut self) -> Result<Node, Vec<Diagnostic>> {
        match self.root.take() {
            Some(root) if self.problems.is_empty() => Ok(root),
            Some(_) => Err(self.problems),
            None => Err(vec![Diagnostic::error("empty-file", 0..0, "the file holds nothing")]),
        }
    }
}

impl Node {
    fn is_mapping(&self) -> bool {
        matches!(self.value, Value::Mapping(_))
    }
}

fn key_of(node: Node) -> Result<(String, Span), Diagnostic> {
    match node.value {
        Value::Scalar(scalar) => Ok((scalar.text, node.span)),
        _ => Err(Diagnostic::error("yaml", node.span, "the name of a field must be text")),
    }
}

fn scalar(
    text: String,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: &Span,
) -> Result<Scalar, Diagnostic> {
    known_tag(tag, span)?;
    let plain = style == ScalarStyle::Plain;
    let kind = match tag.filter(|tag| tag.handle == CORE_TAGS).map(|tag| tag.suffix.as_str()) {
        Some("str") => Kind::Text,
        Some(_) => Kind::of_plain(&text),
        None if plain => Kind::of_plain(&text),
        None => Kind::Text,
    };
    Ok(Scalar { text, kind, plain })
}

fn known_tag(tag: Option<&Tag>, span: &Span) -> Step {
    const KNOWN: [&str; 7] = ["str", "int", "float", "bool", "null", "map", "seq"];
    match tag {
        Some(tag) if tag.handle != CORE_TAGS || !KNOWN.contains(&tag.suffix.as_str()) => {
            Err(Diagnostic::error(
                "yaml",
                span.clone(),
                format!("the tag `{}{}` means nothing here", tag.handle, tag.suffix),
            )
            .help("remove it; CloudFormation functions such as `!Ref` have no place in this file"))
        }
        _ => Ok(()),
    }
}

/// The parser counts characters, everything else bytes.
struct Offsets {
    /// The byte at which each character begins, and the text's length; none for ASCII.
    starts: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let starts = match text.is_ascii() {
            true => Vec::new(),
            false => text.char_indices().map(|(start, _)| start).collect(),
        };
        Offsets { starts, length: text.len() }
    }

    fn byte(&self, character: usize) -> usize {
        match self.starts.is_empty() {
            true => character.min(self.length),
            false => self.starts.get(character).copied().unwrap_or(self.length),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let start = self.byte(start);
        start..self.byte(end).max(start)
    }
}

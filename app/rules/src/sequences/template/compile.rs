//! From pieces to a text that liquid reads, with every output and assignment as a step of ours. Blocks and conditions
//! stay liquid's. Never lets a tag through that it does not know, or one whose work has no bound.

use super::conditions;
use super::data::Scope;
use super::error::TemplateError;
use super::expression::{Chain, Operand, Reader};
use super::lex::{Segment, Token};
use super::plugins::{OWN_PREFIX, STEP, WHOLE, WHOLE_END};
use super::run::Job;
use super::scan::{Kind, Piece};
use super::variables::Variables;
use crate::limits;

/// A field that a template mentions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Field {
    pub scope: Scope,
    pub name: String,
    /// Whether it is put out somewhere without a default: without a value there, nothing is sent.
    pub is_needed: bool,
}

pub(super) struct Compiled {
    /// For liquid.
    pub text: String,
    pub jobs: Vec<Job>,
    pub fields: Vec<Field>,
    /// Names that are assigned, captured or looped with.
    pub variables: Vec<String>,
}

pub(super) fn compile(pieces: Vec<Piece>) -> Result<Compiled, TemplateError> {
    let mut compiler = Compiler::default();
    for piece in pieces {
        match piece.kind {
            Kind::Text(text) => compiler.text(&text),
            Kind::Output(tokens) => compiler.output(&tokens, piece.line)?,
            Kind::Tag(tag, tokens) => compiler.tag(&tag, &tokens, piece.line)?,
        }
    }
    if let Some(Open { tag, line, .. }) = compiler.open.pop() {
        return Err(TemplateError::NotClosed { line, tag: tag.to_owned() });
    }
    let text = format!("{{% {WHOLE} %}}{}{{% {WHOLE_END} %}}", compiler.text);
    let (fields, variables) = compiler.variables.into_parts();
    Ok(Compiled { text, jobs: compiler.jobs, fields, variables })
}

#[derive(Default)]
struct Compiler {
    text: String,
    jobs: Vec<Job>,
    open: Vec<Open>,
    variables: Variables,
}

struct Open {
    tag: &'static str,
    line: usize,
    /// Where it begins in the text for liquid.
    at: usize,
    has_else: bool,
    /// `elsif`s and `when`s so far.
    branches: usize,
    /// What `case` asks about.
    subject: Option<Operand>,
    /// What `capture` fills.
    target: Option<String>,
}

const BLOCKS: &[(&str, &str)] =
    &[("if", "endif"), ("unless", "endunless"), ("case", "endcase"), ("for", "endfor"), ("capture", "endcapture")];

impl Compiler {
    /// A brace of the text must not meet one of ours.
    fn text(&mut self, text: &str) {
        self.text.push_str(&text.replace('{', "{{ \"{\" }}"));
    }

    fn output(&mut self, tokens: &[Token], line: usize) -> Result<(), TemplateError> {
        let chain = Reader::new(tokens, line).chain()?;
        self.check_chain(&chain)?;
        let names = self.variables.put_out(&chain);
        self.job(Job::Put(chain, names));
        Ok(())
    }

    fn tag(&mut self, tag: &str, tokens: &[Token], line: usize) -> Result<(), TemplateError> {
        let mut reader = Reader::new(tokens, line);
        match tag {
            "if" | "unless" => {
                self.opens(tag, line)?;
                self.condition(tag, &mut reader)
            }
            "elsif" => {
                self.branch(&["if"], tag, line)?;
                self.condition(tag, &mut reader)
            }
            "else" => {
                self.branch(&["if", "unless", "case", "for"], tag, line)?;
                reader.end("else stands alone. Write {% elsif lead.x %} for another condition.")?;
                self.emit(tag, "");
                Ok(())
            }
            "case" => {
                self.opens(tag, line)?;
                self.case(&mut reader)
            }
            "when" => {
                self.branch(&["case"], tag, line)?;
                self.when(&mut reader)
            }
            "for" => {
                self.opens(tag, line)?;
                self.for_loop(&mut reader)
            }
            "break" | "continue" if self.open.iter().any(|open| open.tag == "for") => self.bare(tag, &reader),
            "break" | "continue" => Err(TemplateError::NotOpen { line, tag: tag.to_owned() }),
            "assign" => self.assign(&mut reader),
            "capture" => {
                self.opens(tag, line)?;
                self.capture(&mut reader)
            }
            "include" | "render" => Err(TemplateError::Include { line, tag: tag.to_owned() }),
            _ => self.closes(tag, &reader),
        }
    }

    fn job(&mut self, job: Job) {
        self.text.push_str(&step(self.jobs.len()));
        self.jobs.push(job);
    }

    fn emit(&mut self, tag: &str, rest: &str) {
        self.text.push_str(&format!("{{% {tag} {rest} %}}"));
    }

    fn bare(&mut self, tag: &str, reader: &Reader) -> Result<(), TemplateError> {
        reader.end("This tag stands alone.")?;
        self.emit(tag, "");
        Ok(())
    }

    fn opens(&mut self, tag: &str, line: usize) -> Result<(), TemplateError> {
        if self.open.len() >= limits::TEMPLATE_DEPTH_MAX {
            return Err(TemplateError::Deep { line });
        }
        if let Some(&(tag, _)) = BLOCKS.iter().find(|(name, _)| *name == tag) {
            self.open.push(Open {
                tag,
                line,
                at: self.text.len(),
                has_else: false,
                branches: 0,
                subject: None,
                target: None,
            });
        }
        Ok(())
    }

    fn branch(&mut self, of: &[&str], tag: &str, line: usize) -> Result<(), TemplateError> {
        match self.open.last_mut() {
            Some(open) if of.contains(&open.tag) && !open.has_else => {
                open.branches += 1;
                open.has_else = tag == "else";
                if open.branches > limits::CONDITION_PARTS_MAX {
                    Err(TemplateError::ManyParts { line })
                } else {
                    Ok(())
                }
            }
            _ => Err(TemplateError::NotOpen { line, tag: tag.to_owned() }),
        }
    }

    fn closes(&mut self, tag: &str, reader: &Reader) -> Result<(), TemplateError> {
        let line = reader.line;
        let Some((block, _)) = BLOCKS.iter().find(|(_, end)| *end == tag) else {
            return Err(TemplateError::UnknownTag { line, tag: tag.to_owned() });
        };
        let open = match self.open.pop() {
            Some(open) if open.tag == *block => open,
            Some(open) => return Err(TemplateError::NotClosed { line: open.line, tag: open.tag.to_owned() }),
            None => return Err(TemplateError::NotOpen { line, tag: tag.to_owned() }),
        };
        self.bare(tag, reader)?;
        if let Some(target) = open.target {
            self.job(Job::Captured(target));
        }
        Ok(())
    }

    fn condition(&mut self, tag: &str, reader: &mut Reader) -> Result<(), TemplateError> {
        let mut parts = reader.condition()?;
        if parts.len() > limits::CONDITION_PARTS_MAX {
            return Err(TemplateError::ManyParts { line: reader.line });
        }
        for part in &parts {
            self.check(&part.left, reader.line)?;
            if let Some((_, right)) = &part.right {
                self.check(right, reader.line)?;
                conditions::check(&part.left, right, reader.line, &self.variables)?;
            }
        }
        for part in &mut parts {
            self.hoist(&mut part.left, reader.line);
            if let Some((_, right)) = &mut part.right {
                self.hoist(right, reader.line);
            }
        }
        self.emit(tag, &conditions::text(&parts));
        Ok(())
    }

    fn case(&mut self, reader: &mut Reader) -> Result<(), TemplateError> {
        let subject = reader.operand()?;
        reader.end("Write one value, as in {% case lead.country %}.")?;
        self.check(&subject, reader.line)?;
        let mut hoisted = subject.clone();
        self.hoist(&mut hoisted, reader.line);
        self.emit("case", &hoisted.to_string());
        if let Some(open) = self.open.last_mut() {
            open.subject = Some(subject);
        }
        Ok(())
    }

    fn when(&mut self, reader: &mut Reader) -> Result<(), TemplateError> {
        let mut alternatives = reader.alternatives()?;
        if alternatives.len() > limits::CONDITION_PARTS_MAX {
            return Err(TemplateError::ManyParts { line: reader.line });
        }
        for alternative in &alternatives {
            self.check(alternative, reader.line)?;
            if let Some(subject) = self.open.last().and_then(|open| open.subject.as_ref()) {
                conditions::check(subject, alternative, reader.line, &self.variables)?;
            }
        }
        alternatives.iter_mut().for_each(|alternative| self.hoist(alternative, reader.line));
        self.emit("when", &conditions::alternatives(&alternatives));
        Ok(())
    }

    fn assign(&mut self, reader: &mut Reader) -> Result<(), TemplateError> {
        let name = reader.name()?;
        if !reader.takes_symbol("=") {
            return reader.refuse("Write a name, = and a value, as in {% assign name = lead.first_name %}.");
        }
        let chain = reader.chain()?;
        self.check_chain(&chain)?;
        self.variables.assign(&name, &chain, reader.line)?;
        self.job(Job::Set(name, chain));
        Ok(())
    }

    fn capture(&mut self, reader: &mut Reader) -> Result<(), TemplateError> {
        let name = reader.name()?;
        reader.end("Write one name, as in {% capture greeting %}.")?;
        self.variables.add(&name, reader.line)?;
        self.emit("capture", &name);
        if let Some(open) = self.open.last_mut() {
            open.target = Some(name);
        }
        Ok(())
    }

    fn for_loop(&mut self, reader: &mut Reader) -> Result<(), TemplateError> {
        const HINT: &str = "Write it as in {% for part in parts %}, with limit:5 or reversed behind it at most.";
        let name = reader.name()?;
        if !reader.takes_word("in") {
            return reader.refuse(HINT);
        }
        let over = if reader.takes_symbol("(") {
            self.variables.add(&name, reader.line)?;
            range(reader)?
        } else {
            let mut list = reader.operand()?;
            self.check(&list, reader.line)?;
            self.variables.loop_over(&name, &list, reader.line)?;
            self.hoist(&mut list, reader.line);
            list.to_string()
        };
        let mut parameters = String::new();
        if reader.takes_word("limit") {
            match (reader.takes_symbol(":"), reader.operand()?) {
                (true, Operand::Number(limit)) if limit.parse::<u32>().is_ok() => {
                    parameters.push_str(&format!(" limit:{limit}"));
                }
                _ => return reader.refuse(HINT),
            }
        }
        if reader.takes_word("reversed") {
            parameters.push_str(" reversed");
        }
        reader.end(HINT)?;
        self.emit("for", &format!("{name} in {over}{parameters}"));
        self.job(Job::Turn);
        Ok(())
    }

    /// Liquid fails on a condition about a part that is not there, like `parts[3]`. So the part is assigned before the
    /// block begins, where it is Nil then: nothing that stands between the two is rendered before the condition.
    fn hoist(&mut self, operand: &mut Operand, line: usize) {
        let is_part = matches!(operand, Operand::Path(path) if path.len() > 1) && operand.field().is_none();
        let Some(open) = self.open.last().filter(|_| is_part) else { return };
        let name = format!("{OWN_PREFIX}part_{}", self.jobs.len());
        let part = std::mem::replace(operand, Operand::Path(vec![Segment::Name(name.clone())]));
        self.text.insert_str(open.at, &step(self.jobs.len()));
        self.jobs.push(Job::Set(name, Chain { line, entry: part, calls: Vec::new() }));
    }

    fn check_chain(&mut self, chain: &Chain) -> Result<(), TemplateError> {
        let arguments = chain.calls.iter().flat_map(|call| &call.arguments);
        std::iter::once(&chain.entry).chain(arguments).try_for_each(|operand| self.check(operand, chain.line))
    }

    fn check(&mut self, operand: &Operand, line: usize) -> Result<(), TemplateError> {
        if operand.root() == Some("forloop") && !self.open.iter().any(|open| open.tag == "for") {
            return Err(TemplateError::UnknownVariable { line, name: "forloop".to_owned() });
        }
        self.variables.check(operand, line)
    }
}

fn step(number: usize) -> String {
    format!("{{% {STEP} {number} %}}")
}

/// Behind the opening bracket.
fn range(reader: &mut Reader) -> Result<String, TemplateError> {
    let refused = TemplateError::Range { line: reader.line };
    let first = reader.operand().map_err(|_| refused.clone())?;
    let is_range = reader.takes_symbol("..");
    let last = reader.operand().map_err(|_| refused.clone())?;
    let whole = |operand: &Operand| match operand {
        Operand::Number(number) => number.parse::<i64>().ok(),
        _ => None,
    };
    match (whole(&first), whole(&last)) {
        (Some(from), Some(to))
            if is_range && reader.takes_symbol(")") && from.abs_diff(to) < limits::RANGE_TURNS_MAX =>
        {
            Ok(format!("({from}..{to})"))
        }
        _ => Err(refused),
    }
}

//! The two tags by which liquid calls back: one around the whole template, one for each step of it. Their names cannot
//! be written in a template. Never lets more out than a mail may hold.

use super::error::{Blocked, TemplateError};
use super::run::{self, Job, Notes};
use crate::limits;
use liquid_core::{
    BlockReflection, Error, Language, ParseBlock, ParseTag, Renderable, Result, Runtime, TagBlock, TagReflection,
    TagTokenIter, Template,
};
use std::io::{self, Write};
use std::sync::Arc;

/// What names of ours begin with.
pub(super) const OWN_PREFIX: &str = "ownlane_";
pub(super) const STEP: &str = "ownlane_step";
pub(super) const WHOLE: &str = "ownlane_whole";
pub(super) const WHOLE_END: &str = "ownlane_end";

/// Brings an outcome of ours through liquid's error, which only hands on the source of its cause.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Carrier<E: std::error::Error + 'static>(#[source] E);

impl<E: std::error::Error + Clone + Send + Sync + 'static> Carrier<E> {
    pub(super) fn error(outcome: E) -> Error {
        Error::with_msg("stopped").cause(Self(outcome))
    }

    pub(super) fn outcome(error: &Error) -> Option<E> {
        std::error::Error::source(error).and_then(|source| source.downcast_ref::<E>()).cloned()
    }
}

#[derive(Clone)]
pub(super) struct StepTag {
    pub jobs: Arc<[Job]>,
    /// Of one turn of a loop.
    pub weight: usize,
}

impl ParseTag for StepTag {
    fn parse(&self, mut arguments: TagTokenIter, language: &Language) -> Result<Box<dyn Renderable>> {
        let number = arguments.next().and_then(|token| token.as_str().trim().parse::<usize>().ok());
        let job = number.and_then(|number| self.jobs.get(number)).cloned();
        let job = job.ok_or_else(|| Carrier::error(TemplateError::Liquid))?;
        run::ready(job, self.weight, language).map_err(Carrier::error)
    }

    fn reflection(&self) -> &dyn TagReflection {
        self
    }
}

impl TagReflection for StepTag {
    fn tag(&self) -> &str {
        STEP
    }

    fn description(&self) -> &str {
        ""
    }
}

#[derive(Clone)]
pub(super) struct WholeBlock;

impl ParseBlock for WholeBlock {
    fn parse(&self, _: TagTokenIter, mut block: TagBlock, language: &Language) -> Result<Box<dyn Renderable>> {
        let whole = Whole(Template::new(block.parse_all(language)?));
        block.assert_empty();
        Ok(Box::new(whole))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

impl BlockReflection for WholeBlock {
    fn start_tag(&self) -> &str {
        WHOLE
    }

    fn end_tag(&self) -> &str {
        WHOLE_END
    }

    fn description(&self) -> &str {
        ""
    }
}

#[derive(Debug)]
struct Whole(Template);

impl Renderable for Whole {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let mut bounded = Bounded { writer, left: limits::RENDERED_BYTES_MAX, is_full: false };
        let outcome = self.0.render_to(&mut bounded, runtime);
        let is_full = bounded.is_full;
        // What is missing is told first: whoever fills it in sees the next thing then.
        let missing = std::mem::take(&mut runtime.registers().get_mut::<Notes>().missing);
        if !missing.is_empty() {
            return Err(Carrier::error(Blocked::Missing { fields: missing.into_iter().collect() }));
        }
        if is_full { Err(Carrier::error(Blocked::Long)) } else { outcome }
    }
}

struct Bounded<'a> {
    writer: &'a mut dyn Write,
    left: usize,
    is_full: bool,
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len()) {
            Some(left) => self.left = left,
            None => {
                self.is_full = true;
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        self.writer.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

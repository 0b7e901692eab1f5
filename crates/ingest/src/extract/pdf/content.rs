//! What a page shows: its content streams, run for their text, rules and pictures.

use std::collections::HashSet;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{
    Array, Dict, Name, Number, Object, ObjectIdentifier, Stream, String as Text,
};
use hayro_syntax::page::{Page, Resources};

use super::font::Fonts;
use super::inline;
use super::matrix::{Area, Matrix};
use super::path::Path;
use super::strings::text_string;
use super::word::{Drawn, Turn, WORD_GAP, Word, Words};

/// Forms within forms within forms.
const MAX_DEPTH: usize = 16;
/// Operators and stretches of text that are run for one page, forms included: a page of
/// dense text has some thousands, a detailed map a million.
const MAX_PAGE_WORK: usize = 4_000_000;
/// The same for all pages of a document.
pub(super) const MAX_WORK: usize = 40_000_000;
/// Letters that count as one operator.
const LETTERS: usize = 8;
/// Graphics states that may be open at once.
const MAX_STATES: usize = 512;
/// The most room between the letters of a word, in font sizes.
const MAX_LETTER_SPACE: f64 = 1.2;
/// Annotations: `/F` bits of those that are not shown.
const HIDDEN: u32 = 1 << 1 | 1 << 5;

/// What was found on a page. Positions are in points from the upper left corner.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) width: f64,
    pub(super) height: f64,
    /// In the order in which they are drawn.
    pub(super) words: Vec<Word>,
    /// Thin straight lines, as areas.
    pub(super) rules: Vec<Area>,
    /// Where pictures are shown, within the page.
    pub(super) pictures: Vec<Area>,
    /// Glyphs whose characters are not known.
    pub(super) unreadable: usize,
    /// Curves drawn: letters may be drawn as shapes.
    pub(super) curves: usize,
}

/// Runs a page and its annotations. `work` is what the document may still cost; a page
/// at the end of it is read in part or not at all.
pub(super) fn read<'a>(
    page: &Page<'a>,
    fonts: &mut Fonts<'a>,
    hidden_layers: &HashSet<ObjectIdentifier>,
    work: &mut usize,
) -> Content {
    let (width, height) = page.render_dimensions();
    let transform = Matrix::new(page.initial_transform(true).as_coeffs());
    let mut run = Run {
        fonts,
        hidden_layers,
        content: Content {
            width: f64::from(width),
            height: f64::from(height),
            ..Content::default()
        },
        words: Words::default(),
        path: Path::default(),
        state: State::new(transform),
        states: Vec::new(),
        marks: Vec::new(),
        replacement: None,
        work: MAX_PAGE_WORK.min(*work),
        depth: 0,
    };
    let content = inline::bounded(page.page_stream().unwrap_or_default());
    run.operators(TypedIter::new(&content), page.resources());
    run.restart(transform);
    run.annotations(page.raw(), page.resources());
    *work -= MAX_PAGE_WORK.min(*work) - run.work;
    run.content.words = run.words.finish();
    run.content
}

/// The part of the graphics state that text needs.
#[derive(Debug, Clone)]
struct State {
    matrix: Matrix,
    text: Matrix,
    line: Matrix,
    font: Option<usize>,
    size: f64,
    char_space: f64,
    word_space: f64,
    /// 1 for 100 %.
    scale: f64,
    leading: f64,
    rise: f64,
}

impl State {
    fn new(matrix: Matrix) -> Self {
        Self {
            matrix,
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::translate(x, y).then(self.line);
        self.text = self.line;
    }
}

/// An open stretch of marked content.
#[derive(Debug)]
struct Mark {
    hidden: bool,
    /// It says its own text, which was begun here.
    replaced: bool,
}

/// Text that stands for the glyphs of a stretch: given to the first of them.
#[derive(Debug)]
struct Replacement {
    text: Option<String>,
}

struct Run<'r, 'a> {
    fonts: &'r mut Fonts<'a>,
    hidden_layers: &'r HashSet<ObjectIdentifier>,
    content: Content,
    words: Words,
    path: Path,
    state: State,
    states: Vec<State>,
    marks: Vec<Mark>,
    replacement: Option<Replacement>,
    /// How much may still be done.
    work: usize,
    depth: usize,
}

impl<'a> Run<'_, 'a> {
    fn operators(&mut self, mut operators: TypedIter<'_>, resources: &Resources<'a>) {
        while let Some(operator) = operators.next() {
            if self.work == 0 {
                return;
            }
            self.work -= 1;
            if !self.text_state(&operator, resources) && !self.text_shown(&operator) {
                self.graphics(operator, resources);
            }
        }
    }

    /// Back to the state in which a page begins.
    fn restart(&mut self, transform: Matrix) {
        self.state = State::new(transform);
        self.states.clear();
        self.marks.clear();
        self.replacement = None;
    }

    fn text_state(&mut self, operator: &Op<'_, '_>, resources: &Resources<'a>) -> bool {
        let state = &mut self.state;
        match operator {
            Op::BeginText(_) => (state.text, state.line) = (Matrix::IDENTITY, Matrix::IDENTITY),
            Op::TextFont(font) => {
                state.size = font.1.as_f64();
                state.font = self.fonts.named(resources, font.0);
            }
            Op::CharacterSpacing(space) => state.char_space = space.0.as_f64(),
            Op::WordSpacing(space) => state.word_space = space.0.as_f64(),
            Op::HorizontalScaling(scale) => state.scale = scale.0.as_f64() / 100.0,
            Op::TextLeading(leading) => state.leading = leading.0.as_f64(),
            Op::TextRise(rise) => state.rise = rise.0.as_f64(),
            Op::NextLine(shift) => state.next_line(shift.0.as_f64(), shift.1.as_f64()),
            Op::NextLineAndSetLeading(shift) => {
                state.leading = -shift.1.as_f64();
                state.next_line(shift.0.as_f64(), shift.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => state.next_line(0.0, -state.leading),
            Op::SetTextMatrix(m) => {
                state.line = matrix([m.0, m.1, m.2, m.3, m.4, m.5]);
                state.text = state.line;
            }
            _ => return false,
        }
        true
    }

    fn text_shown(&mut self, operator: &Op<'_, '_>) -> bool {
        match operator {
            Op::ShowText(text) => self.show(text.0),
            Op::ShowTexts(texts) => {
                for part in texts.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(text) => self.show(&text),
                        Object::Number(shift) => self.shift(shift.as_f64()),
                        _ => {}
                    }
                }
            }
            Op::NextLineAndShowText(text) => {
                self.state.next_line(0.0, -self.state.leading);
                self.show(text.0);
            }
            Op::ShowTextWithParameters(text) => {
                self.state.word_space = text.0.as_f64();
                self.state.char_space = text.1.as_f64();
                self.state.next_line(0.0, -self.state.leading);
                self.show(text.2);
            }
            _ => return false,
        }
        true
    }

    /// Moves back by thousandths of the font size.
    fn shift(&mut self, thousandths: f64) {
        let shift = -thousandths / 1000.0 * self.state.size;
        let horizontal = self
            .state
            .font
            .is_none_or(|font| self.fonts.get(font).is_horizontal());
        let moved = if horizontal {
            Matrix::translate(shift * self.state.scale, 0.0)
        } else {
            Matrix::translate(0.0, shift)
        };
        self.state.text = moved.then(self.state.text);
    }

    fn show(&mut self, text: &Text<'_>) {
        if self.state.font.is_none() {
            self.state.font = self.fonts.default();
        }
        let Some(font) = self.state.font else {
            return;
        };
        let bytes = text.as_bytes();
        self.work = self.work.saturating_sub(bytes.len() / LETTERS);
        let mut at = 0;
        while at < bytes.len() {
            let (code, length) = self.fonts.get(font).code(bytes, at);
            at += length;
            self.show_glyph(font, code, length);
        }
    }

    fn show_glyph(&mut self, font: usize, code: u32, length: usize) {
        let state = &self.state;
        let font = self.fonts.get(font);
        let (horizontal, bold) = (font.is_horizontal(), font.bold);
        let glyph = font.glyph(code, length);
        let word_space = if code == 32 && length == 1 {
            state.word_space
        } else {
            0.0
        };
        let space = state.char_space + word_space;
        // Letters set apart are one word: their room is part of them. Set farther apart
        // still they are cells of a table.
        let letters = WORD_GAP * state.size..=MAX_LETTER_SPACE * state.size;
        let room = if letters.contains(&state.char_space) {
            state.char_space
        } else {
            0.0
        };
        let advance = |space: f64| {
            if horizontal {
                ((glyph.advance.0 * state.size + space) * state.scale, 0.0)
            } else {
                (0.0, glyph.advance.1 * state.size + space)
            }
        };
        let (x, y) = advance(space);
        let on_page = state.text.then(state.matrix);
        if let Some(place) = Place::of(on_page, state, advance(room), horizontal) {
            let text = match &mut self.replacement {
                Some(replacement) => Some(replacement.text.take().unwrap_or_default()),
                None => glyph.text.as_deref().map(str::to_owned),
            };
            match text {
                None => self.content.unreadable += 1,
                Some(text) => {
                    let hidden = self.marks.iter().any(|mark| mark.hidden);
                    if !hidden && !text.is_empty() {
                        place.draw(&text, bold, &self.content, &mut self.words);
                    }
                }
            }
        }
        self.state.text = Matrix::translate(x, y).then(self.state.text);
    }

    fn graphics(&mut self, operator: Op<'_, '_>, resources: &Resources<'a>) {
        match operator {
            Op::SaveState(_) if self.states.len() < MAX_STATES => {
                self.states.push(self.state.clone());
            }
            Op::RestoreState(_) => {
                if let Some(state) = self.states.pop() {
                    self.state = state;
                }
            }
            Op::Transform(m) => {
                let inner = matrix([m.0, m.1, m.2, m.3, m.4, m.5]);
                self.state.matrix = inner.then(self.state.matrix);
            }
            Op::SetGraphicsState(name) => self.graphics_state(resources, name.0),
            Op::XObject(name) => self.x_object(resources, name.0),
            Op::InlineImage(_) => self.picture(),
            Op::BeginMarkedContent(_) => self.begin_mark(None, resources),
            Op::BeginMarkedContentWithProperties(mark) => {
                self.begin_mark(Some(mark.1), resources);
            }
            Op::EndMarkedContent(_) => {
                if self.marks.pop().is_some_and(|mark| mark.replaced) {
                    self.replacement = None;
                }
            }
            operator => self.drawing(&operator),
        }
    }

    fn drawing(&mut self, operator: &Op<'_, '_>) {
        let matrix = self.state.matrix;
        let at = |x: Number, y: Number| matrix.point(x.as_f64(), y.as_f64());
        match operator {
            Op::MoveTo(to) => self.path.start(at(to.0, to.1)),
            Op::LineTo(to) => self.path.line(at(to.0, to.1)),
            Op::CubicTo(to) => self.path.curve(at(to.4, to.5)),
            Op::CubicStartTo(to) => self.path.curve(at(to.2, to.3)),
            Op::CubicEndTo(to) => self.path.curve(at(to.2, to.3)),
            Op::ClosePath(_) => self.path.close(),
            Op::RectPath(rect) => {
                let (x, y) = (rect.0.as_f64(), rect.1.as_f64());
                let (width, height) = (rect.2.as_f64(), rect.3.as_f64());
                let corners = [x, y, x + width, y + height];
                self.path.rectangle(Area::transformed(matrix, corners));
            }
            Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_) => {
                self.path.fill(&mut self.content.rules);
                self.content.curves += self.path.finish();
            }
            Op::StrokePath(_)
            | Op::CloseAndStrokePath(_)
            | Op::FillAndStrokeNonZero(_)
            | Op::FillAndStrokeEvenOdd(_)
            | Op::CloseFillAndStrokeNonZero(_)
            | Op::CloseFillAndStrokeEvenOdd(_) => {
                self.path.stroke(&mut self.content.rules);
                self.content.curves += self.path.finish();
            }
            Op::EndPath(_) => {
                self.path.finish();
            }
            _ => {}
        }
    }

    fn graphics_state(&mut self, resources: &Resources<'a>, name: &Name<'_>) {
        let font = resources
            .get_ext_g_state(name)
            .and_then(|state| state.get::<Array<'_>>(b"Font"));
        if let Some(size) = font.and_then(|font| font.iter::<Object<'_>>().nth(1)) {
            // The font itself is hardly ever set this way; its size decides on gaps.
            self.state.size = size.into_f32().map_or(self.state.size, f64::from);
        }
    }

    fn x_object(&mut self, resources: &Resources<'a>, name: &Name<'_>) {
        let Some(stream) = resources.get_x_object(name) else {
            return;
        };
        let layer = stream.dict().get_ref(b"OC").map(ObjectIdentifier::from);
        if layer.is_some_and(|layer| self.hidden_layers.contains(&layer)) {
            return;
        }
        match stream.dict().get::<Name<'_>>(b"Subtype").as_deref() {
            Some(b"Form") => self.form(&stream, resources, Matrix::IDENTITY),
            Some(b"Image") => self.picture(),
            _ => {}
        }
    }

    /// Runs a form; `placed` shifts and scales it.
    fn form(&mut self, stream: &Stream<'a>, outer: &Resources<'a>, placed: Matrix) {
        if self.depth == MAX_DEPTH {
            return;
        }
        let Ok(data) = stream.decoded() else {
            return;
        };
        let own = form_matrix(stream.dict());
        let resources = stream.dict().get::<Dict<'a>>(b"Resources");
        let resources = resources.map_or_else(|| outer.clone(), Resources::new);
        let outside = self.state.clone();
        let states = std::mem::take(&mut self.states);
        let marks = self.marks.len();
        self.state.matrix = own.then(placed).then(self.state.matrix);
        self.depth += 1;
        self.operators(TypedIter::new(&inline::bounded(&data)), &resources);
        self.depth -= 1;
        self.marks.truncate(marks);
        self.states = states;
        self.state = outside;
    }

    fn picture(&mut self) {
        let page = Area::of((0.0, 0.0), (self.content.width, self.content.height));
        let area = Area::transformed(self.state.matrix, [0.0, 0.0, 1.0, 1.0]);
        if self.state.matrix.is_finite() && !self.marks.iter().any(|mark| mark.hidden) {
            self.content.pictures.push(area.within(page));
        }
    }

    fn begin_mark(&mut self, properties: Option<&Object<'_>>, resources: &Resources<'a>) {
        let own_text = |dict: &Dict<'_>| {
            let text = dict.get::<Text<'_>>(b"ActualText")?;
            Some(text_string(text.as_bytes()))
        };
        let (layer, text) = match properties {
            Some(Object::Name(name)) => (
                resources.properties.get_ref(name),
                resources
                    .properties
                    .get::<Dict<'_>>(name)
                    .and_then(|dict| own_text(&dict)),
            ),
            Some(Object::Dict(dict)) => (None, own_text(dict)),
            _ => (None, None),
        };
        let text = text.filter(|_| self.replacement.is_none());
        self.marks.push(Mark {
            hidden: layer.is_some_and(|layer| self.hidden_layers.contains(&layer.into())),
            replaced: text.is_some(),
        });
        if text.is_some() {
            self.replacement = Some(Replacement { text });
        }
    }

    fn annotations(&mut self, page: &Dict<'a>, resources: &Resources<'a>) {
        let Some(annotations) = page.get::<Array<'_>>(b"Annots") else {
            return;
        };
        for annotation in annotations.iter::<Dict<'_>>() {
            let hidden = annotation.get::<u32>(b"F").unwrap_or(0) & HIDDEN != 0;
            let popup = annotation
                .get::<Name<'_>>(b"Subtype")
                .is_some_and(|subtype| matches!(subtype.as_ref(), b"Popup" | b"Link"));
            if !hidden && !popup {
                self.annotation(&annotation, resources);
            }
        }
    }

    /// The appearance, with its box laid onto the annotation's rectangle.
    fn annotation(&mut self, annotation: &Dict<'a>, resources: &Resources<'a>) -> Option<()> {
        let appearance = annotation.get::<Dict<'_>>(b"AP")?;
        let stream = match appearance.get::<Object<'_>>(b"N")? {
            Object::Stream(stream) => stream,
            Object::Dict(states) => states.get::<Stream<'_>>(annotation.get::<Name<'_>>(b"AS")?)?,
            _ => return None,
        };
        let rectangle = annotation.get::<[f64; 4]>(b"Rect")?;
        let target = Area::of((rectangle[0], rectangle[1]), (rectangle[2], rectangle[3]));
        let own = stream.dict().get::<[f64; 4]>(b"BBox")?;
        let own = Area::transformed(form_matrix(stream.dict()), own);
        if own.width() <= 0.0 || own.height() <= 0.0 {
            return None;
        }
        let (sx, sy) = (target.width() / own.width(), target.height() / own.height());
        let (x, y) = (target.x0 - sx * own.x0, target.y0 - sy * own.y0);
        self.form(&stream, resources, Matrix::new([sx, 0.0, 0.0, sy, x, y]));
        Some(())
    }
}

fn form_matrix(form: &Dict<'_>) -> Matrix {
    form.get::<[f64; 6]>(b"Matrix")
        .map_or(Matrix::IDENTITY, Matrix::new)
}

fn matrix(numbers: [Number; 6]) -> Matrix {
    Matrix::new(numbers.map(|number| number.as_f64()))
}

/// Where a glyph stands on the page.
struct Place {
    from: (f64, f64),
    to: (f64, f64),
    turn: Turn,
    size: f64,
}

impl Place {
    /// Nothing where numbers ran wild.
    fn of(on_page: Matrix, state: &State, (x, y): (f64, f64), horizontal: bool) -> Option<Self> {
        let from = on_page.point(0.0, state.rise);
        let to = on_page.point(x, state.rise + y);
        let reading = if horizontal {
            (state.scale, 0.0)
        } else {
            (0.0, -1.0)
        };
        let turn = Turn::of(on_page.vector(reading.0 * state.size, reading.1 * state.size));
        let (up_x, up_y) = on_page.vector(0.0, state.size);
        let (along_x, along_y) = on_page.vector(state.size, 0.0);
        let size = up_x.hypot(up_y);
        // Fonts may be set at size 1 with a matrix that is flat in one direction.
        let size = if size < 0.1 {
            along_x.hypot(along_y)
        } else {
            size
        };
        let sane = [from.0, from.1, to.0, to.1, size]
            .iter()
            .all(|value| value.is_finite());
        (sane && size > 0.0).then_some(Self {
            from,
            to,
            turn,
            size,
        })
    }

    /// Text off the page is not text of the page.
    fn draw(&self, text: &str, bold: bool, page: &Content, words: &mut Words) {
        let size = (page.width, page.height);
        let (x, y) = self.from;
        let margin = self.size;
        let outside = x < -margin || y < -margin || x > size.0 + margin || y > size.1 + margin;
        if outside {
            return;
        }
        let from = self.turn.upright(self.from, size);
        let to = self.turn.upright(self.to, size);
        words.push(&Drawn {
            text,
            x0: from.0.min(to.0),
            x1: from.0.max(to.0),
            y: from.1,
            size: self.size,
            bold,
            turn: self.turn,
        });
    }
}

"""The language of templates: Liquid without files, with a bounded amount of work, and with values escaped in HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any, ClassVar, Final, TextIO, cast

from liquid import BoundTemplate, Environment, Markup, RenderContext, Token
from liquid import escape as escape_html
from liquid.builtin import content, illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.filter import with_context
from liquid.undefined import FalsyStrictUndefined, Undefined

from dispatch.templates import lists, money, numbers, text
from dispatch.templates.fault import TemplateFault
from dispatch.templates.text import LONGEST_TEXT, text_of
from dispatch.templates.work import Work

# What one part may come to, in bytes of UTF-8.
LARGEST_OUTPUT: Final = 1_000_000
# A filter or a loop costs more than a node, however little it is given.
_FILTER_COST: Final = 3
_TEXT_AT_ONCE: Final = 2_000
_ITEMS_AT_ONCE: Final = 20
_TAGS: Final = (
    content.Literal,
    illegal.Illegal,
    assign_tag.AssignTag,
    case_tag.CaseTag,
    comment_tag.CommentTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    for_tag.ForTag,
    if_tag.IfTag,
    inline_comment_tag.InlineCommentTag,
    unless_tag.UnlessTag,
)


class Missing(FalsyStrictUndefined):
    """A variable without a value: false in conditions, replaced by `default`, and a fault anywhere else."""


class CountedContext(RenderContext):
    """Pays for everything that is done."""

    def __init__(self, template: BoundTemplate, **given: Any) -> None:
        self.work = Work()
        # Where in the source it is, for whoever has to say what is wrong there.
        self.place = 0
        self._disabled: list[str] = []
        super().__init__(template, **given)

    @property
    def disabled_tags(self) -> list[str]:
        """Every node asks for these before it does anything, which is where it pays."""
        self.work.spend(1)
        return self._disabled

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:
        self._disabled = tags

    def get(self, path: list[object], *, token: Token | None, default: object = ...) -> object:
        del default
        self.work.spend(1)
        self._at(token)
        found = super().get(path, token=token)
        # Whoever asks may compare it with something, item by item.
        if isinstance(found, str | list):
            self.work.spend(len(found) // (_TEXT_AT_ONCE if isinstance(found, str) else _ITEMS_AT_ONCE))
        if isinstance(found, Undefined):
            name = ".".join(map(str, path))
            return Missing(name, token=token, hint=name)
        return found

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        self._at(token)
        return super().filter(name, token)

    def assign(self, key: str, val: Any) -> None:
        self.work.spend_on_text(weight(val))
        super().assign(key, val)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        self.work.spend(length)

    def _at(self, token: Token | None) -> None:
        if token is not None:
            self.place = token.start_index


def weight(value: object) -> int:
    """About how many characters there are to go through."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple):
        return sum(10 + weight(each) for each in value)
    return 10


class _Output(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        if isinstance(value, Missing):
            raise missing(value)
        written = value if isinstance(value, Markup) else text_of(value)
        cast("CountedContext", context).work.spend_on_text(len(written))
        if cast("TemplateLanguage", context.env).is_html:
            written = escape_html(written)
        return buffer.write(str.__str__(written))


class _OutputTag(Output):
    node_class = _Output


class _Capture(capture_tag.CaptureNode):
    def _assign(self, context: RenderContext, buf: StringIO) -> None:
        # What was captured has been escaped already.
        captured = buf.getvalue()
        if len(captured) > LONGEST_TEXT:
            raise TemplateFault(f"A text that is captured may have at most {LONGEST_TEXT:,} characters.")
        is_html = cast("TemplateLanguage", context.env).is_html
        context.assign(self.name, Markup(captured) if is_html else captured)


class _CaptureTag(capture_tag.CaptureTag):
    node_class = _Capture


class _Template(BoundTemplate):
    context_class = CountedContext


class TemplateLanguage(Environment):
    template_class = _Template
    block_nesting_limit: ClassVar[int] = 15
    output_stream_limit: ClassVar[int | None] = LARGEST_OUTPUT

    def __init__(self, *, is_html: bool) -> None:
        self.is_html = is_html
        super().__init__(undefined=Missing)

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what is listed: nothing that reads files, prints without escaping or grows without bounds."""
        del extra
        for tag in (*_TAGS, _OutputTag, _CaptureTag):
            self.add_tag(tag)
        for name, function in FILTERS.items():
            marks = self.is_html and name in _ESCAPING
            self.add_filter(name, _paid(_marked(name) if marks else function))
        self.add_filter("default", _paid(_default, takes_missing=True))


def missing(value: Missing) -> TemplateFault:
    return TemplateFault(f"`{value.name}` has no value.")


def _default(value: object, otherwise: object = "") -> object:
    """Where nothing is given, or false, or something empty. The number 0 is something."""
    is_nothing = isinstance(value, Missing) or value is None or value is False
    return otherwise if is_nothing or value in ("", []) else value


def _marked(name: str) -> Callable[[object], Markup]:
    """Of HTML a text is escaped once, by whomever; what was captured is taken for text and escaped again."""

    def run(value: object) -> Markup:
        escaped = text.escape(value)
        return Markup(text.newline_to_br(escaped) if name == "newline_to_br" else escaped)

    return run


def _paid(function: Callable[..., object], *, takes_missing: bool = False) -> Callable[..., object]:
    def run(value: object, *arguments: object, context: CountedContext) -> object:
        given = (value, *arguments)
        context.work.spend(_FILTER_COST)
        context.work.spend_on_text(sum(weight(each) for each in given if not isinstance(each, Missing)))
        for each in arguments if takes_missing else given:
            if isinstance(each, Missing):
                raise missing(each)
        return function(*given)

    return cast("Callable[..., object]", with_context(run))


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    **text.FILTERS,
    **numbers.FILTERS,
    **lists.FILTERS,
    **money.FILTERS,
}
ALL_FILTERS: Final[Mapping[str, Callable[..., object]]] = {**FILTERS, "default": _default}
_ESCAPING: Final = frozenset({"escape", "newline_to_br"})
TEXT: Final = TemplateLanguage(is_html=False)
HTML: Final = TemplateLanguage(is_html=True)

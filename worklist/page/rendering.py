"""Draws a page: its template, the words in the visitor's language, and what every page shows."""

from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from worklist.page import formats
from worklist.page.menu import menu
from worklist.page.security import FORM_TOKEN, form_token, remember_visit, visitor_of
from worklist.page.site import Site
from worklist.page.words import LANGUAGES, say

LANGUAGE = "bovagt_language"
"""The cookie with the language that was chosen."""

HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    # Whatever is missing in a template is an error, not an empty place in a family's case.
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def prepare() -> None:
    """Compile every template before somebody waits for one."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


def language_of(request: Request) -> str:
    """The language chosen, else the site's own."""
    site: Site = request.app.state.site
    chosen = request.cookies.get(LANGUAGE, "")
    return chosen if chosen in LANGUAGES else site.language


def page(request: Request, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """The answer with `template` drawn.

    Beside `context`, a template has: `t(key, **blanks)` the words, `language`, `visitor` (or None), `form_token`,
    `provider` (whether one can be signed in with), `path` (of this page, with its query), and `amount`, `day`,
    `moment`, `number` to write values in the language.
    """
    language = language_of(request)
    written = {name: partial(getattr(formats, name), language=language) for name in ("amount", "day", "moment")}
    shared = {
        "t": partial(_said, language),
        "language": language,
        "visitor": visitor_of(request),
        "form_token": form_token(request),
        "form_token_name": FORM_TOKEN,
        "path": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "menu": menu,
        "provider": request.app.state.site.provider is not None,
        "number": partial(_number, language),
        **written,
    }
    drawn = _environment().get_template(template).render({**shared, **context})
    response = HTMLResponse(drawn, status)
    remember_visit(request, response)
    return response


def fragment(language: str, template: str, **context: Any) -> Markup:
    """A part of a page that is the same for all who read it in `language`: drawn once and kept by whoever asks."""
    written = {name: partial(getattr(formats, name), language=language) for name in ("amount", "day", "moment")}
    shared = {"t": partial(_said, language), "language": language, "number": partial(_number, language), **written}
    # Every value in it was escaped when it was drawn.
    return Markup(_environment().get_template(template).render({**shared, **context}))


def _number(language: str, value: float, decimals: int = 0) -> str:
    return formats.number(value, language, decimals)


def _said(language: str, key: str, **blanks: object) -> str:
    return say(key, language, **blanks)


def message(request: Request, status: int, key: str, **blanks: object) -> HTMLResponse:
    """A page with a heading and a sentence: `message.<key>_title` and `message.<key>`."""
    language = language_of(request)
    title, text = (say(f"message.{name}", language, **blanks) for name in (f"{key}_title", key))
    return page(request, "message.html", status, title=title, text=text)

"""A document as one HTML file: no script, no other file, nothing asked of another machine; it prints as it reads."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from monitoring.report.document import FILL_IN, Document


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("document.html")


def html_of(document: Document) -> bytes:
    """The document as HTML in UTF-8: the same document, the same bytes."""
    return _template().render(document=document, fill_in=FILL_IN[document.language]).encode("utf-8")

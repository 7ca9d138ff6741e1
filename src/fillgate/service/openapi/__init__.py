"""The published document of the HTTP API, and its pages: all from the table of operations.

- `document`: the OpenAPI document
- `schemas`: what answers look like
- `inputs`: what bodies may look like
- `headers`: the headers that are looked at and given
- `words`: a schema in a few words
- `html`: the page of the operations and the page of the problems
"""

from fillgate.service.openapi.document import document
from fillgate.service.openapi.html import problems_page, reference_page

__all__ = ["document", "problems_page", "reference_page"]

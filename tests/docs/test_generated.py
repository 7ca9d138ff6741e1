"""The pages that are made from the code are what the code says now."""

import pytest

from docs.generate import PAGES, ROOT, text_of


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == text_of(page), "run: make docs"

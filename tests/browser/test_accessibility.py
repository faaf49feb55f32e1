"""The guard itself: a page with known faults is refused, one without passes."""

import pytest

from tests.browser.accessibility import assert_accessible

SOUND = '<html lang="zh-Hant"><head><title>策略地圖</title></head><body><main><h1>策略地圖</h1></main></body></html>'


def test_axe_names_what_is_wrong_with_a_page(browse):
    page = browse()
    page.set_content('<html><body><main><h1>圖</h1><img src="data:,"></main></body></html>')
    with pytest.raises(AssertionError, match="critical image-alt"):
        assert_accessible(page)


def test_axe_is_content_with_a_sound_page(browse):
    page = browse()
    page.set_content(SOUND)
    assert_accessible(page)

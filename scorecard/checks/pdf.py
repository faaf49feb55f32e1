"""Checks at the start that PDFs can be made; each error says what to do."""

import ctypes

from django.conf import settings
from django.core.checks import Error, register

FONTS = ("NotoSansTC-Regular.ttf", "NotoSansTC-Bold.ttf")
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


@register()
def pdf_libraries_are_installed(app_configs, **kwargs):
    """Pango lays out the text. Without libharfbuzz-subset a Chinese report takes many times as long."""
    missing = [library for library in LIBRARIES if not _loads(library)]
    if not missing:
        return []
    return [
        Error(
            f"產生 PDF 所需的系統函式庫不存在：{'、'.join(missing)}。",
            hint="請執行 apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0。",
            id="scorecard.E001",
        )
    ]


@register()
def pdf_fonts_are_present(app_configs, **kwargs):
    """Without the embedded Chinese font, WeasyPrint prints empty boxes and reports no error."""
    folder = settings.BASE_DIR / "static" / "fonts"
    missing = [name for name in FONTS if not (folder / name).is_file()]
    if not missing:
        return []
    return [
        Error(f"static/fonts 缺少字型：{'、'.join(missing)}。", hint="請重新取得完整的程式碼。", id="scorecard.E002")
    ]


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True

"""Writes sheets as an OpenDocument spreadsheet.

An ODS file is a zip of five small XML files, and these sheets need little of them. Writing them here needs no further
dependency, and the same sheets give the same bytes. No cell has a formula: nothing here writes one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from scorecard.domain.scoring import plain
from scorecard.spreadsheets.figure import Figure
from scorecard.spreadsheets.safe_text import clean, looks_like_formula
from scorecard.spreadsheets.sheet import FONT, SIZE, CellStyle, OutputSheet, PlacedCell, PrintedPage

MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
VERSION = "1.3"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("table", "table"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("config", "config"),
        ("meta", "meta"),
    )
)
_DUBLIN_CORE = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_HORIZONTAL = {"left": "start", "center": "center", "right": "end"}
_VERTICAL = {"top": "top", "center": "middle"}
# Columns are as wide as Excel makes them.
_MM_PER_PIXEL = 25.4 / 96
_BLANKS = re.compile("  +|^ | $|\t")
_NARROW = 'fo:margin="10mm" style:scale-to-X="1" style:scale-to-Y="0" style:table-centering="horizontal"'
_PAGES = {
    PrintedPage.A3_LANDSCAPE: 'fo:page-width="420mm" fo:page-height="297mm" style:print-orientation="landscape" '
    + _NARROW,
    PrintedPage.A4_LANDSCAPE: 'fo:page-width="297mm" fo:page-height="210mm" style:print-orientation="landscape" '
    + _NARROW,
    PrintedPage.A4_PORTRAIT: 'fo:page-width="210mm" fo:page-height="297mm" style:print-orientation="portrait" '
    'fo:margin-top="25.4mm" fo:margin-bottom="25.4mm" fo:margin-left="19.05mm" fo:margin-right="19.05mm" '
    'style:scale-to-X="1" style:scale-to-Y="0"',
}

# The pages that sheets are printed on, each with its footer; a footer is None for none.
Pages = Sequence[tuple[PrintedPage, str | None]]
# A number format: decimals, unit, whether it is a percentage; None is the format of texts.
_Format = tuple[int, str, bool] | None


def sheets_ods(sheets: Sequence[OutputSheet], *, title: str, creator: str, mark: str = "") -> bytes:
    """The bytes of an ODS file. title, creator and mark become properties of the file."""
    pages = tuple(dict.fromkeys((sheet.page, sheet.footer) for sheet in sheets))
    parts = {
        "content.xml": _content(sheets, pages),
        "styles.xml": _styles(pages),
        "settings.xml": _settings(sheets),
        "meta.xml": _meta(title, creator, mark),
    }
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        # First and uncompressed: programs recognise the file by its first bytes.
        archive.writestr(ZipInfo("mimetype", FIXED_ZIP_DATE), MIME_TYPE, ZIP_STORED)
        for name, content in (parts | {"META-INF/manifest.xml": _manifest(parts)}).items():
            archive.writestr(ZipInfo(name, FIXED_ZIP_DATE), content, ZIP_DEFLATED)
    return file.getvalue()


class _CellStyles:
    """The automatic styles of the cells, each made once, and their number formats."""

    def __init__(self) -> None:
        self._cells: dict[tuple[CellStyle, str | None], str] = {}
        self._formats: dict[_Format, str] = {}

    def name_of(self, look: CellStyle, value: str | Figure | None) -> str:
        key = look, self._format_of(value)
        return self._cells.setdefault(key, f"ce{len(self._cells)}")

    def _format_of(self, value: str | Figure | None) -> str | None:
        """The name of a number format; None: the program's default."""
        if isinstance(value, Figure):
            if value.decimals is None:
                return None
            key: _Format = (value.decimals, value.unit, value.is_percentage)
        elif isinstance(value, str) and looks_like_formula(value):
            # Else it would become a formula as soon as someone edits the cell.
            key = None
        else:
            return None
        return self._formats.setdefault(key, f"N{len(self._formats) + 100}")

    def xml(self) -> str:
        """Number formats first, since the styles name them."""
        formats = (_number_format(name, key) for key, name in self._formats.items())
        return "".join((*formats, *(_cell_style(name, *key) for key, name in self._cells.items())))


def _number_format(name: str, key: _Format) -> str:
    if key is None:
        return f'<number:text-style style:name="{name}"><number:text-content/></number:text-style>'
    decimals, unit, is_percentage = key
    kind = "percentage" if is_percentage else "number"
    suffix = ""
    if is_percentage:
        suffix = "%"
    elif unit:
        suffix = f" {clean(unit)}"
    return (
        f'<number:{kind}-style style:name="{name}"><number:number number:min-integer-digits="1" '
        f'number:decimal-places="{decimals}" number:min-decimal-places="{decimals}" '
        f'number:grouping="{"false" if is_percentage else "true"}"/>'
        f"<number:text>{escape(suffix)}</number:text></number:{kind}-style>"
    )


def _cell_style(name: str, look: CellStyle, number_format: str | None) -> str:
    data_style = f' style:data-style-name="{number_format}"' if number_format else ""
    border = f"0.5pt solid #{look.rule}" if look.is_boxed else "none"
    fill = f"#{look.fill}" if look.fill else "transparent"
    weight = "bold" if look.bold else "normal"
    source = "value-type"
    aligned = ""
    if look.horizontal:
        source = "fix"
        aligned = f'<style:paragraph-properties fo:text-align="{_HORIZONTAL[look.horizontal]}"/>'
    font = "" if look.font == FONT else f'fo:font-family="{look.font}" style:font-family-asian="{look.font}" '
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"{data_style}>'
        f'<style:table-cell-properties fo:border="{border}" fo:background-color="{fill}" fo:wrap-option="wrap" '
        f'fo:padding="0.8mm" style:vertical-align="{_VERTICAL[look.vertical]}" style:text-align-source="{source}"/>'
        f"{aligned}"
        f'<style:text-properties {font}fo:color="#{look.ink}" fo:font-size="{look.size}pt" fo:font-weight="{weight}" '
        f'style:font-size-asian="{look.size}pt" style:font-weight-asian="{weight}"/></style:style>'
    )


def _content(sheets: Sequence[OutputSheet], pages: Pages) -> str:
    styles = _CellStyles()
    widths = tuple(dict.fromkeys(width for sheet in sheets for width in sheet.widths))
    heights = tuple(dict.fromkeys(height for sheet in sheets for height in sheet.heights.values()))
    names = {height: f"ro{index}" for index, height in enumerate(heights)}
    tables = "".join(
        _table(sheet, f"ta{pages.index((sheet.page, sheet.footer))}", styles, widths, names) for sheet in sheets
    )
    return _document(
        "content",
        "<office:automatic-styles>"
        + "".join(
            f'<style:style style:name="co{index}" style:family="table-column"><style:table-column-properties '
            f'style:column-width="{(width * 7 + 5) * _MM_PER_PIXEL:.2f}mm"/></style:style>'
            for index, width in enumerate(widths)
        )
        + "".join(
            f'<style:style style:name="ro{index}" style:family="table-row"><style:table-row-properties '
            f'style:row-height="{height:.2f}pt" style:use-optimal-row-height="false"/></style:style>'
            for index, height in enumerate(heights)
        )
        + "".join(
            f'<style:style style:name="ta{index}" style:family="table" style:master-page-name="{_master(index)}">'
            '<style:table-properties table:display="true" style:writing-mode="lr-tb"/></style:style>'
            for index in range(len(pages))
        )
        + styles.xml()
        + f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>",
    )


def _table(
    sheet: OutputSheet,
    table_style: str,
    styles: _CellStyles,
    widths: Sequence[float],
    height_styles: Mapping[float, str],
) -> str:
    columns = "".join(
        f'<table:table-column table:style-name="co{widths.index(width)}" table:default-cell-style-name="Default"/>'
        for width in sheet.widths
    )
    rows = _rows(sheet, styles, height_styles)
    first, last = sheet.title_rows or (1, 0)
    heads = f"<table:table-header-rows>{''.join(rows[first - 1 : last])}</table:table-header-rows>" if last else ""
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="{table_style}">{columns}'
        f"{''.join(rows[: first - 1])}{heads}{''.join(rows[last:])}</table:table>"
    )


def _rows(sheet: OutputSheet, styles: _CellStyles, height_styles: Mapping[float, str]) -> list[str]:
    """The XML of each row, from the first."""
    placed = {(cell.row, cell.column): cell for cell in sheet.cells}
    covered = {
        (row, column): cell
        for cell in sheet.cells
        for row in range(cell.row, cell.row + cell.rows)
        for column in range(cell.column, cell.column + cell.columns)
    }
    made = []
    for row in range(1, sheet.last_row + 1):
        cells = []
        for at in ((row, column) for column in range(1, len(sheet.widths) + 1)):
            if at in placed:
                cells.append(_cell(placed[at], styles))
            elif at in covered:
                cells.append(f'<table:covered-table-cell table:style-name="{styles.name_of(covered[at].look, None)}"/>')
            else:
                cells.append("<table:table-cell/>")
        height = sheet.heights.get(row)
        style = f' table:style-name="{height_styles[height]}"' if height else ""
        made.append(f"<table:table-row{style}>{''.join(cells)}</table:table-row>")
    return made


def _cell(cell: PlacedCell, styles: _CellStyles) -> str:
    attributes = f' table:style-name="{styles.name_of(cell.look, cell.value)}"'
    if cell.rows > 1 or cell.columns > 1:
        attributes += f' table:number-rows-spanned="{cell.rows}" table:number-columns-spanned="{cell.columns}"'
    if cell.value is None:
        return f"<table:table-cell{attributes}/>"
    if isinstance(cell.value, Figure):
        kind = "percentage" if cell.value.is_percentage else "float"
        attributes += f' office:value-type="{kind}" office:value="{plain(cell.value.value)}"'
        return f"<table:table-cell{attributes}>{_paragraphs(cell.value.text)}</table:table-cell>"
    return f'<table:table-cell{attributes} office:value-type="string">{_paragraphs(cell.value)}</table:table-cell>'


def _paragraphs(text: str) -> str:
    """A paragraph for each line. Blanks that XML would drop are written as elements."""

    def blank(match: re.Match[str]) -> str:
        return "<text:tab/>" if match[0] == "\t" else f'<text:s text:c="{len(match[0])}"/>'

    return "".join(f"<text:p>{_BLANKS.sub(blank, escape(line))}</text:p>" for line in clean(text).split("\n"))


def _master(index: int) -> str:
    """The name of the page's style; the first one is the default of every spreadsheet."""
    return f"Page{index + 1}" if index else "Default"


def _styles(pages: Pages) -> str:
    """The cells' common style, and the styles of the pages."""
    return _document(
        "styles",
        "<office:styles>"
        '<style:default-style style:family="table-cell"><style:text-properties fo:language="zh" fo:country="TW" '
        f'style:language-asian="zh" style:country-asian="TW" fo:font-family="{FONT}" '
        f'style:font-family-asian="{FONT}" fo:font-size="{SIZE}pt" '
        f'style:font-size-asian="{SIZE}pt"/></style:default-style>'
        '<style:style style:name="Default" style:family="table-cell"/></office:styles>'
        "<office:automatic-styles>"
        + "".join(_page_layout(index, page) for index, (page, _footer) in enumerate(pages))
        + "</office:automatic-styles><office:master-styles>"
        + "".join(_master_page(index, footer) for index, (_page, footer) in enumerate(pages))
        + "</office:master-styles>",
    )


def _page_layout(index: int, page: PrintedPage) -> str:
    return (
        f'<style:page-layout style:name="pm{index + 1}"><style:page-layout-properties {_PAGES[page]}/>'
        '<style:header-style/><style:footer-style><style:header-footer-properties fo:min-height="8mm" '
        'fo:margin-top="3mm"/></style:footer-style></style:page-layout>'
    )


def _master_page(index: int, footer: str | None) -> str:
    begin = f'<style:master-page style:name="{_master(index)}" style:page-layout-name="pm{index + 1}">'
    if footer is None:
        # Without these a program prints the sheet's name above and the page number below.
        return f'{begin}<style:header style:display="false"/><style:footer style:display="false"/></style:master-page>'
    return (
        f"{begin}<style:footer><style:region-left><text:p>{escape(clean(footer))}</text:p></style:region-left>"
        "<style:region-center><text:p>第 <text:page-number>1</text:page-number> 頁，共 "
        "<text:page-count>1</text:page-count> 頁</text:p></style:region-center></style:footer></style:master-page>"
    )


def _settings(sheets: Sequence[OutputSheet]) -> str:
    """Frozen columns and rows, zoom and grid lines of each sheet."""
    views = "".join(_view(sheet) for sheet in sheets)
    return _document(
        "settings",
        '<office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        f'<config:config-item-map-named config:name="Tables">{views}</config:config-item-map-named>'
        + _item("ActiveTable", escape(sheets[0].name), "string")
        + _item("ShowGrid", "false", "boolean")
        + "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>",
    )


def _view(sheet: OutputSheet) -> str:
    columns, rows = sheet.frozen
    items = (
        _item("HorizontalSplitMode", 2 if columns else 0, "short"),
        _item("VerticalSplitMode", 2 if rows else 0, "short"),
        _item("HorizontalSplitPosition", columns),
        _item("VerticalSplitPosition", rows),
        _item("ActiveSplitRange", 3 if columns and rows else 2, "short"),
        _item("PositionRight", columns),
        _item("PositionBottom", rows),
        _item("ShowGrid", str(sheet.has_grid_lines).lower(), "boolean"),
        _item("ZoomType", 0, "short"),
        _item("ZoomValue", sheet.zoom),
    )
    inner = "".join(items)
    return f"<config:config-item-map-entry config:name={quoteattr(sheet.name)}>{inner}</config:config-item-map-entry>"


def _item(name: str, value: object, kind: str = "int") -> str:
    return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'


def _meta(title: str, creator: str, mark: str) -> str:
    inner = f"<dc:title>{escape(clean(title))}</dc:title><dc:creator>{escape(clean(creator))}</dc:creator>"
    inner += f"<meta:keyword>{escape(mark)}</meta:keyword>" if mark else ""
    return _document("meta", f"<office:meta>{inner}</office:meta>")


def _document(kind: str, inner: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-{kind} {_NAMESPACES} {_DUBLIN_CORE} '
        f'office:version="{VERSION}">{inner}</office:document-{kind}>'
    )


def _manifest(parts: Iterable[str]) -> str:
    entries = [("/", MIME_TYPE), *((name, "text/xml") for name in parts)]
    listed = "".join(
        f"<manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type={quoteattr(kind)}/>"
        for path, kind in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="{VERSION}">{listed}</manifest:manifest>'
    )

"""The style sheets that write 草案, 草稿 or 非正式版本 across the pages of a PDF, after the others."""

# Another word at the same place.
DRAFT_EDITION = "css/pdf/draft-edition.css"


def watermarks(scorecard):
    """Of pages on A4; none for the file that is frozen with a closed year."""
    return _sheets(scorecard, "css/pdf/watermark.css", "css/pdf/copy.css")


def watermarks_on_a3(scorecard):
    return _sheets(scorecard, "css/pdf/scorecard-watermark.css", "css/pdf/scorecard-copy.css")


def _sheets(scorecard, draft, copy):
    if scorecard.year.is_draft:
        return (draft, DRAFT_EDITION)
    if scorecard.is_preliminary:
        return (draft,)
    return (draft, copy) if scorecard.is_copy else ()

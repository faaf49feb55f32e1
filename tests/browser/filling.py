"""Forms that several browser tests fill in."""


def record_the_approval(page):
    """What the head approved, in the page's first form that asks for it."""
    page.get_by_label("核定日期").first.fill("2017-02-20")
    page.get_by_label("核定人職稱").first.fill("處長")
    page.get_by_label("文號", exact=True).first.fill("北市秘文字第 1060000001 號")

"""The mark that the product's own forms bear in their properties, so that reading one again need not be cautious.

It says how notations came about, nothing about who may do what: whoever wants to can set it.
"""

MARK = "平衡計分卡系統匯出的機關原表"
# Where it stands, by part of the file; programs that save the file again keep both.
PARTS = ("docProps/core.xml", "meta.xml")

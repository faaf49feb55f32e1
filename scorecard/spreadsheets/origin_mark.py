"""The mark in the properties of the product's own forms: such a form is read as it was written.

After it the file names its edition, for people who look for where a file came from. It gives no permission: anybody
can set it in a file.
"""

MARK = "平衡計分卡系統匯出的機關原表"
# The parts of a file that may hold it. Programs keep both when they save the file again.
PARTS = ("docProps/core.xml", "meta.xml")

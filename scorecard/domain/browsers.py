"""Names a browser for its owner, from what it says of itself. Pure."""

# The first that occurs: Edge and Opera call themselves Chrome as well, and Chrome calls itself Safari.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN = "不明的瀏覽器"
MAX_AGENT_LENGTH = 300


def browser_name(agent: str) -> str:
    """「Firefox（Windows）」. agent: the header User-Agent; anybody can send any text, of which nothing is shown."""
    browser = next((name for sign, name in BROWSERS if sign in agent), UNKNOWN)
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser}（{system}）" if system else browser

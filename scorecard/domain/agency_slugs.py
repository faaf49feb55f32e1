"""Which slugs an agency may have: addresses begin with it, as with the site's own words."""

# First parts of the site's addresses, and those that it keeps for itself.
RESERVED_AGENCY_SLUGS = frozenset(
    {
        "account",
        "admin",
        "agencies",
        "api",
        "healthz",
        "help",
        "media",
        "metrics",
        "notices",
        "oidc",
        "operator",
        "plans",
        "public",
        "readyz",
        "security",
        "static",
        "style",
    }
)
RESERVED_SENTENCE = "這個網址代稱是系統自己的網址，不能給機關使用；請改用別的代稱，例如 taipei-secretariat。"


def is_reserved(slug: str) -> bool:
    """Capital letters make no difference, so that no address looks like another one."""
    return slug.lower() in RESERVED_AGENCY_SLUGS

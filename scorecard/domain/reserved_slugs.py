"""The first words of the site's own addresses, which no agency may have as its slug."""

RESERVED_AGENCY_SLUGS = (
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
)

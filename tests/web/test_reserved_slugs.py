"""No agency has a slug that is a word of the site's own addresses."""

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from scorecard.domain.agency_slugs import RESERVED_AGENCY_SLUGS, RESERVED_SENTENCE, is_reserved
from scorecard.models import Agency
from tests.page_reading import client_of, text
from tests.web.test_urls_guarded import routes

URL_CONFS = ("bsc_site.urls", "bsc_site.oidc_urls", "tests.styleguide.urls_with_debug")
# Kept before there is a page: of commands and of pages to come.
KEPT = {"api", "help", "media", "metrics", "notices", "oidc", "operator", "public", "readyz"}


def first_words():
    """The fixed words with which the addresses begin, in every configuration."""
    found = [route.split("/")[0] for conf in URL_CONFS for route in routes(get_resolver(conf))]
    found += [settings.STATIC_URL.strip("/").split("/")[0]]
    return {word for word in found if word and not word.startswith("<")}


def test_every_first_word_of_an_address_is_reserved_and_nothing_is_without_a_reason():
    assert first_words() | KEPT == RESERVED_AGENCY_SLUGS
    assert not first_words() & KEPT, "has pages by now"


def test_addresses_of_agencies_come_last():
    for conf in ("bsc_site.urls", "bsc_site.oidc_urls"):
        tops = [str(entry.pattern) for entry in get_resolver(conf).url_patterns]
        assert tops[-1] == "", conf
    assert str(get_resolver("scorecard.urls").url_patterns[-1].pattern) == "<slug:agency>/<roc:year>/"


def test_capital_letters_make_no_difference_and_longer_slugs_are_free():
    assert is_reserved("Plans") and is_reserved("ADMIN")
    assert not is_reserved("taipei-secretariat") and not is_reserved("plans-office")


@pytest.mark.django_db
def test_the_operator_cannot_give_an_agency_a_reserved_slug(cast):
    client = client_of(cast.superuser)
    fields = {"name": "新機關", "slug": "plans", "parent": ""}
    fields |= {f"divisions-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    page = client.post(reverse("admin:scorecard_agency_add"), fields)
    assert page.status_code == 200 and RESERVED_SENTENCE in text(page)
    assert not Agency.objects.filter(name="新機關").exists()
    assert client.post(reverse("admin:scorecard_agency_add"), fields | {"slug": "new-office"}).status_code == 302

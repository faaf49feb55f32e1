"""Requests per second of the main pages on one process, beside a Django view that returns the same bytes.

    .venv/bin/python benchmarks/pages.py [SECONDS]

Everything runs in this process through the whole WSGI stack, on a database of its own with the Secretariat's plan and
the demo data. "first visit" builds the page; "repeat" sends back its ETag. The limit is a view behind the same
middleware and login that returns the page's bytes; the open limit needs no login and asks no query.

"CPU ms" is the processor time of a first visit: the median, and the least, which a machine whose speed varies with its
neighbours (a virtual one) disturbs less.
"""

import io
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.demo_site import set_up

PLAN = "/plans/taipei-secretariat-105/106"
bodies = {}


def limit(request, name):
    """The same bytes, for a logged-in reader."""
    from django.http import HttpResponse

    return HttpResponse(bodies[name])


def cookie_of(username):
    """A session cookie for the person."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    user = get_user_model().objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}; csrftoken={'a' * 32}"


def get(application, path, cookie, etag=""):
    """(status, headers, body) of one request through the WSGI stack."""
    seen = {}
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "HTTP_COOKIE": cookie,
        "HTTP_IF_NONE_MATCH": etag,
    }
    response = application(environ, lambda status, headers: seen.update(status=status, headers=dict(headers)))
    body = b"".join(response)
    response.close()
    return int(seen["status"][:3]), seen["headers"], body


def rate(seconds, *request):
    """Requests per second of wall time, and the processor milliseconds of each in order of size."""
    get(*request)
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds:
        cpu = time.process_time()
        get(*request)
        times.append(1000 * (time.process_time() - cpu))
    return len(times) / (time.perf_counter() - start), sorted(times)


def measure(seconds):
    """Print a line for each page."""
    from django.core.wsgi import get_wsgi_application

    from scorecard.models import Division

    application = get_wsgi_application()
    division = Division.objects.get(name="文書組")
    pages = [
        ("map", "demo-reviewer", f"{PLAN}/map/"),
        ("scorecard", "demo-reviewer", f"{PLAN}/scorecard/"),
        ("KPI", "demo-reviewer", f"{PLAN}/kpis/DC1.1/"),
        ("entry", "demo-staff-4", f"{PLAN}/reporting/{division.pk}/"),
    ]
    heading = f"{'page':<10}{'kB':>6}{'first/s':>9}{'CPU ms':>8}{'least':>7}{'repeat/s':>10}{'answer':>8}{'limit/s':>9}"
    print(heading + f"{'repeat/limit':>14}{'open limit/s':>14}")
    for name, user, path in pages:
        cookie = cookie_of(user)
        status, headers, body = get(application, path, cookie)
        if status != 200:
            sys.exit(f"{path} answered {status}")
        bodies[name] = body
        first, cpu = rate(seconds, application, path, cookie)
        etag = headers.get("ETag", "")
        answer = get(application, path, cookie, etag)[0]
        repeat, _ = rate(seconds, application, path, cookie, etag)
        most, _ = rate(seconds, application, f"/limit/{name}/", cookie)
        open_most, _ = rate(seconds, application, f"/open-limit/{name}/", "")
        line = f"{name:<10}{len(body) / 1000:>6.0f}{first:>9.0f}{cpu[len(cpu) // 2]:>8.1f}{cpu[0]:>7.1f}"
        print(line + f"{repeat:>10.0f}{answer:>8}{most:>9.0f}{repeat / most:>14.2f}{open_most:>14.0f}")


def _urls():
    from django.contrib.auth.decorators import login_not_required
    from django.urls import include, path

    return [
        path("limit/<str:name>/", limit),
        path("open-limit/<str:name>/", login_not_required(lambda request, name: limit(request, name))),
        path("", include("bsc_site.urls")),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        set_up(temporary)
        from django.conf import settings

        settings.ROOT_URLCONF = "benchmarks.pages"
        # The settings name this file as the URL configuration, so its figures must be found there, too.
        sys.modules["benchmarks.pages"] = sys.modules["__main__"]
        urlpatterns = _urls()
        measure(float(sys.argv[1]) if len(sys.argv) > 1 else 2)

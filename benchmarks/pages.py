"""Measures requests per second of the main pages in one process, beside a view that returns the same bytes.

    .venv/bin/python benchmarks/pages.py [SECONDS]

Everything runs in this process through the whole WSGI stack, with a new database of the Secretariat's plan and the
demo data. "first" builds the page; "repeat" sends its ETag back. The limit is a view with the same middleware and login
that returns the page's bytes. The open limit needs no login and no query.

"CPU ms" is the processor time of a first visit: the median and the least. The least is steadier on a virtual machine.
"""

import io
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.demo_site import set_up

PLAN = "/taipei-secretariat/106"
bodies = {}


def limit(request, name):
    """Returns the page's bytes."""
    from django.http import HttpResponse

    return HttpResponse(bodies[name])


def cookie_of(username):
    """Cookie header with a session of the user."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model

    from scorecard.models.logins import SessionStore

    user = get_user_model().objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}; csrftoken={'a' * 32}"


def get(application, path, cookie, etag=""):
    """(status, headers, body)."""
    started = {}
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
    response = application(environ, lambda status, headers: started.update(status=status, headers=dict(headers)))
    body = b"".join(response)
    response.close()
    return int(started["status"][:3]), started["headers"], body


def rate(seconds, *request):
    """(requests per second of wall time, sorted processor milliseconds of each)."""
    get(*request)
    times = []
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        cpu = time.process_time()
        get(*request)
        times.append(1000 * (time.process_time() - cpu))
    return len(times) / (time.perf_counter() - start), sorted(times)


def measure(seconds):
    """Prints a line for each page."""
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
        # ROOT_URLCONF is this module by its name, which has to be the running one with its `bodies`.
        sys.modules["benchmarks.pages"] = sys.modules["__main__"]
        urlpatterns = _urls()
        measure(float(sys.argv[1]) if len(sys.argv) > 1 else 2)

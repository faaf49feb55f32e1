"""What must be true of machine, database and settings; importing a module registers its checks.

Those of pdf.py run at every start, and so does the question for a mail server. The others run with
`manage.py check --deploy`, which asks the database as well.
"""

from scorecard.checks import clock, database, mail, pdf, proxy, roles, time_limits, triggers  # noqa: F401

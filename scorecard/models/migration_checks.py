"""Lets a migration look at the database before `manage.py migrate` changes anything, also the triggers."""


def look_before_migrating(sender, using, plan, apps, verbosity, stdout, **kwargs):
    """Receives pre_migrate. Of the migrations to come those with look_first(apps, connection, is_backwards) are asked.

    apps: the models as the database has them now. What look_first() raises ends the command; a sentence that it
    returns is shown.
    """
    from django.db import connections

    for migration, is_backwards in plan:
        look_first = getattr(migration, "look_first", None)
        said = look_first(apps, connections[using], is_backwards) if look_first is not None else None
        if said and verbosity > 0:
            stdout.write(said)

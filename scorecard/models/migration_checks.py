"""Lets a migration look at the database before `manage.py migrate` changes anything, also the triggers."""


def look_before_migrating(sender, using, plan, apps, **kwargs):
    """Receives pre_migrate. Of the migrations to come those with look_first(apps, connection, is_backwards) are asked.

    apps: the models as the database has them now. What look_first() raises ends the command.
    """
    from django.db import connections

    for migration, is_backwards in plan:
        look_first = getattr(migration, "look_first", None)
        if look_first is not None:
            look_first(apps, connections[using], is_backwards)

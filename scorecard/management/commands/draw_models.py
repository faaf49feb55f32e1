"""manage.py draw_models [-o FILE]: draws the entity diagram of the models, as Mermaid in Markdown."""

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand

from scorecard.management.files import write_whole

DIAGRAM = settings.BASE_DIR / "docs" / "entity-diagram.md"
HEADER = """\
# Entity diagram

Every table of `scorecard/models/`, drawn by `make entities` (`manage.py draw_models`); a test fails when this file is
not what the command writes. A line is labelled with the name of its field. Django's own tables (sessions, groups,
permissions) and the tables in the middle of many-to-many relations are left out.

"""


class Command(BaseCommand):
    help = "由資料表重新畫出 docs/entity-diagram.md。"
    # It reads only the model classes.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("-o", "--output", metavar="FILE", default=DIAGRAM, help="要寫入的檔案")

    def handle(self, *args, **options):
        write_whole(options["output"], entity_diagram().encode())
        self.stdout.write(f"已寫入 {options['output']}。")


def entity_diagram():
    """The whole Markdown file. Models are sorted by name, so equal models give equal text."""
    models = sorted(apps.get_app_config("scorecard").get_models(), key=lambda model: model.__name__)
    lines = ["```mermaid", "erDiagram"]
    for model in models:
        lines += _entity(model)
    for model in models:
        lines += [_relation(model, field) for field in _own_fields(model) if field.related_model in models]
    return HEADER + "\n".join([*lines, "```", ""])


def _own_fields(model):
    return [*model._meta.fields, *model._meta.many_to_many]


def _entity(model):
    """The name and the columns of a table, without foreign keys: the diagram shows those as lines."""
    name, title = model.__name__, str(model._meta.verbose_name)
    label = name if title == name else f"{name} {title}"
    lines = [f'  {name}["{label}"] {{']
    for field in _own_fields(model):
        if field.is_relation:
            continue
        key = ""
        if field.primary_key:
            key = " PK"
        elif field.unique:
            key = " UK"
        lines.append(f'    {field.get_internal_type()} {field.name}{key} "{field.verbose_name}"')
    return [*lines, "  }"]


def _relation(model, field):
    """From the table referred to, on the left, to the table with the field."""
    if field.many_to_many:
        ends = "}o--o{"
    else:
        left = "|o" if field.null else "||"
        right = "o|" if field.one_to_one else "o{"
        ends = f"{left}--{right}"
    return f"  {field.related_model.__name__} {ends} {model.__name__} : {field.name}"

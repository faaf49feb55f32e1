"""manage.py draw_models: the diagram in docs/ is that of the models as they are."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command


def drawn(tmp_path):
    """The text that the command writes."""
    file = tmp_path / "diagram.md"
    call_command("draw_models", output=file, verbosity=0)
    return file.read_text(encoding="utf-8")


def test_the_committed_diagram_is_what_the_command_writes(tmp_path):
    committed = (settings.BASE_DIR / "docs" / "entity-diagram.md").read_text(encoding="utf-8")
    assert committed == drawn(tmp_path), "run `make entities`"


def test_every_model_is_a_node_the_user_too_and_none_of_djangos(tmp_path):
    text = drawn(tmp_path)
    for model in apps.get_app_config("scorecard").get_models():
        assert f'\n  {model.__name__}["' in text
    assert '\n  User["' in text
    assert '\n  Session["' not in text
    assert "Permission" not in text.split("```mermaid")[1]


def test_lines_tell_optional_required_and_many_to_many_relations_apart(tmp_path):
    text = drawn(tmp_path)
    assert "\n  Agency ||--o{ Division : agency\n" in text
    assert "\n  Agency |o--o{ Agency : parent\n" in text
    assert "\n  Division }o--o{ KPI : supporting_divisions\n" in text

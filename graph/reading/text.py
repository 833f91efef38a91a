from __future__ import annotations


def filled(template: str, **names: str) -> str:
    """Puts variables' names into `{name}` marks. Cypher's own braces stay as they are, unlike with `str.format`."""
    for name, variable in names.items():
        template = template.replace(f"{{{name}}}", variable)
    return template

"""Write Binder's badges into README.md, for the repository that `binder/publication.toml` names; none without one."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- binder -->", "<!-- /binder -->"
PAGES = {
    "the quickstart in JupyterLab": "lab/tree/notebooks/quickstart.ipynb",
    "the dashboard": "voila/render/notebooks/dashboard.ipynb",
}


def with_badges(readme: str, repository: str) -> str:
    """Return README.md with the badges of a repository between its two marks."""
    badges = "".join(
        f"[![{title}](https://mybinder.org/badge_logo.svg)]"
        f"(https://mybinder.org/v2/gh/{repository}/HEAD?urlpath={place}) {title}\n"
        for title, place in PAGES.items()
        if repository
    )
    return re.sub(f"{BEGIN}\n.*?{END}", f"{BEGIN}\n{badges}{END}", readme, flags=re.DOTALL)


if __name__ == "__main__":
    told = tomllib.loads((ROOT / "binder" / "publication.toml").read_text(encoding="utf-8"))
    readme = ROOT / "README.md"
    readme.write_text(with_badges(readme.read_text(encoding="utf-8"), told["repository"]), encoding="utf-8")

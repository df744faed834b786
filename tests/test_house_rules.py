"""The rules of the house, kept by tests. Each failure says what to do instead.

*The database refuses bad facts, querysets decide who sees, services are the only writers, edges are
thin, tasks may run twice.* Rules about models and addresses are in `test_house_rules_models.py` and
`test_house_rules_pages.py`.
"""

import ast
import re
from collections.abc import Iterable

import pytest
from celery import current_app
from django.conf import settings

from tests.support import code

EDGES = ("views", "api", "admin", "tasks")
# What an edge may ask a manager for besides what is asked with a user: rows that are public anyway,
# rows whose code or token was shown, work that is due.
SCOPED = {"public", "granted", "of_token", "due"}
MANAGER = re.compile(r"\b([A-Z]\w+)\.objects\.(\w+)")
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete", "update"}
FILE_LIMITS = {
    "enums": 150,
    "models": 400,
    "permissions": 150,
    "rules": 300,
    "services": 300,
    "forms": 300,
    "serializers": 300,
    "views": 300,
    "api": 300,
    "tasks": 150,
    "admin": 200,
}
TEXT_SUFFIXES = {".py", ".html", ".md", ".txt", ".yaml", ".yml", ".toml", ".css", ".js", ".sh", ".po", ".csv", ".cfg"}


def listed(problems: Iterable[object]) -> str:
    return "\n".join(f"  {problem}" for problem in problems)


def no(problems: Iterable[object], *, instead: str) -> None:
    found = list(problems)
    assert not found, f"{instead}\n{listed(found)}"


# --- edges ------------------------------------------------------------------------------------


def asked_with_a_user() -> set[str]:
    """Queryset verbs that take the user who looks, such as `visible_to`."""
    return {
        found.node.name
        for file in code.modules("models")
        for found in code.functions(file)
        if "user" in found.positional
    }


def test_edges_ask_scoped_querysets_only() -> None:
    scoped = SCOPED | asked_with_a_user()
    assert "visible_to" in scoped
    hits = [
        f"{code.name_of(file)}: {model}.objects.{verb}"
        for file in code.modules(*EDGES)
        for model, verb in MANAGER.findall(file.read_text())
        if verb not in scoped
    ]
    no(
        hits,
        instead="At the edges fetch with Model.objects.visible_to(user); due work has a queryset verb due():",
    )


def test_edges_do_not_write() -> None:
    hits = [
        code.at(file, node)
        for file in code.modules("views", "api", "tasks")
        for node in ast.walk(code.tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and "objects" in ast.unparse(node.func) + ".objects" * (node.func.attr in {"save", "delete"})
    ]
    no(hits, instead="Call one service: views, API and tasks write nothing themselves:")


def test_views_and_tasks_are_short() -> None:
    long_views = [verb for verb in code.verbs("views", "api") if verb.lines > 25]
    long_tasks = [verb for verb in code.verbs("tasks") if verb.lines > 12 + len(verb.node.decorator_list)]
    no(
        long_views + long_tasks,
        instead="A view has ≤ 25 lines, a task ≤ 12: move the rest to a service:",
    )


# --- services ---------------------------------------------------------------------------------


def test_services_are_atomic() -> None:
    loose = [
        verb
        for verb in code.verbs("services")
        if not verb.node.name.startswith("claim_") and "transaction.atomic" not in verb.decorators
    ]
    no(
        loose,
        instead="Put @transaction.atomic on public services (claim_* is one UPDATE); "
        "a reader belongs on the queryset, a pure helper in rules.py or behind an underscore:",
    )


def test_services_name_the_actor_by_keyword() -> None:
    unnamed = [
        verb
        for verb in code.verbs("services")
        if {"by", "user", "actor"} & verb.positional
        or {"user", "actor"} & verb.named_only
        or "HttpRequest" in ast.unparse(verb.node.args)
        or ({"workflow.move", "audit.record"} & verb.calls and not _has_actor(verb))
    ]
    no(unnamed, instead="Who acts is the keyword argument `by` (a task acts as service_account(…)):")


def _has_actor(verb: code.Function) -> bool:
    if "by" in verb.named_only:
        return True
    if any(call.endswith("service_account") for call in verb.calls):
        return True
    return "by=None" in ast.unparse(verb.node)


def test_services_say_what_they_are_for() -> None:
    silent = [verb for verb in code.verbs("services") if not ast.get_docstring(verb.node)]
    no(silent, instead="The docstring of a service says who may call it and what can be refused:")


def test_saves_name_their_fields() -> None:
    hits = [
        code.at(file, node)
        for file in code.product()
        for node in ast.walk(code.tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "save"
        and not ast.unparse(node.func).startswith(("super(", "user.save", "sociallogin.", "image.", "picture."))
        and not node.args
        and not {"update_fields", "force_insert"} & {keyword.arg for keyword in node.keywords}
    ]
    no(
        hits,
        instead="Save what you changed: save(update_fields=[…]); a new row: create() or save(force_insert=True):",
    )


def test_row_locks_are_narrow() -> None:
    joined = re.compile(
        r"select_related\(.*select_for_update\((?!.*\bof=)|select_for_update\((?!.*\bof=).*select_related\(", re.S
    )
    hits = [
        code.at(file, node)
        for file in code.product()
        for node in ast.walk(code.tree(file))
        if isinstance(node, (ast.Expr, ast.Assign, ast.Return)) and joined.search(ast.unparse(node))
    ]
    no(hits, instead='Lock one table, not what it joins: select_for_update(of=("self",)):')


def test_only_clients_of_outside_systems_speak_http() -> None:
    allowed = re.compile(r"connectors/|senders\.py$|accounts/oidc\.py$")
    hits = [
        code.at(file, node)
        for file in code.product()
        if not allowed.search(code.name_of(file))
        for node in ast.walk(code.tree(file))
        if {"httpx", "requests", "urllib3", "urllib.request", "http.client"} & code.imported(node)
    ]
    no(
        hits,
        instead="HTTP belongs in a connector or sender called by a task, never in a view or a transaction:",
    )


# --- jobs -------------------------------------------------------------------------------------


def registered_tasks() -> set[str]:
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if not name.startswith("celery.")}


def enqueued() -> list[tuple[str, str]]:
    found = []
    for file in code.product():
        for node in code.calls(file, "jobs.enqueue", "enqueue"):
            name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else "?"
            found.append((code.at(file, node), str(name)))
    return found


def test_enqueued_tasks_exist() -> None:
    known = registered_tasks()
    missing = [f"{where} {name}" for where, name in enqueued() if name not in known]
    no(missing, instead="jobs.enqueue takes the literal name of a registered task:")


def test_scheduled_and_routed_tasks_exist() -> None:
    known = registered_tasks()
    scheduled = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    routed = [name for name in settings.CELERY_TASK_ROUTES if not name.endswith(".*")]
    no([name for name in scheduled + routed if name not in known], instead="The settings name tasks that do not exist:")


def test_tasks_are_named_after_their_app_and_function() -> None:
    odd = []
    for file in code.modules("tasks"):
        for node in ast.walk(code.tree(file)):
            if isinstance(node, ast.FunctionDef):
                names = re.findall(r"shared_task\(.*?name='([^']+)'", " ".join(map(ast.unparse, node.decorator_list)))
                odd += [f"{code.at(file, node)} {name}" for name in names if name.partition(".")[2] != node.name]
    no(odd, instead="A task is called app.verb_noun, and its function verb_noun:")


def test_enqueued_arguments_are_ids() -> None:
    hits = [
        code.at(file, node)
        for file in code.product()
        for node in code.calls(file, "jobs.enqueue")
        if len(node.args) != 1 or any(not (keyword.arg or "").endswith("_id") for keyword in node.keywords)
    ]
    no(hits, instead="Tasks take ids only (application_id=…): a name or NIK would lie in the broker:")


# --- the language of the code -----------------------------------------------------------------


def test_signals_are_not_used() -> None:
    own = re.compile(r"@receiver\b|django\.dispatch|(pre|post)_(save|delete|init)\.connect")
    hits = [code.name_of(file) for file in code.product() if own.search(file.read_text())]
    no(
        hits,
        instead="Call the service: a signal is a call nobody can find (Celery's own live in perlinsos/celery.py):",
    )


def test_messages_are_literals() -> None:
    hits = [
        code.at(file, node)
        for file in code.product()
        for node in code.calls(file, "_", "gettext", "gettext_lazy", "ngettext", "pgettext")
        if node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp, ast.Call))
    ]
    no(hits, instead='A message is a literal with named places: _("Hello %(name)s") % {"name": name}:')


def test_messages_carry_no_link() -> None:
    """People are taught that a link in a message from the state is a fraud; so we send none."""
    catalogues = [file for file in code.tracked() if file.suffix == ".po"]
    tellers = [file for file in code.product() if any(code.calls(file, "tell", "services.tell", "messages.tell"))]
    hits = [
        code.name_of(file) for file in catalogues if re.search(r'^(msgid|msgstr|").*https?://', file.read_text(), re.M)
    ]
    hits += [
        code.at(file, node)
        for file in tellers
        for node in ast.walk(code.tree(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"https?://", node.value)
    ]
    no(hits, instead="No link in a message or SMS: name the page and the code to type:")


def test_files_and_functions_are_small() -> None:
    big = [f"{code.name_of(file)}: {count} lines, split at {limit}" for file, count, limit in _sized() if count > limit]
    long_ones = [
        f"{found}: {found.lines} lines"
        for file in code.python_files()
        for found in code.functions(file)
        if found.lines > 40
    ]
    no(big + long_ones, instead="Split it: a function does one thing in ≤ 40 lines, a file has one subject:")


def _sized() -> Iterable[tuple[object, int, int]]:
    for file in code.tracked():
        name = code.name_of(file)
        count = len(file.read_text(encoding="utf-8").splitlines()) if file.suffix in {".py", ".html", ".js"} else 0
        if "migrations" in file.parts or not count:
            continue
        if file.suffix == ".html":
            yield file, count, 120
        elif file.suffix == ".js":
            yield file, count, 100
        elif name.startswith("tests/"):
            yield file, count, 400
        else:
            yield file, count, FILE_LIMITS.get(file.stem, 400)


def test_the_repository_names_no_machine_and_no_index() -> None:
    """A path of somebody's machine or a package index host has no place in what others run."""
    pieces = [
        "/work" + "/",
        "/tmp" + "/brief",
        "/root" + "/",
        "/home" + "/[a-z]",
        "pypi" + r"\.org",
        "python" + "hosted",
    ]
    pattern = re.compile("|".join([*pieces, "--index" + "-url", "registry" + r"\.npmjs", r"proxy\.go" + "lang"]))
    hits = []
    for file in code.tracked():
        if file.suffix in TEXT_SUFFIXES or file.name in {"portal", "Dockerfile", "run"}:
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
                if pattern.search(line):
                    hits.append(f"{code.name_of(file)}:{number} {line.strip()[:80]}")
    no(hits, instead="Name no path of a build machine and no index host:")


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "HACK"])
def test_nothing_is_left_for_later_in_the_code(word: str) -> None:
    hits = [code.name_of(file) for file in code.product() if re.search(rf"#.*\b{word}\b", file.read_text())]
    no(hits, instead="Finish it, or write it down in docs/unfinished.md:")

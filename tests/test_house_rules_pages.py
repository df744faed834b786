"""Rules of the house about addresses and pages: who may knock, and what a page may contain."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.support import code
from tests.test_house_rules import no

# Pages for everybody. Whatever is not here asks who you are.
OPEN = {
    "start",
    "help",
    "privacy",
    "set_language",
    "styleguide",
    "styleguide-desk",
    "healthz",
    "readyz",
    "citizen-login",
    "citizen-callback",
    "status-lookup",
    "letter-check",
    "api-schema",
    "api-docs",
    "account_login",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "admin:login",
    "admin:logout",
    "admin:jsi18n",
}
# Pages that open with a code somebody was given; without it there is nothing there, and nothing to sign in for.
HIDDEN = {"application-status", "place-history", "letter-file", "openid_connect_login", "openid_connect_callback"}
SAMPLES = {"int": 1, "uuid": UUID(int=1), "str": "contoh", "slug": "contoh", "path": "contoh", None: "contoh"}
SIGN_IN = ("/akun/login", "/admin/login", "/?next=")
OVERRIDES = (
    "account/",
    "mfa/",
    "socialaccount/",
    "allauth/",
    "admin/",
    "drf_spectacular/",
    "unfold/",
    "400",
    "403",
    "404",
    "429",
    "500",
)


def addresses(patterns: list | None = None, prefix: str = "", named: str = "") -> Iterator[tuple[str, str]]:
    """Every (view name, address) with sample values for its parameters."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        where = prefix + _filled(entry)
        if isinstance(entry, URLResolver):
            space = f"{named}{entry.namespace}:" if entry.namespace else named
            yield from addresses(entry.url_patterns, where, space)
        elif isinstance(entry, URLPattern):
            yield f"{named}{entry.name}", f"/{where}"


def _filled(entry: URLPattern | URLResolver) -> str:
    route = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = next((key for key in SAMPLES if key and key in type(converter).__name__.lower()), None)
        route = re.sub(rf"<(\w+:)?{name}>", str(SAMPLES[kind]), route)
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "contoh", route)
    return route.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


ADDRESSES = sorted(set(addresses()))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), [pair for pair in ADDRESSES if pair[0] not in OPEN])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_refused(client: Client, name: str, address: str, method: str) -> None:
    response = getattr(client, method)(address)
    if response.status_code == 302:
        assert response["Location"].startswith(SIGN_IN) or "next=" in response["Location"], response["Location"]
    else:
        said = f"{method} {name} answers {response.status_code} to anybody: list it in OPEN or let it ask"
        assert response.status_code in ({404, 405} if name in HIDDEN else {401, 403, 405}), said


def test_the_open_pages_exist() -> None:
    known = {name for name, _address in ADDRESSES}
    no((OPEN | HIDDEN) - known, instead="An open page that does not exist: take it off the list:")


def test_addresses_are_named_noun_first() -> None:
    own = [name for name, _address in ADDRESSES if not re.search("[:_]|^None$", name)]
    no([name for name in own if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)], instead="An address is named noun-verb:")


def test_named_addresses_exist() -> None:
    known = {name for name, _address in ADDRESSES}
    used = re.compile(r"""{%\s*url\s+['"]([^'"]+)['"]|\b(?:redirect|reverse|reverse_lazy)\(\s*['"]([a-z][\w:-]+)['"]""")
    files = [*code.templates(), *code.product()]
    hits = [
        f"{code.name_of(file)}: {first or second}"
        for file in files
        for first, second in used.findall(file.read_text())
        if (first or second) not in known and not _is_elsewhere(first or second)
    ]
    no(hits, instead="No such address; see ./portal manage shell -c 'from django.urls import get_resolver':")


def _is_elsewhere(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return name.startswith("admin:")
    return True


# --- templates --------------------------------------------------------------------------------


@pytest.mark.parametrize("template", list(code.templates()), ids=code.name_of)
def test_template_compiles_and_obeys_the_content_policy(template: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", template.read_text(), flags=re.S)
    inline = re.findall(r"<style|<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son[a-z]+=|javascript:", text)
    no(inline, instead="No inline style or script: a class in static/css, a data-ps-* hook for static/js:")
    assert "|safe" not in text, "Escape it: |safe lets a visitor's text become our page"
    loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']https?://[^"']+""", text)
    no(loaded, instead="Nothing is loaded from another server:")
    get_template(code.name_of(template).removeprefix("templates/"))


def test_no_template_is_unused() -> None:
    texts = {file: file.read_text() for file in [*code.templates(), *code.product()]}
    unused = []
    for template in code.templates():
        name = code.name_of(template).removeprefix("templates/")
        if not name.startswith(OVERRIDES) and not any(name in text for file, text in texts.items() if file != template):
            unused.append(name)
    no(unused, instead="Nobody names this template: use it or remove it:")

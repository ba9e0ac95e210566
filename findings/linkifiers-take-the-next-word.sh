#!/usr/bin/env bash
# Linkifiers take the word behind an address as part of it
#
# linkify-it 6.1.0, linkifyjs 4.4.0, autolinker 4.1.5, anchorme 3.0.8 (npm);
# linkify-it-py 2.2.0, Django 5.2.19, Jinja2 3.1.6 (PyPI). Japanese writes no spaces, so a
# sentence goes on where the address ends. All seven make one link of both, and so of a
# zero-width space, but for autolinker and anchorme. With an ideographic full stop and with
# Markdown's star they differ, also linkify-it and its own port to Python. A server that
# compares a path whole answers 404, or that the link is dead.
#
# Seen (what is taken; LINK is the address):
#   then を開く: linkify-it LINKを開く | linkifyjs LINKを開く | autolinker LINKを開く | anchorme LINKを開く | linkify-it-py LINKを開く | django LINKを開く | jinja LINKを開く
#   then 。続き: linkify-it LINK | linkifyjs LINK。続き | autolinker LINK | anchorme LINK | linkify-it-py LINK。続き | django LINK。続き | jinja LINK。続き
#   between stars: linkify-it LINK* | linkifyjs LINK* | autolinker LINK* | anchorme LINK | linkify-it-py LINK* | django nothing | jinja nothing
#   then U+200B: linkify-it LINK<200b> | linkifyjs LINK<200b> | autolinker LINK | anchorme LINK | linkify-it-py LINK<200b> | django LINK<200b> | jinja LINK<200b>
# Seen 2026-11-27
set -euo pipefail

here=$(realpath "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --no-save linkify-it@6.1.0 linkifyjs@4.4.0 autolinker@4.1.5 anchorme@3.0.8 > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check linkify-it-py==2.2.0 Django==5.2.19 Jinja2==3.1.6

cat > cases.json <<'JSON'
[["then を開く", "を開く", ""], ["then 。続き", "。続き", ""], ["between stars", "*", "*"], ["then U+200B", "\u200b", ""]]
JSON
cat > probe.mjs <<'JS'
import { readFileSync } from "node:fs";
import { LinkifyIt } from "linkify-it";
import { find } from "linkifyjs";
import Autolinker from "autolinker";
import anchorme from "anchorme";

const address = "https://links.example/i/abc";
const shown = (taken) => (taken ?? "nothing").replace(address, "LINK").replace("\u200b", "<200b>");
const by = {
  "linkify-it": (text) => new LinkifyIt().match(text)?.[0].url,
  linkifyjs: (text) => find(text)[0]?.href,
  autolinker: (text) => Autolinker.parse(text, { urls: true })[0]?.getMatchedText(),
  anchorme: (text) => (anchorme.default ?? anchorme).list(text)[0]?.string,
};
console.log(JSON.stringify(JSON.parse(readFileSync("cases.json", "utf8")).map(([, behind, before]) =>
  Object.entries(by).map(([name, taken]) => `${name} ${shown(taken(before + address + behind))}`))));
JS
cat > probe.py <<'PY'
import json, re, sys
from urllib.parse import unquote
from django.utils.html import urlize as django
from jinja2.utils import urlize as jinja
from linkify_it import LinkifyIt

ADDRESS = "https://links.example/i/abc"
shown = lambda taken: (taken or "nothing").replace(ADDRESS, "LINK").replace("\u200b", "<200b>")

def href(markup):
    found = re.search('href="([^"]*)"', markup)
    return found and unquote(found[1])

by = {
    "linkify-it-py": lambda text: (LinkifyIt().match(text) or [None])[0],
    "django": lambda text: href(django(text)),
    "jinja": lambda text: href(jinja(text)),
}
for (name, behind, before), taken in zip(json.load(open("cases.json")), json.load(sys.stdin)):
    for linkifier, take in by.items():
        found = take(before + ADDRESS + behind)
        taken.append(linkifier + " " + shown(getattr(found, "url", found)))
    print(name + ": " + " | ".join(taken))
PY
seen=$(node probe.mjs | venv/bin/python probe.py)
echo "$seen"
diff <(sed -n '/^# Seen (/,/^# Seen 2/p' "$here" | sed -n 's/^#   //p') <(echo "$seen")

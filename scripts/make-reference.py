#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write docs/reference/ELEMENT.md for every element of a build, and the index.

usage: make-reference.py BUILD_DIR            write the pages that changed
       make-reference.py --check BUILD_DIR    only compare; exit status 1 on a difference

What an element does and how it is used comes from its doc block in the source,
everything else from the built plugin. Pages of elements that were not built stay
as they are.
"""
import difflib
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = os.path.join(ROOT, "docs", "reference")
INDEX = "README.md"
INDEX_HEAD = """# Elements

One page an element. These pages are written by `scripts/make-reference.py build` from the
built plugins and their doc blocks: change those, not the pages.

| element | plugin | does |
|---|---|---|
"""


def prepare(build):
    """Only the plugins of this build, and a registry of its own."""
    build = os.path.realpath(build)
    if not os.path.isfile(os.path.join(build, "build.ninja")):
        sys.exit(f"make-reference.py: {build} is no build directory (scripts/build.sh makes one)")
    os.environ["GST_PLUGIN_PATH_1_0"] = ":".join(os.path.join(build, d) for d in ("gst", "ext"))
    os.environ["GST_REGISTRY_1_0"] = os.path.join(build, "tests", "registry.bin")
    os.environ["LC_ALL"] = "C"
    return build


def load(build):
    """The element factories that come from the build directory, by name."""
    import gi
    gi.require_version("Gst", "1.0")
    global Gst, GObject
    from gi.repository import GObject, Gst
    Gst.init(None)
    found = {}
    for plugin in Gst.Registry.get().get_plugin_list():
        path = plugin.get_filename()
        if path and os.path.realpath(path).startswith(build + os.sep):
            for feature in Gst.Registry.get().get_feature_list_by_plugin(plugin.get_name()):
                if isinstance(feature, Gst.ElementFactory):
                    found[feature.get_name()] = feature.load()
    return dict(sorted(found.items()))


def sources():
    for top in ("gst", "ext"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            for name in files:
                if name.endswith(".c"):
                    yield os.path.join(folder, name)


def doc_blocks():
    """Element name -> (source path, text of the doc block as Markdown)."""
    blocks = {}
    for path in sources():
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for name, body in re.findall(r"/\*\*\n \* SECTION:element-(\S+)\n(.*?)\n \*/", text, re.S):
            lines = [re.sub(r"^ \* ?", "", line) for line in body.split("\n")]
            lines = [line for line in lines if not re.match(r"@(title|short_description|see_also):", line)]
            body = "\n".join(lines).strip("\n")
            body = body.replace("|[", "```").replace("]|", "```")
            body = re.sub(r"#Gst\w+:([a-z0-9-]+?)(?=-th\b|[^a-z0-9-])", r"`\1`", body)  # property of an element
            body = re.sub(r"#(Gst\w+)", r"`\1`", body)
            blocks[name] = (os.path.relpath(path, ROOT), body)
    return blocks


def number(v):
    return repr(v) if isinstance(v, int) else f"{v:.12g}"


def cell(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def enum_values(spec):
    """`nick` of every value of an enumeration, with what it means where that is said."""
    members = spec.enum_class.__enum_values__
    texts = []
    for _, v in sorted(members.items()):
        told = v.value_name if " " in v.value_name else ""
        texts.append(f"`{v.value_nick}`: {told}" if told else f"`{v.value_nick}`")
    return "; ".join(texts)


def kind_and_range(spec):
    name = spec.value_type.name
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        return "one of", enum_values(spec)
    simple = {"gint": "int", "guint": "int", "gint64": "int", "guint64": "int", "glong": "int", "gulong": "int",
              "gdouble": "double", "gfloat": "double", "gboolean": "boolean", "gchararray": "string",
              "GstValueArray": "list", "GstStructure": "structure", "GstFraction": "fraction"}
    text = simple.get(name, name)
    if hasattr(spec, "minimum") and hasattr(spec, "maximum"):
        lo, hi = spec.minimum, spec.maximum
        endless = hi in (2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)
        return text, f"{number(lo)} or more" if endless else f"{number(lo)} to {number(hi)}"
    return text, ""


def default_of(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return ""
    if spec.value_type.is_a(GObject.TYPE_ENUM):
        value = spec.default_value
        return f"`{value.value_nick}`" if hasattr(value, "value_nick") else f"`{value}`"
    value = getattr(spec, "default_value", None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (int, float)):
        return f"`{number(value)}`"
    if isinstance(value, str):
        return f"`{value}`" if value else ""
    return ""


def when(spec):
    if not spec.flags & GObject.ParamFlags.WRITABLE:
        return "read only"
    words = []
    flags = int(spec.flags)
    for bit, word in ((int(Gst.PARAM_MUTABLE_PLAYING), "playing"), (int(Gst.PARAM_MUTABLE_PAUSED), "paused"),
                      (int(Gst.PARAM_MUTABLE_READY), "ready")):
        if flags & bit:
            words.append(word)
            break
    else:
        words.append("construction" if spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY else "null")
    if flags & int(Gst.PARAM_CONTROLLABLE):
        words.append("controllable")
    return ", ".join(words)


def page(name, factory, blocks):
    element = factory.create(None)
    where, text = blocks.get(name, (None, None))
    if text is None:
        sys.exit(f"make-reference.py: no source has a doc block /** SECTION:element-{name}")
    out = [f"# {name}", "", factory.get_metadata("description"), "",
           f"Klass `{factory.get_metadata('klass')}`, plugin `{factory.get_plugin_name()}`, source `{where}`.", "",
           text, "", "## Pads", ""]
    for t in sorted(factory.get_static_pad_templates(), key=lambda t: t.name_template):
        caps = t.get_caps()
        out += [f"`{t.name_template}` ({t.direction.value_nick}, {t.presence.value_nick}):", "", "```",
                "any" if caps.is_any() else caps.to_string().replace("; ", ";\n"), "```", ""]
    ours = [s for s in element.list_properties() if not stock(s.owner_type)]
    if ours:
        out += ["## Properties", "",
                "The last column says in which state, at the latest, the property can be set.", "",
                "| property | type | values | default | meaning | set in |", "|---|---|---|---|---|---|"]
        for spec in sorted(ours, key=lambda s: s.name):
            kind, values = kind_and_range(spec)
            out.append("| " + " | ".join([f"`{spec.name}`", kind, cell(values), cell(default_of(spec)),
                                          cell(spec.blurb), when(spec)]) + " |")
        out.append("")
    if any(s.name == "stats" for s in ours):
        fields = stats_fields(element)
        if fields:
            out += ["`stats` holds at least: " + ", ".join(f"`{f}`" for f in fields) + ".", ""]
    return "\n".join(out).rstrip("\n") + "\n"


def stock(gtype):
    """Properties of GStreamer's own classes are documented by GStreamer."""
    return gtype.name in STOCK_TYPES


STOCK_TYPES = {"GstObject", "GstElement", "GstBin", "GstBaseSrc", "GstPushSrc", "GstBaseSink", "GstBaseTransform",
               "GstBaseParse", "GstAudioFilter", "GstAggregator", "GstAudioAggregator", "GstVideoSink", "GstVideoFilter",
               "GstAudioVisualizer", "GstPipeline"}


def stats_fields(element):
    stats = element.get_property("stats")
    return sorted(stats.nth_field_name(i) for i in range(stats.n_fields())) if stats else []


def main():
    args = sys.argv[1:]
    check = "--check" in args
    args = [a for a in args if a != "--check"]
    if len(args) != 1:
        sys.exit(__doc__.strip())
    if check and os.environ.get("EEG_EMULATOR"):
        print("SKIP: Python is of this machine's processor and cannot load plugins for another one")
        return 77
    build = prepare(args[0])
    factories = load(build)
    if not factories:
        sys.exit(f"make-reference.py: no plugins in {build}: build first")
    blocks = doc_blocks()
    pages = {name + ".md": page(name, factory, blocks) for name, factory in factories.items()}
    rows = {name: f"| [{name}]({name}.md) | {f.get_plugin_name()} | {cell(f.get_metadata('description'))} |"
            for name, f in factories.items()}
    have = sorted(n for n in (os.listdir(OUT) if os.path.isdir(OUT) else []) if n.endswith(".md") and n != INDEX)
    gone = [n for n in have if n[:-3] not in blocks]
    old_index = read(INDEX)
    for name in blocks:  # an element that was not built keeps its row
        if name not in rows:
            kept = re.search(rf"^\| \[{re.escape(name)}\].*$", old_index, re.M)
            if kept:
                rows[name] = kept[0]
    pages[INDEX] = INDEX_HEAD + "".join(rows[n] + "\n" for n in sorted(rows))
    stale = [n for n, text in pages.items() if read(n) != text]
    if not check:
        os.makedirs(OUT, exist_ok=True)
        for n in stale:
            with open(os.path.join(OUT, n), "w", encoding="utf-8") as f:
                f.write(pages[n])
            print("written:", os.path.join("docs", "reference", n))
        for n in gone:
            os.remove(os.path.join(OUT, n))
            print("removed:", os.path.join("docs", "reference", n))
        return 0
    for n in stale:
        sys.stdout.writelines(difflib.unified_diff(
            read(n).splitlines(True), pages[n].splitlines(True), f"docs/reference/{n}", f"as built: {n}", n=0))
    for n in stale + gone:
        print(f"docs/reference/{n} does not say what the build says")
    if stale or gone:
        print("mend it with:  scripts/make-reference.py build  (then commit docs/reference)")
        return 1
    print(f"{len(pages) - 1} pages agree with the build")
    return 0


def read(name):
    try:
        with open(os.path.join(OUT, name), encoding="utf-8") as f:
            return f.read()
    except FileNotFoundError:
        return ""


if __name__ == "__main__":
    sys.exit(main())

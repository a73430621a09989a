"""Files of OpenDocument (ISO/IEC 26300), which every office opens: a few texts of XML in a zip."""

import io
import re
import zipfile
from collections.abc import Mapping

from lxml import etree

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def printable(words: str) -> str:
    """The words without what XML cannot hold."""
    return _UNPRINTABLE.sub(" ", words)


def packed(kind: str, parts: Mapping[str, etree._Element]) -> bytes:
    """A document of this media type; `parts` are its files, `content.xml` the first."""
    manifest = etree.Element(f"{{{_MANIFEST}}}manifest", nsmap={"manifest": _MANIFEST})
    manifest.set(f"{{{_MANIFEST}}}version", "1.3")
    for path, media in (("/", kind), *((name, "text/xml") for name in parts)):
        entry = etree.SubElement(manifest, f"{{{_MANIFEST}}}file-entry")
        entry.set(f"{{{_MANIFEST}}}full-path", path)
        entry.set(f"{{{_MANIFEST}}}media-type", media)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # The type comes first and unpacked, so that a reader knows the file by its first bytes.
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        for name, part in parts.items():
            archive.writestr(name, _xml(part))
        archive.writestr("META-INF/manifest.xml", _xml(manifest))
    return out.getvalue()


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

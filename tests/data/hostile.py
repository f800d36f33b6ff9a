#!/usr/bin/env python3
"""Writes hostile.txt beside it: 500 texts that have broken other programs, one JSON string a line, ASCII only."""
import json
import os

SQL = ["' OR '1'='1", "'; DROP TABLE event;--", "\"; DELETE FROM job; --", "1); ATTACH 'x' AS y;--", "' UNION SELECT sql FROM sqlite_master--",
       "x' || load_extension('evil') || '", "'", "''", "\\'", "`", "%27", "?1", ":plate", "@a", "$a", "NULL", "0x41", "/*", "*/", "--", ";",
       "') ON CONFLICT DO NOTHING; --", "PRAGMA writable_schema=1", "x'00ff'", "' AND randomblob(1e9)--"]
HTML = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "javascript:alert(1)", "</title><b>", "&lt;b&gt;",
        "<!--", "-->", "]]>", "<![CDATA[", "<?php ?>", "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "</textarea>", "<a href='//x'>", "&#x3c;b&#x3e;",
        "<style>*{display:none}", "<iframe src=//x>", "' onmouseover='a()", "&amp;", "&", "<", ">", "\""]
CSV = [start + body for start in "=+-@" for body in ("1+1", "cmd|' /C calc'!A0", "SUM(A1:A9)", "HYPERLINK(\"//x\")", "A1", "", "\"x\"", "1,2;3")]
CSV += [" =1+1", "'=1+1", "\"=1+1", "=1+1\"", ",=1+1", ";=1+1", "|cmd", "%0A=1", "a,b", "a;b", "a\tb", "\"\"", "\",\"", "=\u00a01", "\uff1d1+1", "\uff0b1"]
FORMAT = ["%s%s%s%s", "%n%n%n", "%x%p", "%d", "%.9999999s", "%*c", "%1$s", "{0}", "{}", "{0.__class__}", "$(id)", "`id`", "|id", ";id", "&&id", "$HOME", "~",
          "../../etc/passwd", "..\\..\\x", "/dev/null", "C:\\con", "file:///x", "\\u0041", "\\x41", "\\0", "\\n", "%00", "%0d%0a", "!!", "^x^y", "-rf", "--help",
          "*", "?", "[a-z]", "#", "+", "a/b", "pit/v1/x/#", "$SYS/#", "bay/1/event"]
ESCAPES = ["\x1b[2J", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\x", "\x1b[6n", "\x1bc", "\x9b2J", "\x9d0;x\x9c", "\x07", "\x08\x08\x08", "\r",
           "\n", "\r\n", "a\nb", "a\rb", "\x00", "a\x00b", "\x7f", "\x0b", "\x0c", "\x0e", "\x1a", "\x04", "\x85", "\x90", "\u2028", "\u2029", "<3>hub: forged", "\n<3>hub: x"]
ESCAPES += [f"a{chr(n)}b" for n in list(range(1, 32)) + list(range(0x80, 0xa0))]
BIDI = [mark + "abc" for mark in "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
BIDI += ["abc\u202etxt.exe", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u05e2\u05d1\u05e8\u05d9\u05ea", "\u202e\u202e\u202e", "a\u05d0b\u05d1c"]
UNICODE = ["\u200b", "\ufeff", "\u00ad", "\u2060", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\U0001f697", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
           "\U0001f1f7\U0001f1fa", "\u2764\ufe0f", "\U0001f3fb", "e\u0301", "Z" + "\u0351\u0327" * 6, "\u0e01\u0e34\u0e49" * 3, "\u3164", "\u115f", "\u00a0", "\u3000", "\u2003",
           "\u212b", "\ufb01", "\u0130\u0131", "\u00df", "\u1e9e", "\u0410\u0412\u0415", "\u2160", "\u0661\u0662\u0663", "\U0001d7d9", "\u4e2d\u6587\u8f66\u724c",
           "\ud55c\uad6d", "\u0e44\u0e17\u0e22", "\u0939\u093f", "\u10d0\u10d1", "\U00020000", "\ue000", "\U000e0041", "\u0000\u0301", "\u180e", "\u2800"]
WORDS = ["", " ", "  ", "\t", "null", "undefined", "true", "NaN", "Infinity", "-0", "1e309", "0", "-1", "2147483648", "9223372036854775808", "0.1", "1,5", "[]", "{}",
         "{\"a\":1}", "[1,2", "\"a\"", "__proto__", "constructor", "open", "desk/front", "hub/config", "config", "К47", "con", "aux", "nul.txt", ".", "..", "/", "\\"]
LONG = [unit * n for unit in ("a", "\u0416", "\U0001f697", "W", "i", "=", "<", "'", "%s", "\u202e", " ", "e\u0301") for n in (15, 16, 17, 63, 64, 65)]
LONG += ["x" * 500, "\u0416" * 500, "\U0001f697" * 500, "y" * 501, "z" * 4000, "a" * 200, "b" * 201]


def mixed(n):
    """Two kinds in one text."""
    parts = SQL + HTML + CSV + FORMAT + BIDI + UNICODE
    return parts[n * 31 % len(parts)] + " " + parts[(n * 57 + 11) % len(parts)]


def main():
    texts = list(dict.fromkeys(SQL + HTML + CSV + FORMAT + ESCAPES + BIDI + UNICODE + WORDS + LONG))
    n = 0
    while len(texts) < 500:
        more = mixed(n)
        n += 1
        if more not in texts:
            texts.append(more)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile.txt"), "w", encoding="ascii") as f:
        f.writelines(json.dumps(t) + "\n" for t in texts)


main()

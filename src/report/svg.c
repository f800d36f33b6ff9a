#include "report/svg.h"

#include <string.h>

/* One decimal, without the C library's locale. */
static void put_number(struct text *out, double value)
{
    long tenths = (long)(value * 10 + (value < 0 ? -0.5 : 0.5));
    long size = tenths < 0 ? -tenths : tenths;
    text_fmt(out, "%s%ld", tenths < 0 ? "-" : "", size / 10);
    if (size % 10)
        text_fmt(out, ".%ld", size % 10);
}

static void put_attribute(struct text *out, const char *name, double value)
{
    text_fmt(out, " %s=\"", name);
    put_number(out, value);
    text_put(out, "\"");
}

void svg_begin(struct text *out, double width, double height, const char *title)
{
    text_put(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ");
    put_number(out, width);
    text_put(out, " ");
    put_number(out, height);
    text_put(out, "\"><title>");
    text_xml(out, title, strlen(title));
    text_put(out, "</title>\n");
}

void svg_end(struct text *out)
{
    text_put(out, "</svg>\n");
}

void svg_rect(struct text *out, const char *class_name, double x, double y, double width, double height)
{
    text_fmt(out, "<rect class=\"%s\"", class_name);
    put_attribute(out, "x", x);
    put_attribute(out, "y", y);
    put_attribute(out, "width", width > 0 ? width : 0);
    put_attribute(out, "height", height > 0 ? height : 0);
    text_put(out, "/>\n");
}

void svg_line(struct text *out, const char *class_name, double x1, double y1, double x2, double y2)
{
    text_fmt(out, "<line class=\"%s\"", class_name);
    put_attribute(out, "x1", x1);
    put_attribute(out, "y1", y1);
    put_attribute(out, "x2", x2);
    put_attribute(out, "y2", y2);
    text_put(out, "/>\n");
}

void svg_text(struct text *out, const char *class_name, enum svg_anchor anchor, double x, double y,
              const char *text)
{
    static const char *const anchors[] = { "start", "middle", "end" };
    text_fmt(out, "<text class=\"%s\" text-anchor=\"%s\"", class_name, anchors[anchor]);
    put_attribute(out, "x", x);
    put_attribute(out, "y", y);
    text_put(out, ">");
    text_xml(out, text, strlen(text));
    text_put(out, "</text>\n");
}

double svg_width(const char *text, double size)
{
    size_t n = utf8_length(text, strlen(text));
    return (double)(n == SIZE_MAX ? strlen(text) : n) * size * 0.56;
}

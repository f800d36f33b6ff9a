/* The workbook's words for people: sheets, heads and names of figures. English is what the JSON calls them. Pure. */
#pragma once

/* What `name` is called in `lang` on the sheet `sheet`; NULL: there is no word for it. `name` NULL: the sheet itself. */
const char *words_say(const char *lang, const char *sheet, const char *name);

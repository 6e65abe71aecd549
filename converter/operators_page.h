/* The page converter/OPERATORS.md: what is supported, from the tables that say so. */
#ifndef OCTAVO_CONVERTER_OPERATORS_PAGE_H
#define OCTAVO_CONVERTER_OPERATORS_PAGE_H

#include <stdio.h>

/* Writes the page as Markdown. */
void operators_page_write(FILE *stream);

#endif

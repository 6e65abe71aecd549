/* What ONNX calls the ways to resize: one table for import and export. Each is indexed by the enum
 * of runtime/format.h and ends with NULL; the first word is what an attribute left out means. */
#ifndef OCTAVO_CONVERTER_RESIZE_WORDS_H
#define OCTAVO_CONVERTER_RESIZE_WORDS_H

extern const char *const resize_mode_words[];       /* octavo_resize_mode */
extern const char *const resize_coordinate_words[]; /* octavo_resize_coordinates */
extern const char *const resize_rounding_words[];   /* octavo_resize_rounding */

#endif

/* octavo-convert --export-qdq: what is exported, and what is said of it. */
#ifndef OCTAVO_CONVERTER_EXPORT_JOB_H
#define OCTAVO_CONVERTER_EXPORT_JOB_H

#include "converter/conversion.h"

/* Whether the file is an .octavo file, which is exported without a conversion. */
bool export_job_is_model(const char *path);

/* Exports an .octavo file. */
octavo_status export_job_model(const convert_options *options, octavo_error *error);

/* Exports what a conversion gave. */
octavo_status export_job_conversion(const conversion *c, octavo_error *error);

#endif

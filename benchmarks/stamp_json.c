#include "stamp_json.h"

json_t *stamp_json(const stamp *s) {
  FILE *file = tmpfile();
  if (file == NULL)
    return NULL;
  json_writer writer;
  json_writer_begin(&writer, file);
  stamp_write(s, NULL, &writer);
  rewind(file);
  json_t *root = json_loadf(file, 0, NULL);
  fclose(file);
  return root;
}

#include "cgroup.h"

#include "text_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 1024

/* Where the group that limits this process's CPU time is mounted, and its path below that. */
typedef struct cpu_group {
  char folder[PATH_SIZE];
  size_t mount_length; /* of the part of `folder` that is the mount point */
  int version;
} cpu_group;

/* Whether the comma-separated list has the word. */
static bool has_word(const char *list, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = list; at != NULL; at = strchr(at, ',')) {
    at += *at == ',';
    if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
      return true;
  }
  return false;
}

/* Reads "/proc/self/cgroup", lines "number:controllers:path", for the group of a version. */
static bool own_path(const char *root, int version, char *path, size_t size) {
  char name[PATH_SIZE];
  snprintf(name, sizeof name, "%s/proc/self/cgroup", root);
  FILE *file = fopen(name, "r");
  if (file == NULL)
    return false;
  char line[PATH_SIZE];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *tail = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    if (tail == NULL)
      continue;
    *tail++ = '\0';
    controllers++;
    found = version == 2 ? *controllers == '\0' : has_word(controllers, "cpu");
    if (found)
      snprintf(path, size, "%s", tail);
  }
  fclose(file);
  return found;
}

/* Splits a line of mountinfo: "id parent major:minor ROOT POINT options - TYPE source OPTIONS". */
static bool parse_mount(char *line, int version, const char **mount_root, const char **point) {
  char *separator = strstr(line, " - ");
  if (separator == NULL)
    return false;
  char *rest = separator + 3;
  const char *type = strtok_r(rest, " ", &rest);
  if (type == NULL)
    return false;
  strtok_r(NULL, " ", &rest);
  const char *options = strtok_r(NULL, " ", &rest);
  if (version == 2 ? strcmp(type, "cgroup2") != 0
                   : strcmp(type, "cgroup") != 0 || options == NULL || !has_word(options, "cpu"))
    return false;
  char *field = line;
  for (int i = 0; i < 3 && field != NULL; i++) {
    field = strchr(field, ' ');
    field = field == NULL ? NULL : field + 1;
  }
  char *second = field == NULL ? NULL : strchr(field, ' ');
  if (second == NULL)
    return false;
  *second++ = '\0';
  second[strcspn(second, " ")] = '\0';
  *mount_root = field;
  *point = second;
  return true;
}

/* In a container the mount shows the tree from `mount_root` on; what lies above cannot be seen. */
static const char *below(const char *path, const char *mount_root) {
  const size_t length = strlen(mount_root);
  if (strcmp(mount_root, "/") == 0)
    return strcmp(path, "/") == 0 ? "" : path;
  return strncmp(path, mount_root, length) == 0 ? path + length : "";
}

static bool find_group(const char *root, int version, cpu_group *group) {
  char path[PATH_SIZE];
  char name[PATH_SIZE];
  if (!own_path(root, version, path, sizeof path))
    return false;
  snprintf(name, sizeof name, "%s/proc/self/mountinfo", root);
  FILE *file = fopen(name, "r");
  if (file == NULL)
    return false;
  char line[2 * PATH_SIZE];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    const char *mount_root = NULL;
    const char *point = NULL;
    if (!parse_mount(line, version, &mount_root, &point))
      continue;
    const char *tail = below(path, mount_root);
    const int length = snprintf(group->folder, sizeof group->folder, "%s%s%s", root, point, tail);
    found = length > 0 && (size_t)length < sizeof group->folder;
    group->mount_length = strlen(root) + strlen(point);
    group->version = version;
  }
  fclose(file);
  return found;
}

/* The quota of one group in CPUs; 0 = none. */
static double quota_at(const char *folder, int version) {
  char name[PATH_SIZE + 32];
  int64_t quota = 0;
  int64_t period = 0;
  if (version == 2) {
    char text[64];
    char *end = text;
    snprintf(name, sizeof name, "%s/cpu.max", folder);
    if (!platform_text_read(name, text, sizeof text))
      return 0.0;
    /* "max 100000" means no quota, and reads as 0. */
    quota = strtoll(text, &end, 10);
    period = strtoll(end, NULL, 10);
  } else {
    snprintf(name, sizeof name, "%s/cpu.cfs_quota_us", folder);
    if (!platform_text_number(name, &quota))
      return 0.0;
    snprintf(name, sizeof name, "%s/cpu.cfs_period_us", folder);
    if (!platform_text_number(name, &period))
      return 0.0;
  }
  return quota > 0 && period > 0 ? (double)quota / (double)period : 0.0;
}

/* Goes from the group up to the mount point. */
static double smallest_quota(cpu_group *group) {
  double smallest = 0.0;
  for (;;) {
    const double quota = quota_at(group->folder, group->version);
    if (quota > 0.0 && (smallest <= 0.0 || quota < smallest))
      smallest = quota;
    char *slash = strrchr(group->folder, '/');
    if (slash == NULL || (size_t)(slash - group->folder) < group->mount_length)
      return smallest;
    *slash = '\0';
  }
}

double platform_cgroup_cpus(const char *root) {
  double smallest = 0.0;
  for (int version = 1; version <= 2; version++) {
    cpu_group group;
    if (!find_group(root, version, &group))
      continue;
    const double quota = smallest_quota(&group);
    if (quota > 0.0 && (smallest <= 0.0 || quota < smallest))
      smallest = quota;
  }
  return smallest;
}

uint64_t platform_cgroup_throttled(const char *root) {
  uint64_t events = 0;
  for (int version = 1; version <= 2; version++) {
    cpu_group group;
    char name[PATH_SIZE + 32];
    char text[1024];
    if (!find_group(root, version, &group))
      continue;
    snprintf(name, sizeof name, "%s/cpu.stat", group.folder);
    if (!platform_text_read(name, text, sizeof text))
      continue;
    const char *at = strstr(text, "nr_throttled ");
    if (at != NULL)
      events += strtoull(at + strlen("nr_throttled "), NULL, 10);
  }
  return events;
}

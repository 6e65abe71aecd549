#include "converter/rule_source.h"

#include "converter/preprocessing_preset.h"

const char *const rule_source_names[RULE_SOURCES] = {
    [RULE_DEFAULT] = "default",
    [RULE_NETWORK] = "network",
    [RULE_PRESET] = "preset",
    [RULE_OPTION] = "option",
};

static rule_source first_of(bool option, bool preset, bool network) {
  return option ? RULE_OPTION : preset ? RULE_PRESET : network ? RULE_NETWORK : RULE_DEFAULT;
}

rule_sources rule_sources_find(const convert_options *options, const graph_metadata *metadata) {
  const preprocessing_preset *preset =
      options->preset == NULL ? NULL : preprocessing_preset_find(options->preset);
  const bool network = metadata->channels > 0;
  return (rule_sources){
      .mean = first_of(options->mean.count > 0, preset != NULL, network),
      .std = first_of(options->std.count > 0, preset != NULL, network),
      .labels = first_of(options->labels != NULL, preset != NULL && preset->labels != NULL,
                         metadata->labels != NULL),
  };
}

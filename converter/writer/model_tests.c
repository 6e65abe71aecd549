/* The test vectors of a model file. */
#include "writer_state.h"

#include "runtime/error.h"

#include <inttypes.h>

void model_writer_add_test(model_writer *writer, const void *inputs, size_t input_bytes,
                           const void *outputs, size_t output_bytes, const uint32_t *checksums,
                           uint32_t checksum_count) {
  if (!writer_alive(writer))
    return;
  if (writer->vector_count > 0 &&
      (input_bytes != writer->vector_inputs || output_bytes != writer->vector_outputs ||
       checksum_count != writer->vector_checksums)) {
    writer->status = octavo_error_set(
        &writer->error, OCTAVO_ERROR_ARGUMENT,
        "model file: test vector %" PRIu32 ": expected %zu input bytes, %zu output bytes, %" PRIu32
        " checksums as in the first, found %zu, %zu, %" PRIu32,
        writer->vector_count, writer->vector_inputs, writer->vector_outputs,
        writer->vector_checksums, input_bytes, output_bytes, checksum_count);
    return;
  }
  writer->vector_inputs = input_bytes;
  writer->vector_outputs = output_bytes;
  writer->vector_checksums = checksum_count;
  if (writer_append(writer, &writer->tests, inputs, input_bytes, "test vectors") &&
      writer_append(writer, &writer->tests, outputs, output_bytes, "test vectors") &&
      writer_append(writer, &writer->tests, checksums, checksum_count * sizeof *checksums,
                    "test vectors"))
    writer->vector_count++;
}

void model_writer_add_samples(model_writer *writer, const int8_t *samples, uint32_t count) {
  if (!writer_alive(writer))
    return;
  if (count > OCTAVO_FORMAT_MAX_SAMPLES || writer->sampled_vectors + 1 != writer->vector_count ||
      (writer->sampled_vectors > 0 && count != writer->vector_samples)) {
    writer->status = octavo_error_set(
        &writer->error, OCTAVO_ERROR_ARGUMENT,
        "model file: samples of test vectors: expected at most %u of each operator, once after "
        "each vector and of each as many, found %" PRIu32 " after vector %" PRIu32,
        OCTAVO_FORMAT_MAX_SAMPLES, count, writer->vector_count);
    return;
  }
  writer->vector_samples = count;
  if (count > 0 && writer->minor < 2)
    writer->minor = 2;
  if (writer_append(writer, &writer->tests, samples, (size_t)writer->vector_checksums * count,
                    "test vectors"))
    writer->sampled_vectors++;
}

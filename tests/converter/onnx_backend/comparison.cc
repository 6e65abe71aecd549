#include "tests/converter/onnx_backend/comparison.h"

#include "tests/converter/onnx_backend/pipeline.h"
#include "tests/converter/onnx_backend/rewriting.h"

#include <cmath>

namespace {

constexpr double kRelative = 1e-3, kAbsolute = 1e-7;

VariantResult Wrong(const std::string &message) {
  return {VariantResult::kWrong, OCTAVO_OK, message};
}

std::string Text(const Shape &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); i++)
    text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
  return text + "]";
}

/* ---- Batch and layout ----------------------------------------------------------------------- */

/* A value as the source has it, without the images that are not run. */
struct Image {
  Shape shape;
  std::vector<float> numbers;
};

/* Image `index` of `batch`; a value with a batch of 1 belongs to all of them. */
Image ImageOf(const NodeValue &value, int64_t batch, int64_t index) {
  const bool shared = value.shape[0] != batch;
  const size_t size = value.numbers.size() / static_cast<size_t>(shared ? 1 : batch);
  const size_t first = shared ? 0 : static_cast<size_t>(index) * size;
  Image image{value.shape, {}};
  image.shape[0] = 1;
  for (size_t i = 0; i < size; i++)
    image.numbers.push_back(static_cast<float>(value.numbers[first + i]));
  return image;
}

Shape ChannelsLast(const Shape &shape) {
  return {shape[0], shape[2], shape[3], shape[1]};
}

/* NCHW to NHWC. */
void MoveChannelsLast(Image *image) {
  const Shape &s = image->shape;
  const auto channels = static_cast<size_t>(s[1]), pixels = static_cast<size_t>(s[2] * s[3]);
  std::vector<float> moved(image->numbers.size());
  for (size_t c = 0; c < channels; c++)
    for (size_t k = 0; k < pixels; k++)
      moved[k * channels + c] = image->numbers[c * pixels + k];
  image->numbers = moved;
  image->shape = ChannelsLast(s);
}

/* Puts an image of the source into the order in which the runtime has it. Of shapes that are the
 * same in both orders, `moves` tells; it becomes whether this one was moved. */
bool MatchLayout(const Shape &runtime, Image *image, bool *moves) {
  const bool as_source = runtime == image->shape;
  const bool as_image =
      runtime.size() == 4 && image->shape.size() == 4 && runtime == ChannelsLast(image->shape);
  if (as_image && (!as_source || *moves))
    MoveChannelsLast(image);
  else if (!as_source)
    return false;
  *moves = as_image && (!as_source || *moves);
  return true;
}

/* ---- Running -------------------------------------------------------------------------------- */

/* The images that the activations hold, or 0 if they do not agree. */
int64_t BatchOf(const NodeTest &test, const Variant &variant) {
  int64_t batch = 1;
  for (size_t i = 0; i < test.inputs().size(); i++) {
    const Shape &shape = test.inputs()[i].shape;
    if (!variant.activation[i] || shape.empty() || shape[0] == 1)
      continue;
    if (batch != 1 && batch != shape[0])
      return 0;
    batch = shape[0];
  }
  return batch;
}

bool SetInputs(const NodeTest &test, const Variant &variant, int64_t batch, int64_t index,
               Pipeline *pipeline, bool *any_moved, std::string *fault) {
  for (size_t i = 0; i < test.inputs().size(); i++) {
    if (!variant.activation[i])
      continue;
    const NodeValue &value = test.inputs()[i];
    Image image = ImageOf(value, batch, index);
    const Shape source = image.shape, runtime = pipeline->InputShape(value.name);
    bool moved = true; /* images are NCHW in ONNX */
    octavo_error error = {};
    if (!MatchLayout(runtime, &image, &moved))
      *fault = value.name + ": " + Text(source) + " became " + Text(runtime);
    else if (pipeline->SetInput(value.name, image.numbers, &error) != OCTAVO_OK)
      *fault = error.text;
    if (!fault->empty())
      return false;
    *any_moved = *any_moved || moved;
  }
  return true;
}

bool Close(float found, float expected) {
  if (std::isnan(expected) || std::isinf(expected))
    return std::isnan(expected) ? std::isnan(found) : found == expected;
  return std::fabs(static_cast<double>(found) - static_cast<double>(expected)) <=
         kAbsolute + kRelative * std::fabs(static_cast<double>(expected));
}

std::string CompareOutput(const Pipeline &pipeline, size_t index, Image expected, bool moves) {
  const Shape source = expected.shape, runtime = pipeline.OutputShape(index);
  if (!MatchLayout(runtime, &expected, &moves))
    return "output " + std::to_string(index) + ": expected " + Text(source) + ", found " +
           Text(runtime);
  const std::vector<float> found = pipeline.Output(index);
  for (size_t i = 0; i < found.size(); i++)
    if (!Close(found[i], expected.numbers[i]))
      return "output " + std::to_string(index) + ", element " + std::to_string(i) + ": expected " +
             std::to_string(expected.numbers[i]) + ", found " + std::to_string(found[i]);
  return "";
}

VariantResult RunImages(const NodeTest &test, const Variant &variant, int64_t batch,
                        Pipeline *pipeline) {
  if (pipeline->output_count() != test.outputs().size())
    return Wrong("the number of outputs changed");
  for (int64_t k = 0; k < batch; k++) {
    bool any_moved = false;
    std::string fault;
    octavo_error error = {};
    if (!SetInputs(test, variant, batch, k, pipeline, &any_moved, &fault))
      return Wrong(fault);
    if (pipeline->Run(&error) != OCTAVO_OK)
      return Wrong(error.text);
    for (size_t i = 0; i < test.outputs().size(); i++) {
      fault = CompareOutput(*pipeline, i, ImageOf(test.outputs()[i], batch, k), any_moved);
      if (!fault.empty())
        return Wrong("image " + std::to_string(k) + ", " + fault);
    }
  }
  return {VariantResult::kRight, OCTAVO_OK, ""};
}

VariantResult RunFolded(const NodeTest &test, Pipeline *pipeline) {
  const std::vector<double> &numbers = test.outputs()[0].numbers;
  Image expected{{1, static_cast<int64_t>(numbers.size())}, {}};
  for (const double number : numbers)
    expected.numbers.push_back(static_cast<float>(number));
  octavo_error error = {};
  if (pipeline->SetInput(kFoldedInput, std::vector<float>(numbers.size()), &error) != OCTAVO_OK ||
      pipeline->Run(&error) != OCTAVO_OK)
    return Wrong(error.text);
  const std::string fault = CompareOutput(*pipeline, 0, expected, false);
  return fault.empty() ? VariantResult{VariantResult::kRight, OCTAVO_OK, ""} : Wrong(fault);
}

bool OutputsHaveBatch(const NodeTest &test, int64_t batch) {
  for (const NodeValue &output : test.outputs())
    if (output.shape.empty() || output.shape[0] != batch)
      return false;
  return true;
}

} // namespace

VariantResult TryVariant(const NodeTest &test, const Variant &variant) {
  Pipeline pipeline;
  octavo_error error = {};
  const octavo_status status = pipeline.Convert(test.Model(variant), &error);
  if (status != OCTAVO_OK)
    return {VariantResult::kRefused, status, error.text};
  if (variant.folded)
    return RunFolded(test, &pipeline);
  const int64_t batch = BatchOf(test, variant);
  if (batch == 0 || !OutputsHaveBatch(test, batch))
    return {VariantResult::kIncomparable, OCTAVO_OK,
            "its inputs and outputs do not have one batch in the first dimension"};
  return RunImages(test, variant, batch, &pipeline);
}

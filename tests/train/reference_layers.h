// Every layer of the trainer in plain C++: forward and backward, in double, numbers in the order
// image, channel, row, column. Written from the formulas, for tests to compare with.
#ifndef OCTAVO_TESTS_TRAIN_REFERENCE_LAYERS_H
#define OCTAVO_TESTS_TRAIN_REFERENCE_LAYERS_H

#include "train/architecture.h"

#include <cstddef>
#include <vector>

namespace reference {

using Numbers = std::vector<double>;

// Four dimensions.
struct Volume {
  size_t images = 0, channels = 0, height = 0, width = 0;
  Numbers numbers;

  Volume() = default;
  Volume(size_t images, const architecture_layer &shape); // zeros
  size_t at(size_t n, size_t c, size_t y, size_t x) const {
    return ((n * channels + c) * height + y) * width + x;
  }
};

// Whether tap `tap` of a window (a row or column of the kernel) ever lies on one of `size` pixels.
bool TapMeetsImage(const architecture_layer &window, size_t size, size_t outputs, size_t tap);

// y = w * x, without the bias. w is [channels, inputs / groups, kernel, kernel].
void Convolution(const architecture_layer &l, const Volume &x, const Numbers &w, Volume *y);
// Adds to *dx and *dw.
void ConvolutionBackward(const architecture_layer &l, const Volume &x, const Numbers &w,
                         const Volume &dy, Volume *dx, Numbers *dw);

struct NormStatistics {
  Numbers mean, variance; // of each channel; the variance without Bessel's correction
};
NormStatistics Statistics(const Volume &x);
// A share of the way to the batch's, the variance with Bessel's correction.
void MoveRunning(const NormStatistics &batch, size_t count, double share, Numbers *mean,
                 Numbers *variance);

// y = scale (x − mean) / sqrt(variance + 1e-5) + shift, before any ReLU.
void BatchNorm(const Volume &x, const NormStatistics &s, const Numbers &scale, const Numbers &shift,
               Volume *y);
// For statistics of the batch itself. `dy` is the gradient after the ReLU's. Adds to *dx, dscale
// and dshift.
void BatchNormBackward(const Volume &x, const NormStatistics &s, const Numbers &scale,
                       const Volume &dy, Volume *dx, Numbers *dscale, Numbers *dshift);

// The same for statistics that do not depend on x.
void BatchNormFixedBackward(const Volume &x, const NormStatistics &s, const Numbers &scale,
                            const Volume &dy, Volume *dx, Numbers *dscale, Numbers *dshift);

// Where y is not positive, y (or its gradient) becomes 0.
void Relu(Volume *y);
void ReluBackward(const Volume &y, Volume *dy);

// f of each number, as l.function and l.factor say. Adds to *dx.
void Activation(const architecture_layer &l, const Volume &x, Volume *y);
void ActivationBackward(const architecture_layer &l, const Volume &x, const Volume &dy, Volume *dx);
// How far the nearest number is from where the slope jumps; a number right there does not count.
double KinkDistance(const architecture_layer &l, const Volume &x);

// Maximum (of equals the first), average of the pixels within the image, or global average.
void Pool(const architecture_layer &l, const Volume &x, Volume *y);
void PoolBackward(const architecture_layer &l, const Volume &x, const Volume &dy, Volume *dx);
// How much the largest of a window exceeds the second largest, at least; equals do not count.
double LeastLead(const architecture_layer &l, const Volume &x);

// y = w x over all that an image has, without the bias. w is [units, inputs].
void Linear(const Volume &x, const Numbers &w, Volume *y);
void LinearBackward(const Volume &x, const Numbers &w, const Volume &dy, Volume *dx, Numbers *dw);

// One number for each channel.
void AddBias(const Numbers &b, Volume *y);
void BiasBackward(const Volume &dy, Numbers *db);

// The mean over `labels` of −Σ t log softmax(z), and its gradient, with smoothed targets t.
double CrossEntropy(const Numbers &logits, const std::vector<uint32_t> &labels, size_t classes,
                    double smoothing, Numbers *gradient);

// ---- Fake quantization: what int8 inference rounds ---------------------------------------------

// Scale and zero point of the numbers from `least` to `greatest`, 0 among them, in 256 steps.
struct Grid {
  double scale, zero_point;
};
Grid GridOf(double least, double greatest);

// y = the number of the grid that is nearest to f(x), f as l.function says; *passed tells where
// the gradient passes. Returns the distance of the nearest number from where it would be another.
double FakeQuantize(const architecture_layer &l, const Grid &grid, const Volume &x, Volume *y,
                    std::vector<bool> *passed);
// Weights of each channel (row) as multiples of max |w| / 127; *scales gets those.
Numbers RoundRows(const Numbers &w, size_t rows, Numbers *scales);

} // namespace reference

#endif

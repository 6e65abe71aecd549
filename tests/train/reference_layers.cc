#include "tests/train/reference_layers.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reference {
namespace {

constexpr double kEpsilon = 1e-5, kPi = 3.14159265358979323846;

// Calls `visit(tap, pixel)` for the taps of output `o` along one dimension that lie in the image.
template <typename Visitor>
void ForEachTap(const architecture_layer &window, size_t size, size_t o, const Visitor &visit) {
  for (size_t tap = 0; tap < window.kernel; tap++) {
    const size_t padded = o * window.stride + tap;
    if (padded >= window.padding && padded - window.padding < size)
      visit(tap, padded - window.padding);
  }
}

// A global average is one window of the whole image; its kernel names the height alone.
template <typename Visitor>
void ForEachPixel(const architecture_layer &l, const Volume &x, size_t oy, size_t ox,
                  const Visitor &visit) {
  if (l.kind == ARCHITECTURE_GLOBAL_AVERAGE) {
    for (size_t y = 0; y < x.height; y++)
      for (size_t c = 0; c < x.width; c++)
        visit(y, c);
    return;
  }
  ForEachTap(l, x.height, oy, [&](size_t, size_t y) {
    ForEachTap(l, x.width, ox, [&](size_t, size_t c) { visit(y, c); });
  });
}

template <typename Visitor>
void ForEachOutput(const Volume &y, const Visitor &visit) {
  for (size_t n = 0; n < y.images; n++)
    for (size_t c = 0; c < y.channels; c++)
      for (size_t row = 0; row < y.height; row++)
        for (size_t column = 0; column < y.width; column++)
          visit(n, c, row, column);
}

// Calls `visit(index of x, index of w)` for each product that output (n, c, row, column) sums up.
template <typename Visitor>
void ForEachProduct(const architecture_layer &l, const Volume &x, size_t n, size_t c, size_t row,
                    size_t column, const Visitor &visit) {
  const size_t inputs = x.channels / l.groups, group = c / (l.channels / l.groups);
  for (size_t i = 0; i < inputs; i++)
    ForEachTap(l, x.height, row, [&](size_t ky, size_t py) {
      ForEachTap(l, x.width, column, [&](size_t kx, size_t px) {
        visit(x.at(n, group * inputs + i, py, px),
              ((c * inputs + i) * l.kernel + ky) * l.kernel + kx);
      });
    });
}

// The place of the first of the largest pixels of a window.
size_t Largest(const architecture_layer &l, const Volume &x, size_t n, size_t c, size_t row,
               size_t column) {
  size_t best = std::numeric_limits<size_t>::max();
  ForEachPixel(l, x, row, column, [&](size_t py, size_t px) {
    const size_t at = x.at(n, c, py, px);
    if (best == std::numeric_limits<size_t>::max() || x.numbers[at] > x.numbers[best])
      best = at;
  });
  return best;
}

double CountPixels(const architecture_layer &l, const Volume &x, size_t row, size_t column) {
  double count = 0;
  ForEachPixel(l, x, row, column, [&](size_t, size_t) { count++; });
  return count;
}

} // namespace

Volume::Volume(size_t n, const architecture_layer &shape)
    : images(n), channels(shape.channels), height(shape.height), width(shape.width),
      numbers(n * channels * height * width) {}

bool TapMeetsImage(const architecture_layer &window, size_t size, size_t outputs, size_t tap) {
  bool met = false;
  for (size_t o = 0; o < outputs; o++)
    ForEachTap(window, size, o, [&](size_t t, size_t) { met = met || t == tap; });
  return met;
}

void Convolution(const architecture_layer &l, const Volume &x, const Numbers &w, Volume *y) {
  ForEachOutput(*y, [&](size_t n, size_t c, size_t row, size_t column) {
    double sum = 0;
    ForEachProduct(l, x, n, c, row, column,
                   [&](size_t i, size_t k) { sum += x.numbers[i] * w[k]; });
    y->numbers[y->at(n, c, row, column)] = sum;
  });
}

void ConvolutionBackward(const architecture_layer &l, const Volume &x, const Numbers &w,
                         const Volume &dy, Volume *dx, Numbers *dw) {
  ForEachOutput(dy, [&](size_t n, size_t c, size_t row, size_t column) {
    const double g = dy.numbers[dy.at(n, c, row, column)];
    ForEachProduct(l, x, n, c, row, column, [&](size_t i, size_t k) {
      dx->numbers[i] += g * w[k];
      (*dw)[k] += g * x.numbers[i];
    });
  });
}

NormStatistics Statistics(const Volume &x) {
  NormStatistics s{Numbers(x.channels), Numbers(x.channels)};
  const double count = static_cast<double>(x.images * x.height * x.width);
  ForEachOutput(x, [&](size_t n, size_t c, size_t row, size_t column) {
    s.mean[c] += x.numbers[x.at(n, c, row, column)] / count;
  });
  ForEachOutput(x, [&](size_t n, size_t c, size_t row, size_t column) {
    const double d = x.numbers[x.at(n, c, row, column)] - s.mean[c];
    s.variance[c] += d * d / count;
  });
  return s;
}

void MoveRunning(const NormStatistics &batch, size_t count, double share, Numbers *mean,
                 Numbers *variance) {
  const double m = static_cast<double>(count);
  for (size_t c = 0; c < batch.mean.size(); c++) {
    const double unbiased = batch.variance[c] * m / (m - 1);
    (*mean)[c] = (1 - share) * (*mean)[c] + share * batch.mean[c];
    (*variance)[c] = (1 - share) * (*variance)[c] + share * unbiased;
  }
}

void BatchNorm(const Volume &x, const NormStatistics &s, const Numbers &scale, const Numbers &shift,
               Volume *y) {
  ForEachOutput(x, [&](size_t n, size_t c, size_t row, size_t column) {
    const size_t at = x.at(n, c, row, column);
    const double normal = (x.numbers[at] - s.mean[c]) / std::sqrt(s.variance[c] + kEpsilon);
    y->numbers[at] = scale[c] * normal + shift[c];
  });
}

// With x' = (x − mean) / σ over m numbers: dx = scale/σ (dy − Σdy/m − x' Σ(dy x')/m), from Ioffe
// and Szegedy, https://arxiv.org/abs/1502.03167, section 3.
void BatchNormBackward(const Volume &x, const NormStatistics &s, const Numbers &scale,
                       const Volume &dy, Volume *dx, Numbers *dscale, Numbers *dshift) {
  const double m = static_cast<double>(x.images * x.height * x.width);
  Numbers sum(x.channels), product(x.channels);
  const auto normal = [&](size_t c, size_t at) {
    return (x.numbers[at] - s.mean[c]) / std::sqrt(s.variance[c] + kEpsilon);
  };
  ForEachOutput(x, [&](size_t n, size_t c, size_t row, size_t column) {
    const size_t at = x.at(n, c, row, column);
    sum[c] += dy.numbers[at];
    product[c] += dy.numbers[at] * normal(c, at);
  });
  ForEachOutput(x, [&](size_t n, size_t c, size_t row, size_t column) {
    const size_t at = x.at(n, c, row, column);
    dx->numbers[at] += scale[c] / std::sqrt(s.variance[c] + kEpsilon) *
                       (dy.numbers[at] - sum[c] / m - normal(c, at) * product[c] / m);
  });
  for (size_t c = 0; c < x.channels; c++) {
    (*dscale)[c] += product[c];
    (*dshift)[c] += sum[c];
  }
}

void Relu(Volume *y) {
  for (double &v : y->numbers)
    v = std::max(v, 0.0);
}

void ReluBackward(const Volume &y, Volume *dy) {
  for (size_t i = 0; i < y.numbers.size(); i++)
    if (y.numbers[i] <= 0)
      dy->numbers[i] = 0;
}

void Activation(const architecture_layer &l, const Volume &x, Volume *y) {
  for (size_t i = 0; i < x.numbers.size(); i++) {
    const double v = x.numbers[i];
    y->numbers[i] = l.function == ARCHITECTURE_RELU    ? std::max(v, 0.0)
                    : l.function == ARCHITECTURE_RELU6 ? std::clamp(v, 0.0, 6.0)
                    : l.function == ARCHITECTURE_GELU  ? v * std::erfc(-v / std::sqrt(2)) / 2
                                                       : v * static_cast<double>(l.factor);
  }
}

// GELU is x Φ(x); its slope Φ(x) + x φ(x).
void ActivationBackward(const architecture_layer &l, const Volume &x, const Volume &dy,
                        Volume *dx) {
  for (size_t i = 0; i < x.numbers.size(); i++) {
    const double v = x.numbers[i];
    const double density = std::exp(-v * v / 2) / std::sqrt(2 * kPi);
    const double slope = l.function == ARCHITECTURE_RELU    ? (v > 0 ? 1 : 0)
                         : l.function == ARCHITECTURE_RELU6 ? (v > 0 && v < 6 ? 1 : 0)
                         : l.function == ARCHITECTURE_GELU
                             ? std::erfc(-v / std::sqrt(2)) / 2 + v * density
                             : static_cast<double>(l.factor);
    dx->numbers[i] += slope * dy.numbers[i];
  }
}

double KinkDistance(const architecture_layer &l, const Volume &x) {
  double least = std::numeric_limits<double>::infinity();
  const bool upper = l.function == ARCHITECTURE_RELU6;
  if (!upper && l.function != ARCHITECTURE_RELU)
    return least;
  for (double v : x.numbers)
    for (double distance : {std::fabs(v), upper ? std::fabs(v - 6) : least})
      least = distance > 0 ? std::min(least, distance) : least;
  return least;
}

void Pool(const architecture_layer &l, const Volume &x, Volume *y) {
  ForEachOutput(*y, [&](size_t n, size_t c, size_t row, size_t column) {
    double &result = y->numbers[y->at(n, c, row, column)];
    if (l.kind == ARCHITECTURE_MAX_POOL) {
      result = x.numbers[Largest(l, x, n, c, row, column)];
      return;
    }
    double sum = 0;
    ForEachPixel(l, x, row, column,
                 [&](size_t py, size_t px) { sum += x.numbers[x.at(n, c, py, px)]; });
    result = sum / CountPixels(l, x, row, column);
  });
}

void PoolBackward(const architecture_layer &l, const Volume &x, const Volume &dy, Volume *dx) {
  ForEachOutput(dy, [&](size_t n, size_t c, size_t row, size_t column) {
    const double g = dy.numbers[dy.at(n, c, row, column)];
    if (l.kind == ARCHITECTURE_MAX_POOL) {
      dx->numbers[Largest(l, x, n, c, row, column)] += g;
      return;
    }
    const double share = g / CountPixels(l, x, row, column);
    ForEachPixel(l, x, row, column,
                 [&](size_t py, size_t px) { dx->numbers[x.at(n, c, py, px)] += share; });
  });
}

double LeastLead(const architecture_layer &l, const Volume &x) {
  double least = std::numeric_limits<double>::infinity();
  const Volume outputs(x.images, l);
  ForEachOutput(outputs, [&](size_t n, size_t c, size_t row, size_t column) {
    const double best = x.numbers[Largest(l, x, n, c, row, column)];
    ForEachPixel(l, x, row, column, [&](size_t py, size_t px) {
      const double lead = best - x.numbers[x.at(n, c, py, px)];
      least = lead > 0 ? std::min(least, lead) : least;
    });
  });
  return least;
}

void Linear(const Volume &x, const Numbers &w, Volume *y) {
  const size_t inputs = x.channels * x.height * x.width;
  for (size_t n = 0; n < x.images; n++)
    for (size_t u = 0; u < y->channels; u++) {
      double sum = 0;
      for (size_t i = 0; i < inputs; i++)
        sum += w[u * inputs + i] * x.numbers[n * inputs + i];
      y->numbers[n * y->channels + u] = sum;
    }
}

void LinearBackward(const Volume &x, const Numbers &w, const Volume &dy, Volume *dx, Numbers *dw) {
  const size_t inputs = x.channels * x.height * x.width;
  for (size_t n = 0; n < x.images; n++)
    for (size_t u = 0; u < dy.channels; u++) {
      const double g = dy.numbers[n * dy.channels + u];
      for (size_t i = 0; i < inputs; i++) {
        (*dw)[u * inputs + i] += g * x.numbers[n * inputs + i];
        dx->numbers[n * inputs + i] += g * w[u * inputs + i];
      }
    }
}

void AddBias(const Numbers &b, Volume *y) {
  ForEachOutput(*y, [&](size_t n, size_t c, size_t row, size_t column) {
    y->numbers[y->at(n, c, row, column)] += b[c];
  });
}

void BiasBackward(const Volume &dy, Numbers *db) {
  ForEachOutput(dy, [&](size_t n, size_t c, size_t row, size_t column) {
    (*db)[c] += dy.numbers[dy.at(n, c, row, column)];
  });
}

double CrossEntropy(const Numbers &logits, const std::vector<uint32_t> &labels, size_t classes,
                    double smoothing, Numbers *gradient) {
  double loss = 0;
  const double images = static_cast<double>(labels.size());
  for (size_t n = 0; n < labels.size(); n++) {
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
      sum += std::exp(logits[n * classes + c]);
    for (size_t c = 0; c < classes; c++) {
      const double p = std::exp(logits[n * classes + c]) / sum;
      const double target =
          (c == labels[n] ? 1 - smoothing : 0) + smoothing / static_cast<double>(classes);
      loss -= target * std::log(p) / images;
      (*gradient)[n * classes + c] = (p - target) / images;
    }
  }
  return loss;
}

void BatchNormFixedBackward(const Volume &x, const NormStatistics &s, const Numbers &scale,
                            const Volume &dy, Volume *dx, Numbers *dscale, Numbers *dshift) {
  const size_t area = x.height * x.width;
  for (size_t i = 0; i < x.numbers.size(); i++) {
    const size_t c = i / area % x.channels;
    const double inverse = 1 / std::sqrt(s.variance[c] + 1e-5);
    (*dscale)[c] += dy.numbers[i] * (x.numbers[i] - s.mean[c]) * inverse;
    (*dshift)[c] += dy.numbers[i];
    dx->numbers[i] += dy.numbers[i] * scale[c] * inverse;
  }
}

Grid GridOf(double least, double greatest) {
  const double low = std::min(least, 0.0), high = std::max(greatest, 0.0);
  const double scale = (high - low) / 255;
  return {scale, std::nearbyint(-128 - low / scale)};
}

double FakeQuantize(const architecture_layer &l, const Grid &grid, const Volume &x, Volume *y,
                    std::vector<bool> *passed) {
  const bool relu = l.function != ARCHITECTURE_NO_FUNCTION;
  const double infinity = std::numeric_limits<double>::infinity();
  const double low = relu ? 0 : -infinity;
  const double high = l.function == ARCHITECTURE_RELU6 ? 6 : infinity;
  double margin = infinity;
  passed->resize(x.numbers.size());
  for (size_t i = 0; i < x.numbers.size(); i++) {
    const double v = x.numbers[i], steps = std::clamp(v, low, high) / grid.scale;
    const double q = std::nearbyint(steps) + grid.zero_point;
    (*passed)[i] = v > low && v < high && q >= -128 && q <= 127;
    y->numbers[i] = (std::clamp(q, -128.0, 127.0) - grid.zero_point) * grid.scale;
    const double to_tie = std::fabs(std::fabs(steps - std::nearbyint(steps)) - 0.5) * grid.scale;
    margin =
        std::min({margin, to_tie, relu && v != 0 ? std::fabs(v) : infinity, std::fabs(v - high)});
  }
  return margin;
}

Numbers RoundRows(const Numbers &w, size_t rows, Numbers *scales) {
  const size_t length = w.size() / rows;
  Numbers rounded(w.size());
  scales->assign(rows, 0);
  for (size_t r = 0; r < rows; r++) {
    double most = 0;
    for (size_t i = 0; i < length; i++)
      most = std::max(most, std::fabs(w[r * length + i]));
    const double scale = (*scales)[r] = most / 127;
    for (size_t i = 0; most > 0 && i < length; i++)
      rounded[r * length + i] = std::nearbyint(w[r * length + i] / scale) * scale;
  }
  return rounded;
}

} // namespace reference

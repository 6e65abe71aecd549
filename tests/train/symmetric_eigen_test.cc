// Eigenvalues of symmetric matrices against arithmetic.
#include "train/symmetric_eigen.h"

#include "common/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

using Matrix = std::vector<double>;

TEST(SymmetricEigen, OfTwoByTwo) {
  // (2 1; 1 2) has 3 along (1, 1) and 1 along (1, −1).
  Matrix m = {2, 1, 1, 2}, values(2), vectors(4);
  symmetric_eigen(m.data(), 2, values.data(), vectors.data());
  EXPECT_NEAR(values[0], 3, 1e-14);
  EXPECT_NEAR(values[1], 1, 1e-14);
  EXPECT_NEAR(std::fabs(vectors[0]), std::sqrt(0.5), 1e-14);
  EXPECT_NEAR(vectors[0], vectors[1], 1e-14);
  EXPECT_NEAR(vectors[2], -vectors[3], 1e-14);
}

TEST(SymmetricEigen, DiagonalIsSorted) {
  Matrix m = {1, 0, 0, 0, 5, 0, 0, 0, -2}, values(3), vectors(9);
  symmetric_eigen(m.data(), 3, values.data(), vectors.data());
  EXPECT_EQ(values, (Matrix{5, 1, -2}));
  EXPECT_EQ(vectors, (Matrix{0, 1, 0, 1, 0, 0, 0, 0, 1}));
}

TEST(SymmetricEigen, SecondDifferences) {
  // 2 on the diagonal and −1 beside it: 2 − 2 cos(kπ / (n + 1)), k = 1 … n.
  constexpr size_t kSize = 9;
  Matrix m(kSize * kSize), values(kSize), vectors(kSize * kSize);
  for (size_t i = 0; i < kSize; i++)
    for (size_t j = 0; j < kSize; j++)
      m[i * kSize + j] = i == j ? 2 : i + 1 == j || j + 1 == i ? -1 : 0;
  symmetric_eigen(m.data(), kSize, values.data(), vectors.data());
  for (size_t i = 0; i < kSize; i++)
    EXPECT_NEAR(values[i], 2 - 2 * std::cos(static_cast<double>(kSize - i) * M_PI / (kSize + 1)),
                1e-13);
}

TEST(SymmetricEigen, ZeroAndOne) {
  Matrix m(4), values(2), vectors(4);
  symmetric_eigen(m.data(), 2, values.data(), vectors.data());
  EXPECT_EQ(values, (Matrix{0, 0}));
  EXPECT_EQ(vectors, (Matrix{1, 0, 0, 1}));
  m = {-3};
  symmetric_eigen(m.data(), 1, values.data(), vectors.data());
  EXPECT_EQ(values[0], -3);
}

// Σ value · vector · vectorᵀ is the matrix again, and the vectors are at right angles.
TEST(SymmetricEigen, MakesUpRandomMatrices) {
  random_state random;
  random_seed(&random, 1);
  for (const size_t n : {size_t{3}, size_t{12}, size_t{27}}) {
    Matrix original(n * n), values(n), vectors(n * n);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j <= i; j++)
        original[i * n + j] = original[j * n + i] = random_normal(&random);
    Matrix m = original;
    symmetric_eigen(m.data(), n, values.data(), vectors.data());
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++) {
        double sum = 0, product = 0;
        for (size_t k = 0; k < n; k++) {
          sum += values[k] * vectors[k * n + i] * vectors[k * n + j];
          product += vectors[i * n + k] * vectors[j * n + k];
        }
        EXPECT_NEAR(sum, original[i * n + j], 1e-12) << n;
        EXPECT_NEAR(product, i == j ? 1 : 0, 1e-13) << n;
      }
    for (size_t i = 1; i < n; i++)
      EXPECT_GE(values[i - 1], values[i]);
  }
}

} // namespace

// ResNet-8 on small images, for tests of what happens to its parameters.
#ifndef OCTAVO_TESTS_TRAIN_SMALL_NETWORK_H
#define OCTAVO_TESTS_TRAIN_SMALL_NETWORK_H

#include "train/networks.h"
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <vector>

class SmallNetwork : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(onednn_open(&d_, 2, &error_), OCTAVO_OK) << error_.text;
    trainable_options options = {};
    options.size = 16;
    options.classes = 10;
    ASSERT_EQ(trainable_build(trainable_find("resnet8"), &options, &plan_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(network_create(&d_, &plan_, 2, onednn_has_bfloat16(&d_), &net_, &error_), OCTAVO_OK)
        << error_.text;
    ASSERT_EQ(initialize(net_, 1, &error_), OCTAVO_OK) << error_.text;
  }
  void TearDown() override {
    network_free(net_);
    architecture_free(&plan_);
    onednn_close(&d_);
  }

  // Numbers as they lie in memory: what the tests look at is done to each number on its own.
  static float *Raw(const tensor &t) {
    return static_cast<float *>(t.data);
  }
  static size_t Count(const parameter *p) {
    return p->value.bytes / sizeof(float);
  }
  std::vector<parameter *> Parameters() {
    return std::vector<parameter *>(net_->parameters, net_->parameters + net_->parameter_count);
  }
  parameter *Find(const char *name) {
    parameter *p = network_parameter(net_, name);
    EXPECT_NE(p, nullptr) << name;
    return p;
  }

  onednn d_{};
  octavo_error error_{};
  architecture plan_{};
  network *net_ = nullptr;
};

#endif

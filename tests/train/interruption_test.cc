// octavo-train killed, interrupted and out of disk space: what is on the disk is whole then, and
// going on from it ends with the bytes of a run that nothing happened to.
#include "tests/train/trainer_process.h"

#include "train/safetensors.h"

#include <gmock/gmock.h>

#include <sys/mount.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <regex>
#include <thread>

namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr char kCheckpoint[] = "checkpoint.safetensors";

class Interruption : public ::testing::Test {
protected:
  // A run of tiny epochs, so that much of its time is spent saving.
  std::vector<std::string> Arguments(const std::string &output, int epochs,
                                     std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"resnet8",
                                    "--data",
                                    "shapes10",
                                    "--limit",
                                    "32",
                                    "--test-limit",
                                    "16",
                                    "--batch",
                                    "16",
                                    "--size",
                                    "8",
                                    "--epochs",
                                    std::to_string(epochs),
                                    "--threads",
                                    "1",
                                    "--output",
                                    folder_.path(output)};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  // What the checkpoint says of itself, after a look at all of it; "": there is none.
  std::string Metadata(const std::string &output, const char *key) {
    const std::string path = folder_.path(output + "/" + kCheckpoint);
    if (!std::filesystem::exists(path))
      return "";
    safetensors file{};
    octavo_error error{};
    EXPECT_EQ(safetensors_open(path.c_str(), &file, &error), OCTAVO_OK) << error.text;
    EXPECT_TRUE(safetensors_has(&file, "fc.weight.momentum"));
    const char *text = safetensors_metadata(&file, key);
    const std::string result = text != nullptr ? text : "none";
    safetensors_close(&file);
    return result;
  }
  // Epochs that are done; -1: no checkpoint.
  int EpochOf(const std::string &output) {
    const std::string epoch = Metadata(output, "next_epoch");
    return epoch.empty() ? -1 : std::stoi(epoch);
  }

  void WaitForFile(const std::string &name) {
    const Clock::time_point end = Clock::now() + std::chrono::seconds(60);
    while (!std::filesystem::exists(folder_.path(name)) && Clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(std::filesystem::exists(folder_.path(name))) << name;
  }

  // Until the file's content is another than `before`.
  void WaitForChange(const std::string &name, const std::string &before) {
    const Clock::time_point end = Clock::now() + std::chrono::seconds(60);
    while (folder_.read(name) == before && Clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  // history.csv without its last column, the seconds.
  std::string History(const std::string &output) {
    return std::regex_replace(folder_.read(output + "/history.csv"), std::regex(",[^,\n]*\n"),
                              "\n");
  }

  void ExpectSameResult(const std::string &a, const std::string &b) {
    for (const char *name : {kCheckpoint, "weights.safetensors", "model.onnx", "labels.txt"}) {
      const std::string bytes = folder_.read(a + "/" + name);
      EXPECT_FALSE(bytes.empty()) << name;
      EXPECT_TRUE(bytes == folder_.read(b + "/" + name)) << name;
    }
    EXPECT_EQ(History(a), History(b));
  }

  // The signal arrives at some moment of the first epochs.
  void StopsAndGoesOn(int number, const std::string &output) {
    TrainerProcess whole(Arguments("whole" + output, 8));
    EXPECT_EQ(whole.Wait(), 0) << whole.errors();
    TrainerProcess stopped(Arguments(output, 8));
    WaitForFile(output + "/" + kCheckpoint);
    std::this_thread::sleep_for(std::chrono::milliseconds(7));
    stopped.Signal(number);
    EXPECT_EQ(stopped.Wait(), 1) << stopped.errors();
    EXPECT_THAT(stopped.errors(), HasSubstr("octavo-train: stopped in epoch "));
    EXPECT_THAT(stopped.errors(), HasSubstr("saved. The same command with --resume goes on"));
    // What it says is what it saved.
    std::smatch said;
    const std::string errors = stopped.errors();
    ASSERT_TRUE(std::regex_search(errors, said, std::regex("in epoch (\\d+) after step (\\d+)")));
    EXPECT_EQ(EpochOf(output), std::stoi(said[1]) - 1);
    EXPECT_EQ(Metadata(output, "next_step"), said[2]);
    EXPECT_GE(EpochOf(output), 1);
    EXPECT_LT(EpochOf(output), 8);
    TrainerProcess resumed(Arguments(output, 8, {"--resume"}));
    EXPECT_EQ(resumed.Wait(), 0) << resumed.errors();
    ExpectSameResult("whole" + output, output);
  }

  TemporaryFolder folder_;
};

// One in four dies soon after its start, the others about when they have saved something; a run
// that is nearly done is begun anew. On a slow disk fewer than thirty have to do.
TEST_F(Interruption, KilledAtAnyMoment) {
  constexpr int kEpochs = 12;
  TrainerProcess whole(Arguments("whole", kEpochs));
  EXPECT_EQ(whole.Wait(), 0) << whole.errors();
  const Clock::time_point end = Clock::now() + std::chrono::seconds(6);
  std::mt19937 random(1);
  int epoch = -1;
  for (int kills = 0; kills < 30 && (kills < 8 || Clock::now() < end); kills++) {
    const bool anew = epoch < 0 || epoch >= kEpochs - 3;
    const std::string before = folder_.read(std::string("run/") + kCheckpoint);
    TrainerProcess run(Arguments("run", kEpochs, {anew ? "--overwrite" : "--resume"}));
    if (random() % 4 != 0)
      WaitForChange(std::string("run/") + kCheckpoint, before);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30000));
    run.Signal(SIGKILL);
    const int code = run.Wait();
    ASSERT_TRUE(code == -SIGKILL || code == 0) << code << run.errors();
    const int now = EpochOf("run");
    ASSERT_GE(now, anew ? -1 : epoch); // what was saved once is never lost
    epoch = now;
  }
  TrainerProcess last(Arguments("run", kEpochs, {epoch >= 0 ? "--resume" : "--overwrite"}));
  EXPECT_EQ(last.Wait(), 0) << last.errors();
  ExpectSameResult("whole", "run");
}

TEST_F(Interruption, WhatAKilledProcessLeftGoes) {
  // A process that lives while the file is made, and is gone when the next run begins.
  TrainerProcess gone({"--version"});
  const std::string name = "weights.safetensors.tmp-" + std::to_string(gone.id()) + "-0";
  EXPECT_EQ(gone.Wait(), 0);
  folder_.write("run/" + name, "half");
  TrainerProcess run(Arguments("run", 1));
  EXPECT_EQ(run.Wait(), 0) << run.errors();
  EXPECT_FALSE(std::filesystem::exists(folder_.path("run/" + name)));
}

TEST_F(Interruption, ControlCSavesAndResumeGivesTheSameBytes) {
  StopsAndGoesOn(SIGINT, "int");
}

TEST_F(Interruption, TerminationSavesAndResumeGivesTheSameBytes) {
  StopsAndGoesOn(SIGTERM, "term");
}

// No file may grow to the size of a checkpoint, as on a disk that has filled up.
TEST_F(Interruption, AFileThatCannotGrowLeavesTheOldCheckpoint) {
  TrainerProcess whole(Arguments("whole", 6));
  EXPECT_EQ(whole.Wait(), 0) << whole.errors();
  TrainerProcess first(Arguments("run", 6));
  WaitForFile(std::string("run/") + kCheckpoint);
  first.Signal(SIGINT);
  EXPECT_EQ(first.Wait(), 1);
  const std::string before = folder_.read(std::string("run/") + kCheckpoint);
  ASSERT_GT(before.size(), 500000u);
  TrainerProcess full(Arguments("run", 6, {"--resume"}), 300000);
  EXPECT_EQ(full.Wait(), 1);
  EXPECT_THAT(full.errors(), HasSubstr("checkpoint.safetensors: cannot be written: "));
  EXPECT_TRUE(folder_.read(std::string("run/") + kCheckpoint) == before);
  TrainerProcess again(Arguments("run", 6, {"--resume"}));
  EXPECT_EQ(again.Wait(), 0) << again.errors();
  ExpectSameResult("whole", "run");
}

// The same with a real file system that is full; only root may mount one.
TEST_F(Interruption, AFullDiskLeavesTheOldCheckpoint) {
  std::filesystem::create_directories(folder_.path("disk"));
  if (mount("none", folder_.path("disk").c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "a small file system cannot be mounted here";
  TrainerProcess full(Arguments("disk/run", 6));
  // A checkpoint has 0.6 MB, so the second does not fit beside the first.
  EXPECT_EQ(full.Wait(), 1);
  EXPECT_THAT(full.errors(), HasSubstr("checkpoint.safetensors: cannot be written"));
  EXPECT_THAT(full.errors(), HasSubstr("No space left on device"));
  EXPECT_EQ(EpochOf("disk/run"), 1);
  EXPECT_EQ(umount(folder_.path("disk").c_str()), 0);
}

TEST_F(Interruption, DivergenceSaysWhatToDoAndLeavesTheOldCheckpoint) {
  TrainerProcess run(Arguments("run", 200, {"--lr", "1000", "--schedule", "constant"}));
  EXPECT_EQ(run.Wait(), 1);
  EXPECT_THAT(run.errors(), HasSubstr("training diverges; try a lower --lr (it was 1e+03)"));
  EXPECT_THAT(run.errors(), HasSubstr("octavo-train: the loss of the "));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("run/weights.safetensors")));
}

} // namespace

#include "common/sha256.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace {

std::string HashOf(const std::string &text) {
  uint8_t digest[32];
  char hexadecimal[65];
  sha256_of(text.data(), text.size(), digest);
  sha256_text(digest, hexadecimal);
  return hexadecimal;
}

// NIST's examples for FIPS 180-4 and the byte-oriented long message vectors.
TEST(Sha256, PublishedVectors) {
  EXPECT_EQ(HashOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HashOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HashOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HashOf("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                   "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(HashOf(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, AnySplitGivesTheSame) {
  std::string text;
  for (int i = 0; i < 200; i++)
    text += static_cast<char>(i * 37);
  const std::string whole = HashOf(text);
  for (size_t first = 0; first <= text.size(); first++) {
    sha256 hash;
    uint8_t digest[32];
    char hexadecimal[65];
    sha256_begin(&hash);
    sha256_update(&hash, text.data(), first);
    sha256_update(&hash, text.data() + first, text.size() - first);
    sha256_end(&hash, digest);
    sha256_text(digest, hexadecimal);
    EXPECT_EQ(hexadecimal, whole) << "split at " << first;
  }
}

} // namespace

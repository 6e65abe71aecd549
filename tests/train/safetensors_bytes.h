// Safetensors files put together byte by byte, without the code under test.
#ifndef OCTAVO_TESTS_TRAIN_SAFETENSORS_BYTES_H
#define OCTAVO_TESTS_TRAIN_SAFETENSORS_BYTES_H

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// The eight bytes of length, the header as it is, the data.
inline std::string SafetensorsFile(const std::string &header, const std::string &data) {
  std::string bytes;
  for (unsigned i = 0; i < 8; i++)
    bytes += static_cast<char>(static_cast<uint64_t>(header.size()) >> (8 * i));
  return bytes + header + data;
}

// One tensor's part of a header.
inline std::string SafetensorsEntry(const std::string &name, const std::string &type,
                                    const std::string &shape, size_t begin, size_t end) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

template <typename T>
std::string BytesOf(const std::vector<T> &values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

#endif

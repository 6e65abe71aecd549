// Metadata entries of ONNX files, byte by byte.
#ifndef OCTAVO_TESTS_CONVERTER_METADATA_H
#define OCTAVO_TESTS_CONVERTER_METADATA_H

#include <string>

// A field of protobuf's kind "length-delimited".
inline std::string ProtobufField(unsigned number, const std::string &content) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  size_t rest = content.size();
  for (; rest >= 0x80; rest >>= 7)
    bytes += static_cast<char>((rest & 0x7f) | 0x80);
  return bytes + static_cast<char>(rest) + content;
}

// What appended to a ModelProto adds an entry to its metadata_props (field 14 of onnx.proto).
inline std::string MetadataEntry(const std::string &key, const std::string &value) {
  return ProtobufField(14, ProtobufField(1, key) + ProtobufField(2, value));
}

#endif
